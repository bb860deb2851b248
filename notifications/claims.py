"""Claim deliveries with a lease: each try leaves a row before the provider is asked and after.

A worker that dies leaves its lease to run out. What it had not begun is due again; of what it had begun nobody knows
whether it arrived, and `recover` does with it what its channel allows.
"""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Sequence
from dataclasses import dataclass

import orjson
from django.db.models import Exists, OuterRef, Q, QuerySet

from core.operation import operation
from core.prepared import Statement, execute, execute_all
from notifications.models import Attempt, Channel, Delivery, Outcome, State
from notifications.retry import delay

LEASE_SECONDS = 120
BATCH = 50
UNANSWERED = "The worker ended while the provider was asked."

# The oldest open delivery of each conversation alone: what is told of one keeps its order.
_CLAIM = """
with ready as materialized (
  select d.id from notifications_delivery d
  where d.channel = %s::text and d.state in ('due', 'collecting') and d.due_at <= %s::timestamptz
    and not exists (
      select from notifications_delivery e
      where e.recipient_id = d.recipient_id and e.channel = d.channel and e.conversation = d.conversation
        and e.conversation <> '' and e.state in ('due', 'collecting', 'leased') and e.id < d.id
    )
  order by d.due_at, d.id limit %s::int for update skip locked
)
update notifications_delivery set state = 'leased', lease = %s::uuid, lease_until = %s::timestamptz
from ready where notifications_delivery.id = ready.id
returning notifications_delivery.id
"""

_BEGIN = """
with ours as (
  update notifications_delivery set tries = tries + 1
  where id = %s::bigint and lease = %s::uuid and lease_until > %s::timestamptz
  returning id
)
insert into notifications_attempt (delivery_id, started_at, outcome, reason)
select id, %s::timestamptz, 'pending', '' from ours returning id
"""

_SETTLE = """
with ended as (
  update notifications_attempt set ended_at = %s::timestamptz, outcome = %s::text, reason = %s::text
  where id = %s::bigint
)
update notifications_delivery set state = %s::text, due_at = coalesce(%s::timestamptz, due_at),
  sent_at = coalesce(%s::timestamptz, sent_at), reason = %s::text, reached = %s::jsonb,
  repeated = repeated or %s::boolean, lease = null, lease_until = null
where id = %s::bigint and lease = %s::uuid
"""


@dataclass(frozen=True)
class Settlement:
    """How a leased delivery ends: the state it goes to, and why."""

    state: str
    reason: str = ""
    due_at: datetime.datetime | None = None
    repeated: bool = False


def claim(channel: str, now: datetime.datetime) -> list[Delivery]:
    """Lease some deliveries that are due by this channel, the longest due first; those of others are passed over."""
    until = now + datetime.timedelta(seconds=LEASE_SECONDS)
    ids = [row[0] for row in execute(_CLAIM, [channel, now, BATCH, uuid.uuid4(), until])]
    return list(Delivery.objects.filter(pk__in=ids).order_by("due_at", "pk"))


@dataclass(frozen=True)
class Ended:
    """Say how a leased delivery ended, and its try, if there was one."""

    delivery: Delivery
    end: Settlement
    at: datetime.datetime
    attempt: int | None = None
    outcome: str = ""

    def statement(self) -> Statement:
        """Return what writes it down; nothing happens once the lease is lost."""
        end, delivery, reason = self.end, self.delivery, self.end.reason[:500]
        sent_at = self.at if end.state == State.SENT else None
        tried = [self.at, self.outcome, reason, self.attempt]
        ended = [end.state, end.due_at, sent_at, reason, orjson.dumps(delivery.reached).decode(), end.repeated]
        return _SETTLE, [*tried, *ended, delivery.pk, delivery.lease]


def begin(delivery: Delivery, now: datetime.datetime, *, before: Ended | None = None) -> int | None:
    """Write that a try begins and return its id; None when the lease is no longer ours, so nothing may be sent.

    What ended `before` is written with it, both or neither: of what a worker sends, one try at most is ever open.
    """
    first = [before.statement()] if before else []
    rows = execute_all(*first, (_BEGIN, [delivery.pk, delivery.lease, now, now]))[-1]
    if rows:
        delivery.tries += 1
    return rows[0][0] if rows else None


def settle(ended: Ended) -> None:
    """Write how a leased delivery and its try, if there was one, ended. Nothing happens once the lease is lost."""
    execute(*ended.statement())


def give_back(deliveries: Sequence[Delivery], due_at: datetime.datetime | None = None) -> None:
    """Make leased deliveries that were not begun due again, now or at `due_at`."""
    changes = {"state": State.DUE, "lease": None, "lease_until": None} | ({"due_at": due_at} if due_at else {})
    for delivery in deliveries:
        Delivery.objects.filter(pk=delivery.pk, lease=delivery.lease).update(**changes)


@operation
def recover(now: datetime.datetime) -> int:
    """Take back what dead workers held; return how many deliveries that were.

    What was not begun is due again. Of what was begun, an e-mail is sent once more with the same Message-ID, a push
    again with the same collapse key, and an SMS never: it is `unknown` until a person decides, as is an e-mail whose
    second try was lost too.
    """
    dead = Delivery.objects.filter(state=State.LEASED, lease_until__lt=now).select_for_update(
        skip_locked=True, no_key=True
    )
    begun = Attempt.objects.filter(delivery=OuterRef("pk"), outcome=Outcome.PENDING)
    rows = list(dead.annotate(begun=Exists(begun))[:500])
    lost = [row.pk for row in rows if row.begun]
    free = {"lease": None, "lease_until": None}
    Delivery.objects.filter(pk__in=[row.pk for row in rows if not row.begun]).update(state=State.DUE, **free)
    undecided = Delivery.objects.filter(pk__in=lost)
    stays = _never_again(undecided)
    stays.update(state=State.UNKNOWN, reason=UNANSWERED, **free)
    for row in undecided.filter(state=State.LEASED):
        due_at = now + delay(row.tries)
        undecided.filter(pk=row.pk).update(state=State.DUE, repeated=True, due_at=due_at, reason=UNANSWERED, **free)
    Attempt.objects.filter(delivery__in=lost, outcome=Outcome.PENDING).update(
        outcome=Outcome.UNKNOWN, ended_at=now, reason=UNANSWERED
    )
    return len(rows)


def _never_again(deliveries: QuerySet[Delivery]) -> QuerySet[Delivery]:
    return deliveries.filter(Q(channel=Channel.SMS) | Q(channel=Channel.EMAIL, repeated=True), state=State.LEASED)
