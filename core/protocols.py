"""The seams as types: what lower apps may know of higher ones."""

from typing import Any, Protocol

from django.db.models import QuerySet


class Actor(Protocol):
    """Whoever does something: audit and events take this, never a User."""

    @property
    def pk(self) -> int: ...
    @property
    def actor_model(self) -> str:
        """Customer, Agent, Bot or System."""
        ...

    @property
    def actor_name(self) -> str: ...


class Audited(Protocol):
    """A thing with a history: what an audit entry calls it."""

    @property
    def audit_type(self) -> str: ...
    @property
    def pk(self) -> Any: ...
    @property
    def audit_name(self) -> str: ...


class Viewer(Actor, Protocol):
    """A signed-in person with rights read from the database."""

    is_active: bool

    def has_perm(self, perm: str, obj: Any = None) -> bool: ...
    @property
    def is_agent(self) -> bool: ...


class Room(Protocol):
    """A room class named in REALTIME_ROOMS: whom it carries events to, in which form."""

    prefix: str
    audience: str

    def can_join(self, user: Viewer, ref: str) -> bool:
        """By the same queryset as REST; a malformed or absent reference is False, never an exception."""
        ...


class NotificationKind(Protocol):
    """A kind named in NOTIFICATION_KINDS, declared by the app that owns the event."""

    slug: str

    def recipients(self, item: Any) -> QuerySet[Any]: ...
    def still_wanted(self, item: Any, recipient: Any) -> bool: ...
    def context(self, item: Any, recipient: Any) -> dict[str, Any]: ...


class AttachmentOwner(Protocol):
    """Says which attachments of its kind a reader may fetch."""

    def may_read(self, user: Viewer, attachment: Any) -> bool: ...


class PersonalData(Protocol):
    """What an app knows of a person: given out on request, and forgotten on request."""

    def export(self, user: Any) -> dict[str, Any]: ...
    def erase(self, user: Any) -> int: ...
