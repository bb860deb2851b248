"""The event log: what happened in each room, numbered without gaps in commit order.

Numbers are given by the deferred trigger of the first migration; retention removes old events, never a room.
"""

from __future__ import annotations

from typing import ClassVar

from django.db import models


class Room(models.Model):
    """The number of a room's latest event."""

    key = models.TextField(primary_key=True)
    seq = models.BigIntegerField()

    class Meta:
        db_table = "rt_room"
        default_permissions = ()

    def __str__(self) -> str:
        return self.key


class Event(models.Model):
    """One event in one room; the same event in several rooms shares `event_id`. `data` is the room's REST form."""

    id = models.UUIDField(primary_key=True)
    event_id = models.UUIDField()
    room = models.TextField()
    seq = models.BigIntegerField(null=True)
    event = models.TextField()
    data = models.JSONField()
    at = models.DateTimeField()

    objects: ClassVar[models.Manager[Event]] = models.Manager()

    class Meta:
        db_table = "rt_event"
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["room", "seq"], name="rt_event_room_seq")]
        indexes = [
            models.Index(fields=["event_id"], name="rt_event_event_id"),
            models.Index(fields=["at"], name="rt_event_at"),
        ]

    def __str__(self) -> str:
        return f"{self.room} {self.seq} {self.event}"
