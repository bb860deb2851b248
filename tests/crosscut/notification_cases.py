"""The operations of notifications: how each is set off, and what it must leave behind."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.utils import timezone

from notifications import operations
from notifications.claims import recover
from notifications.expansion import expand
from notifications.links import Subscription
from notifications.models import Delivery, Item, State
from tests.api import Api, data
from tests.cast import Cast
from tests.crosscut.cases import Case, case

_OPS = "notifications.operations"
_OWN = "What somebody reads and wants to hear is theirs alone."
_NEXT_READ = "Nobody's page shows it before it is read the next time."
_TICKET = {"subject": "S", "description": "D"}
_NO_QUIET = {"quietHours": None}


def of_ticket(run: Callable[[Cast, Api, str], Any]) -> Any:
    """A case's `prepare`: the customer's client and ticket, which the outbox has taken up."""

    def prepare(cast: Cast) -> Callable[[], Any]:
        client = Api(cast.customer)
        ticket = data(client.post("/tickets", _TICKET), 201)
        expand(Item.objects.get().pk)
        return lambda: run(cast, client, ticket["id"])

    return prepare


def expanding(cast: Cast) -> Callable[[], Any]:
    data(Api(cast.customer).post("/tickets", _TICKET), 201)
    return lambda: expand(Item.objects.get().pk)


def delivery(state: str, run: Callable[..., Any]) -> Any:
    """A delivery to the customer that stands in a state, and what an administrator does with it."""

    def prepare(cast: Cast) -> Callable[[], Any]:
        data(Api(cast.customer).post("/tickets", _TICKET), 201)
        expand(Item.objects.get().pk)
        row = Delivery.objects.get(recipient=cast.customer, channel="email")
        Delivery.objects.filter(pk=row.pk).update(state=state)
        return lambda: run(row.pk, by=cast.administrator)

    return prepare


def called(method: str, path: str, body: Any = None) -> Any:
    return of_ticket(lambda cast, client, ticket: data(client.request(method, path.format(ticket=ticket), body)))


def device(client: Api) -> dict[str, Any]:
    return data(client.post("/notifications/devices", {"token": "t", "platform": "ios"}), 201)


def read_one(cast: Cast, client: Api, ticket: str) -> None:
    [row] = data(client.get("/notifications"))
    data(client.post(f"/notifications/{row['id']}/read"))


def seen(cast: Cast, client: Api, ticket: str) -> None:
    operations.mark_about_read("ticket", ticket, by=cast.customer)


def defaults(cast: Cast, client: Api, ticket: str) -> None:
    operations.set_defaults({"ticket-created": {"email": False}}, audience="staff", by=cast.administrator)


def ended(cast: Cast, client: Api, ticket: str) -> None:
    operations.unsubscribe(Subscription(cast.customer.pk, "ticket-created", "email"))


def removed(cast: Cast, client: Api, ticket: str) -> None:
    data(client.delete(f"/notifications/devices/{device(client)['id']}"))


def token_removed(cast: Cast, client: Api, ticket: str) -> None:
    device(client)
    operations.remove_token("t", by=cast.customer)


CASES: dict[str, Case] = {
    "notifications.expansion.expand": case(expanding, "", "notification:created", "Its item's operation is audited."),
    "notifications.claims.recover": case(
        of_ticket(lambda *_: recover(timezone.now())), "", silent="A lease that ran out is no change of anybody's."
    ),
    f"{_OPS}.reading.mark_read": case(of_ticket(read_one), "", silent=_OWN),
    f"{_OPS}.reading.mark_all_read": case(called("POST", "/notifications/read-all", {}), "", silent=_OWN),
    f"{_OPS}.reading.mark_about_read": case(of_ticket(seen), "", silent=_OWN),
    f"{_OPS}.devices.add_device": case(of_ticket(lambda cast, client, ticket: device(client)), "", silent=_OWN),
    f"{_OPS}.devices.remove_device": case(of_ticket(removed), "", silent=_OWN),
    f"{_OPS}.devices.remove_token": case(of_ticket(token_removed), "", silent=_OWN),
    f"{_OPS}.preferences.set_preferences": case(
        called("PUT", "/notifications/preferences", {"ticket-created": {"email": False}}), "", silent=_OWN
    ),
    f"{_OPS}.preferences.set_settings": case(called("PUT", "/notifications/settings", _NO_QUIET), "", silent=_OWN),
    f"{_OPS}.preferences.mute": case(called("PUT", "/tickets/{ticket}/mute", {}), "", silent=_OWN),
    f"{_OPS}.preferences.unmute": case(called("DELETE", "/tickets/{ticket}/mute"), "", silent=_OWN),
    f"{_OPS}.preferences.unsubscribe": case(
        of_ticket(ended),
        "", silent=_OWN,
    ),
    f"{_OPS}.preferences.set_defaults": case(of_ticket(defaults), "SETTINGS_CHANGED", silent=_NEXT_READ),
    f"{_OPS}.deliveries.retry_delivery": case(
        delivery(State.PARKED, operations.retry_delivery), "DELIVERY_RETRIED", silent=_NEXT_READ
    ),
    f"{_OPS}.deliveries.send_again": case(
        delivery(State.UNKNOWN, operations.send_again), "DELIVERY_SENT_AGAIN", silent=_NEXT_READ
    ),
    f"{_OPS}.deliveries.cancel_delivery": case(
        delivery(State.DUE, operations.cancel_delivery), "DELIVERY_CANCELLED", silent=_NEXT_READ
    ),
}  # fmt: skip
