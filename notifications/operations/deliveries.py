"""Define what a person decides about a delivery that the worker could not carry out."""

from __future__ import annotations

from audit.recorder import record
from core import clock
from core.after_commit import after_commit
from core.errors import InvalidTransition, NotFound
from core.operation import operation
from core.protocols import Actor
from notifications.models import Delivery, State
from notifications.nudge import nudge

_STUCK = (State.FAILED, State.PARKED)
_WAITING = (State.COLLECTING, State.DUE, State.UNKNOWN, *_STUCK)


@operation
def retry_delivery(delivery_id: int, *, by: Actor) -> Delivery:
    """Send one that failed or was parked once more, now. Raises NotFound or InvalidTransition."""
    return _due_again(_locked(delivery_id), _STUCK, "DELIVERY_RETRIED", by)


@operation
def send_again(delivery_id: int, *, by: Actor) -> Delivery:
    """Send one of which nobody knows whether it arrived, marked as repeated. Raises NotFound or InvalidTransition."""
    return _due_again(_locked(delivery_id), (State.UNKNOWN,), "DELIVERY_SENT_AGAIN", by)


@operation
def cancel_delivery(delivery_id: int, *, by: Actor) -> Delivery:
    """Never send one that is not on its way. Raises NotFound or InvalidTransition."""
    delivery = _locked(delivery_id)
    _refuse_unless(delivery, _WAITING, State.CANCELLED)
    return _change(delivery, "DELIVERY_CANCELLED", by, state=State.CANCELLED)


def _due_again(delivery: Delivery, states: tuple[str, ...], action: str, by: Actor) -> Delivery:
    _refuse_unless(delivery, states, State.DUE)
    delivery.repeated = delivery.repeated or delivery.state == State.UNKNOWN
    after_commit(nudge, "notifications.send", delivery.channel)
    return _change(delivery, action, by, state=State.DUE, due_at=clock.now(), tries=0)


def _locked(delivery_id: int) -> Delivery:
    found = Delivery.objects.select_for_update(no_key=True).filter(pk=delivery_id).first()
    if found is None:
        raise NotFound
    return found


def _refuse_unless(delivery: Delivery, states: tuple[str, ...], to: str) -> None:
    if delivery.state not in states:
        raise InvalidTransition(delivery.state, to, [])


def _change(delivery: Delivery, action: str, by: Actor, **values: object) -> Delivery:
    old = delivery.state
    for name, value in values.items():
        setattr(delivery, name, value)
    delivery.save(update_fields=[*values, "repeated"])
    record(action, delivery, by=by, old={"state": old}, new={"state": delivery.state})
    return delivery
