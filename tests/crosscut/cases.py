"""Every operation of the product, how it is set off, and what it must leave behind.

A new operation is one line here; test_operations fails until it has one. `silent` says why an operation records no
audit entry or emits no event.
"""

from __future__ import annotations

import io
import json
import os
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.contrib.auth.models import Group
from django.core.management import call_command

from accounts import operations as people
from accounts.models import Role, User
from accounts.operations.sessions import open_link_session
from accounts.refusals import record_refusal
from accounts.tokens import open_family
from audit.erasure import erase_details
from audit.models import Entry
from backoffice.operations import enter, leave
from core import clock
from core.errors import Forbidden
from tests.accounts.codes import app_code, recovery_code, switch_on
from tests.api import Api, data
from tests.cast import PASSWORD, Cast
from tests.storage import upload
from tickets.models import BusinessCalendar
from tickets.operations import (
    check_due,
    check_one,
    delete_macro,
    delete_view,
    give_tickets,
    mark_read,
    put_off,
    save_calendar,
    save_draft,
    save_macro,
    save_policy,
    save_rule,
    save_view,
    take_back,
)
from tickets.operations.assigning import RuleValues
from tickets.operations.left_behind import tell_left_behind
from tickets.operations.sla_policies import PolicyValues, Version
from tickets.sla.refresh import refresh_batch
from widget.operations import change_looks

NEW_PASSWORD = "another-good-one-1"
UNHEARD = "Nobody's page or socket shows it while it happens."
UNKNOWN_YET = "Whoever has just come has no socket yet."


@dataclass(frozen=True)
class Case:
    """`prepare(cast)` does what must be done before and gives `run`; `audited` and `emitted` are what must appear."""

    prepare: Callable[[Cast], Callable[[], Any]]
    audited: frozenset[str] = frozenset()
    emitted: frozenset[str] = frozenset()
    silent: str = ""


def case(prepare: Callable[[Cast], Callable[[], Any]], audited: str, emitted: str = "", silent: str = "") -> Case:
    return Case(prepare, frozenset(audited.split()), frozenset(emitted.split()), silent)


def post(actor: str, path: str, body: Any = None, *, of: str = "", first: tuple[str, ...] = ()) -> Any:
    """A case's `prepare`: `actor` posts to a ticket of the customer, `of` which there may be a second one.

    `first` are statuses the ticket is taken through before.
    """

    def prepare(cast: Cast) -> Callable[[], Any]:
        ids = {"ticket": _ticket(cast), "agent": str(cast.agent.pk), "colleague": str(cast.colleague.pk)}
        if of:
            ids["other"] = _ticket(cast)
        for status in first:
            data(Api(cast.agent).post(f"/tickets/{ids['ticket']}/status", {"status": status}))
        client = Api(getattr(cast, actor))
        method, _, rest = path.partition(" ")
        sent = _filled(body, ids)
        return lambda: _done(client.request(method, rest.format(**ids), sent))

    return prepare


def _ticket(cast: Cast) -> str:
    body = {"subject": "S", "description": "D"}
    return str(data(Api(cast.customer).post("/tickets", body), 201)["id"])


def _filled(value: Any, ids: dict[str, str]) -> Any:
    if isinstance(value, dict):
        return {name: _filled(inner, ids) for name, inner in value.items()}
    if isinstance(value, list):
        return [_filled(inner, ids) for inner in value]
    return value.format(**ids) if isinstance(value, str) else value


def _done(response: Any) -> None:
    assert response.status_code < 300, response.content


def _merged(cast: Cast) -> Callable[[], Any]:
    target, source = _ticket(cast), _ticket(cast)
    client = Api(cast.lead)
    data(client.post(f"/tickets/{target}/merge", {"sourceIds": [source]}))
    return lambda: _done(client.post(f"/tickets/{target}/unmerge", {"sourceId": source}))


def _related(method: str, path: str, body: Any) -> Any:
    """A watcher or a link that is there already, taken away."""

    def prepare(cast: Cast) -> Callable[[], Any]:
        ticket, other = _ticket(cast), _ticket(cast)
        ids = {"ticket": ticket, "other": other, "agent": str(cast.agent.pk)}
        client, sent = Api(cast.agent), _filled(body, ids)
        _done(client.request(method, path.format(**ids), sent))
        return lambda: _done(client.request("DELETE", path.format(**ids), sent))

    return prepare


def deleted(path: str, body: dict[str, Any]) -> Any:
    """A row of the catalogue that is there already, removed."""

    def prepare(cast: Cast) -> Callable[[], Any]:
        client = Api(cast.lead)
        row = data(client.post(path, body), 201)["id"]
        return lambda: _done(client.delete(f"{path}/{row}"))

    return prepare


def _attached(cast: Cast) -> Callable[[], Any]:
    [file] = upload(Api(cast.customer), "photo.txt")
    client, body = Api(cast.customer), {"subject": "S", "description": "D", "attachments": [file["id"]]}
    return lambda: _done(client.post("/tickets", body))


def _reused(cast: Cast) -> Callable[[], Any]:
    body = {"email": cast.customer.email, "password": PASSWORD}
    old = data(Api().post("/auth/login", body))["refreshToken"]
    data(Api().post("/auth/refresh", {"refreshToken": old}))
    return lambda: Api().post("/auth/refresh", {"refreshToken": old})


def _signed_out(cast: Cast) -> Callable[[], Any]:
    pair = data(Api().post("/auth/login", {"email": cast.customer.email, "password": PASSWORD}))
    client = Api(token=pair["accessToken"])
    return lambda: _done(client.post("/auth/logout", {"refreshToken": pair["refreshToken"]}))


def _password_reset(cast: Cast) -> Callable[[], Any]:
    token = people.make_reset_link(cast.customer).rpartition("/")[2]
    return lambda: _done(Api().post("/auth/password/reset", {"token": token, "newPassword": NEW_PASSWORD}))


def _reset_mailed(cast: Cast) -> int:
    people.request_password_reset(str(cast.agent.email))
    return people.send_password_resets()


def _group(cast: Cast) -> Callable[[], Any]:
    group = Group.objects.get(name="agent")
    return lambda: people.save_group(group.pk, name="agent", codenames=["tickets.view"], by=cast.administrator)


def _team(cast: Cast) -> Callable[[], Any]:
    words = {"name_ar": "فريق", "name_en": "Team", "active": True, "members": {cast.agent.pk: True}}
    return lambda: people.save_team(None, **words, by=cast.administrator)


def _erased(cast: Cast) -> Callable[[], Any]:
    entry = Entry.objects.order_by("id")[0]
    return lambda: erase_details([entry.pk], by=cast.administrator)


def _known_of(cast: Cast) -> Callable[[], Any]:
    return lambda: people.export_personal_data(cast.customer.pk, by=cast.administrator)


def _forgotten(cast: Cast) -> Callable[[], Any]:
    return lambda: people.erase_personal_data(cast.customer.pk, by=cast.administrator)


def _confirming(cast: Cast) -> Callable[[], Any]:
    device = people.start_second_factor(cast.agent.pk, by=cast.agent)
    return lambda: people.confirm_second_factor(cast.agent.pk, code=app_code(device), by=cast.agent)


def _using_recovery(cast: Cast) -> Callable[[], Any]:
    switch_on(cast.agent)
    body = {"email": cast.agent.email, "password": PASSWORD, "otp": recovery_code(cast.agent)}
    return lambda: _done(Api().post("/auth/login", body))


def _switching_off(cast: Cast) -> Callable[[], Any]:
    code = app_code(switch_on(cast.agent))
    return lambda: people.disable_second_factor(cast.agent.pk, password=PASSWORD, code=code, by=cast.agent)


def _resetting(cast: Cast) -> Callable[[], Any]:
    switch_on(cast.agent)
    return lambda: people.reset_second_factor(cast.agent.pk, by=cast.administrator)


def called(run: Callable[[Cast], Any]) -> Any:
    """A case's `prepare` that needs nothing before."""
    return lambda cast: lambda: run(cast)


_CATEGORY = {"nameAr": "أ", "nameEn": "A"}
_CANNED = {"titleAr": "أ", "titleEn": "A", "bodyAr": "أ", "bodyEn": "A", "shortcut": "a"}
_LINK = {"ticketId": "{other}", "kind": "related"}
_PASSWORDS = {"oldPassword": PASSWORD, "newPassword": NEW_PASSWORD}
_NEW = {"email": "new@example.test", "password": NEW_PASSWORD, "name": "New"}


def sent(actor: str, method: str, path: str, body: Any = None) -> Any:
    """A case's `prepare`: this person's request, his client made before."""

    def prepare(cast: Cast) -> Callable[[], Any]:
        client = Api(getattr(cast, actor) if actor else None)
        return lambda: _done(client.request(method, path, body))

    return prepare


def _opening(cast: Cast) -> Callable[[], Any]:
    client = Api(cast.customer)
    return lambda: _done(client.post("/tickets", {"subject": "S", "description": "D"}))


def _importing(cast: Cast, email: str = "") -> Callable[[], Any]:
    row = {"id": "OLD-1", "subject": "S", "description": "D", "createdAt": "2025-02-01T10:00:00Z"}
    row |= {"customerEmail": email or cast.customer.email, "customerName": cast.customer.name}
    with tempfile.NamedTemporaryFile("w", suffix=".jsonl", delete=False) as file:
        file.write(json.dumps(row))

    def run() -> None:
        call_command("import_tickets", file.name, stdout=io.StringIO(), stderr=io.StringIO())
        os.unlink(file.name)

    return run


def _uploading(cast: Cast) -> Callable[[], Any]:
    client = Api(cast.customer)
    return lambda: upload(client, "a.txt")


def _login(email: str, password: str) -> Any:
    return called(lambda cast: Api().post("/auth/login", {"email": email.format(cast=cast), "password": password}))


def _staff(cast: Cast) -> User:
    return people.create_staff("s@example.test", name="S", role=Role.AGENT, by=cast.administrator)


def _customer(cast: Cast) -> User:
    return people.create_customer("c@example.test", name="C", by=cast.administrator)


def _of_agent(name: str, **changes: Any) -> Any:
    """An operation of people on the agent, by the administrator."""
    return called(lambda cast: getattr(people, name)(cast.agent.pk, **changes, by=cast.administrator))


def _closing(cast: Cast) -> BusinessCalendar:
    row = BusinessCalendar.objects.get(is_default=True)
    return save_calendar(row.pk, changes={"weekly": {}}, by=cast.manager)


def _service() -> User:
    return User.objects.service(Role.SYSTEM)


def _rule(cast: Cast) -> Any:
    values = RuleValues(is_active=True, with_chats=True, gives_back=True)
    return save_rule(None, values, team_id=None, by=cast.administrator)


def _giving(cast: Cast) -> Callable[[], Any]:
    people.set_availability(cast.agent.pk, status="available", by=cast.agent)
    data(Api(cast.customer).post("/tickets", {"subject": "S", "description": "D"}), 201)
    rule = _rule(cast)
    return lambda: give_tickets(rule.pk, 9, by=_service())


def _taking_back(cast: Cast) -> Callable[[], Any]:
    _rule(cast)
    ticket = data(Api(cast.customer).post("/tickets", {"subject": "S", "description": "D"}), 201)
    data(Api(cast.lead).post(f"/tickets/{ticket['id']}/assign", {"agentId": cast.colleague.pk}))
    people.set_active(cast.colleague.pk, active=False, by=cast.administrator)
    return lambda: take_back(9, by=_service())


def _abandoned(cast: Cast) -> Callable[[], Any]:
    """A ticket of an agent who is then disabled."""
    data(
        Api(cast.lead).post(
            "/tickets",
            {"subject": "S", "description": "D", "customerId": cast.customer.pk, "agentId": cast.colleague.pk},
        ),
        201,
    )
    people.set_active(cast.colleague.pk, active=False, by=cast.administrator)
    return lambda: tell_left_behind(9, by=_service())


def _unassigned(check: Callable[[int], Any]) -> Any:
    """An urgent ticket of nobody, which the monitor looks at."""

    def prepare(cast: Cast) -> Callable[[], Any]:
        body = {"subject": "S", "description": "D", "priority": "urgent"}
        ticket = data(Api(cast.customer).post("/tickets", body), 201)
        return lambda: check(int(ticket["id"]))

    return prepare


def _policy(cast: Cast) -> Any:
    version = Version(targets={"first_response": {"normal": 60}})
    return save_policy(None, PolicyValues("أ", "A", [version]), by=cast.manager)


def _by_administrator(act: Callable[[User], Any]) -> Callable[[Cast], Callable[[], Any]]:
    return lambda cast: lambda: act(cast.administrator)


def _revoked_key(cast: Cast) -> Callable[[], Any]:
    key = people.create_server_key("Shop", by=None).key
    return lambda: people.revoke_server_key(key.pk, by=cast.administrator)


def _signed_in_for_shop(cast: Cast) -> Callable[[], Any]:
    secret = people.create_server_key("Shop", by=None).secret
    body = {"secret": secret, "email": "shopper@example.test", "name": "Shopper"}
    return lambda: data(Api().post("/auth/customer-token", body), 201)


def _left_the_help_pages(cast: Cast) -> Callable[[], Any]:
    family = open_family(cast.customer).family
    return lambda: people.end_family(family, by=cast.customer)


def _link_mailed(cast: Cast) -> None:
    people.request_sign_in_link(str(cast.customer.email))
    assert people.send_sign_in_links() == 1


def _followed_link(cast: Cast) -> Callable[[], Any]:
    token = people.make_sign_in_link(cast.customer).rpartition("/")[2]
    return lambda: people.sign_in_by_link(token)


_TICKETS, _PEOPLE = "tickets.operations", "accounts.operations"


def _view(cast: Cast) -> Any:
    return save_view("Mine", parameters={"view": "mine"}, by=cast.agent)


def _deleted_view(cast: Cast) -> Callable[[], Any]:
    view = _view(cast)
    return lambda: delete_view(view.pk, by=cast.agent)


def _draft(cast: Cast) -> Callable[[], Any]:
    ticket = _ticket(cast)
    return lambda: save_draft(ticket, "reply", "Half a sent", by=cast.agent)


def _read(cast: Cast) -> Callable[[], Any]:
    ticket = int(_ticket(cast))
    return lambda: mark_read(ticket, 1, by=cast.agent)


def _macro(cast: Cast) -> Any:
    parts = {"reply_ar": "أهلًا {customer_name}", "status": "pending", "priority": 3, "tags": ["late"], "holder": "me"}
    return save_macro(None, changes={"name_ar": "تأخر", "name_en": "Late", **parts}, by=cast.lead)


def _deleted_macro(cast: Cast) -> Callable[[], Any]:
    macro = _macro(cast)
    return lambda: delete_macro(macro.pk, by=cast.lead)


def _applied_macro(cast: Cast) -> Callable[[], Any]:
    ticket, macro, client = _ticket(cast), _macro(cast), Api(cast.agent)
    return lambda: _done(client.post(f"/tickets/{ticket}/macro", {"macroId": str(macro.pk)}))


def _split(cast: Cast) -> Callable[[], Any]:
    ticket, client = _ticket(cast), Api(cast.agent)
    answer = data(Api(cast.customer).post(f"/tickets/{ticket}/messages", {"body": "And another thing"}), 201)["id"]
    return lambda: _done(client.post(f"/tickets/{ticket}/split", {"messageId": answer, "subject": "Another"}))


def _snoozed(cast: Cast) -> Callable[[], Any]:
    ticket, client = _ticket(cast), Api(cast.agent)
    until = (clock.now() + timedelta(days=1)).isoformat()
    return lambda: _done(client.post(f"/tickets/{ticket}/snooze", {"until": until}))


CASES = {
    f"{_TICKETS}.create.create_ticket": case(
        _opening, "TICKET_CREATED", "ticket:created"
    ),
    f"{_TICKETS}.create.follow_up": case(
        post("customer", "POST /tickets/{ticket}/messages", {"body": "x"}, first=("closed",)),
        "TICKET_CREATED", "ticket:created ticket:updated",
    ),
    f"{_TICKETS}.create.split": case(
        _split, "TICKET_CREATED TICKET_UPDATED", "ticket:created ticket:updated"
    ),
    f"{_TICKETS}.conversation.add_message": case(
        post("agent", "POST /tickets/{ticket}/messages", {"body": "x"}),
        "TICKET_MESSAGE_ADDED TICKET_STATUS_CHANGED", "ticket:message ticket:updated",
    ),
    f"{_TICKETS}.fields.update_ticket": case(
        post("agent", "PATCH /tickets/{ticket}", {"subject": "x"}), "TICKET_UPDATED", "ticket:updated"
    ),
    f"{_TICKETS}.fields.assign": case(
        post("agent", "POST /tickets/{ticket}/assign", {"agentId": "{agent}"}), "TICKET_ASSIGNED", "ticket:assigned"
    ),
    f"{_TICKETS}.fields.escalate": case(
        post("agent", "POST /tickets/{ticket}/escalate", {"reason": "x", "agentId": "{colleague}"}),
        "TICKET_ESCALATED TICKET_MESSAGE_ADDED", "ticket:assigned ticket:message ticket:updated",
    ),
    f"{_TICKETS}.status.change_status": case(
        post("agent", "POST /tickets/{ticket}/status", {"status": "pending"}), "TICKET_STATUS_CHANGED", "ticket:updated"
    ),
    f"{_TICKETS}.status.close": case(
        post("customer", "POST /tickets/{ticket}/close"), "TICKET_STATUS_CHANGED", "ticket:updated"
    ),
    f"{_TICKETS}.status.reopen": case(
        post("customer", "POST /tickets/{ticket}/reopen", first=("resolved",)),
        "TICKET_STATUS_CHANGED", "ticket:updated",
    ),
    f"{_TICKETS}.merging.merge": case(
        post("lead", "POST /tickets/{ticket}/merge", {"sourceIds": ["{other}"]}, of="two"),
        "TICKET_MERGED", "ticket:message ticket:updated",
    ),
    f"{_TICKETS}.merging.unmerge": case(_merged, "TICKET_UNMERGED", "ticket:message ticket:updated"),
    f"{_TICKETS}.rating.rate": case(
        post("customer", "POST /tickets/{ticket}/rate", {"rating": 5}, first=("resolved",)),
        "TICKET_RATED", "ticket:updated",
    ),
    f"{_TICKETS}.relations.watch": case(
        post("agent", "PUT /tickets/{ticket}/watchers/{agent}"), "TICKET_UPDATED", "ticket:updated"
    ),
    f"{_TICKETS}.relations.unwatch": case(
        _related("PUT", "/tickets/{ticket}/watchers/{agent}", None), "TICKET_UPDATED", "ticket:updated"
    ),
    f"{_TICKETS}.relations.link": case(
        post("agent", "POST /tickets/{ticket}/links", _LINK, of="two"), "TICKET_UPDATED", "ticket:updated"
    ),
    f"{_TICKETS}.relations.unlink": case(
        _related("POST", "/tickets/{ticket}/links", _LINK), "TICKET_UPDATED", "ticket:updated"
    ),
    f"{_TICKETS}.catalogue.save_category": case(
        post("lead", "POST /tickets/categories", _CATEGORY), "CATEGORY_CREATED", silent=UNHEARD
    ),
    f"{_TICKETS}.catalogue.delete_category": case(
        deleted("/tickets/categories", _CATEGORY), "CATEGORY_DELETED", silent=UNHEARD
    ),
    f"{_TICKETS}.catalogue.save_canned_response": case(
        post("lead", "POST /tickets/canned-responses", _CANNED), "CANNED_RESPONSE_CREATED", silent=UNHEARD
    ),
    f"{_TICKETS}.catalogue.delete_canned_response": case(
        deleted("/tickets/canned-responses", _CANNED), "CANNED_RESPONSE_DELETED", silent=UNHEARD
    ),
    f"{_TICKETS}.macros.save_macro": case(called(_macro), "MACRO_CREATED", silent=UNHEARD),
    f"{_TICKETS}.macros.delete_macro": case(_deleted_macro, "MACRO_DELETED", silent=UNHEARD),
    f"{_TICKETS}.macros.apply_macro": case(
        _applied_macro,
        "TICKET_MACRO_APPLIED TICKET_MESSAGE_ADDED TICKET_STATUS_CHANGED TICKET_UPDATED TICKET_ASSIGNED",
        "ticket:message ticket:updated ticket:assigned",
    ),
    f"{_TICKETS}.snoozing.snooze": case(_snoozed, "TICKET_SNOOZED", "ticket:updated"),
    f"{_TICKETS}.inbox.save_view": case(called(_view), "SAVED_VIEW_CREATED", silent=UNHEARD),
    f"{_TICKETS}.inbox.delete_view": case(_deleted_view, "SAVED_VIEW_DELETED", silent=UNHEARD),
    f"{_TICKETS}.inbox.save_draft": case(_draft, "", silent="What is not sent is nobody else's."),
    f"{_TICKETS}.inbox.mark_read": case(_read, "", silent="It changes nothing but a mark on one's own list."),
    f"{_TICKETS}.hours.save_calendar": case(called(_closing), "CALENDAR_UPDATED", silent=UNHEARD),
    f"{_TICKETS}.sla_policies.save_policy": case(called(_policy), "SLA_POLICY_CREATED", silent=UNHEARD),
    f"{_TICKETS}.monitoring.check_due": case(
        _unassigned(lambda _pk: check_due(9, by=_service())), "TICKET_URGENT_UNASSIGNED", "ticket:updated"
    ),
    f"{_TICKETS}.monitoring.check_one": case(
        _unassigned(lambda pk: check_one(pk, by=_service())), "TICKET_URGENT_UNASSIGNED", "ticket:updated"
    ),
    f"{_TICKETS}.monitoring.put_off": case(
        _unassigned(lambda pk: put_off(pk, 60, by=_service())), "", silent="The monitor only looks later."
    ),
    f"{_TICKETS}.assigning.save_rule": case(called(_rule), "ASSIGNMENT_RULE_CREATED", silent=UNHEARD),
    f"{_TICKETS}.assigning.give_tickets": case(_giving, "TICKET_ASSIGNED", "ticket:assigned"),
    f"{_TICKETS}.assigning.take_back": case(_taking_back, "TICKET_ASSIGNED", "ticket:assigned"),
    f"{_TICKETS}.left_behind.tell_left_behind": case(
        _abandoned, "", "ticket:updated", silent="The ticket is as it was; what became of its agent is audited there."
    ),
    "tickets.sla.refresh.refresh_batch": case(
        called(lambda _cast: refresh_batch(9)), "", silent="The columns follow rules whose edit is told."
    ),
    "tickets.importing.people.make_customers": case(
        lambda cast: _importing(cast, "new@old.example"), "USER_CREATED TICKET_IMPORTED",
        silent="Nobody waits on a page for who came from another system.",
    ),
    "tickets.importing.loading.import_tickets": case(
        _importing, "TICKET_IMPORTED", silent="History of another system; nobody waits for it on a page.",
    ),
    "uploads.operations.keep_files": case(
        _uploading, "FILES_UPLOADED",
        silent="Nobody but the uploader knows of a file before it is attached.",
    ),
    "uploads.operations.attach": case(
        _attached, "TICKET_CREATED", "ticket:created",
        silent="Part of the operation of its owner, which audits and announces it.",
    ),
    "widget.operations.change_looks": case(
        _by_administrator(lambda boss: change_looks({"title_en": "Help"}, by=boss)), "SETTINGS_CHANGED", silent=UNHEARD
    ),
    f"{_PEOPLE}.personal_data.export_personal_data": case(_known_of, "PERSONAL_DATA_EXPORTED", silent=UNHEARD),
    f"{_PEOPLE}.personal_data.erase_personal_data": case(
        _forgotten, "USER_DISABLED AUDIT_ERASED PERSONAL_DATA_ERASED", "access:changed"
    ),
    f"{_PEOPLE}.server_keys.create_server_key": case(
        _by_administrator(lambda boss: people.create_server_key("Shop", by=boss)), "SERVER_KEY_CREATED", silent=UNHEARD
    ),
    f"{_PEOPLE}.server_keys.revoke_server_key": case(
        _revoked_key, "SERVER_KEY_REVOKED", silent=UNHEARD
    ),
    f"{_PEOPLE}.server_keys.server_key": case(
        _by_administrator(lambda boss: people.server_key("Shop")), "SERVER_KEY_CREATED", silent=UNHEARD
    ),
    f"{_PEOPLE}.server_keys.sign_in_for_shop": case(
        _signed_in_for_shop, "SIGNED_IN USER_CREATED", silent=UNKNOWN_YET
    ),
    f"{_PEOPLE}.sessions.register": case(
        sent("", "POST", "/auth/register", _NEW), "USER_REGISTERED", silent=UNKNOWN_YET
    ),
    f"{_PEOPLE}.sessions.start_guest": case(
        sent("", "POST", "/auth/guest", {"name": "G"}), "GUEST_STARTED", silent=UNKNOWN_YET
    ),
    f"{_PEOPLE}.sessions._signed_in": case(_login("{cast.agent.email}", PASSWORD), "SIGNED_IN", silent=UNKNOWN_YET),
    f"{_PEOPLE}.sessions._refused": case(_login("{cast.agent.email}", "wrong"), "SIGN_IN_FAILED", silent=UNKNOWN_YET),
    f"{_PEOPLE}.sessions._rotate": case(
        _reused, "TOKEN_REUSED", "access:changed",
        silent="A rotation as it should be is no news; one that should not be is both.",
    ),
    f"{_PEOPLE}.sessions.end_session": case(_signed_out, "SIGNED_OUT", "access:changed"),
    f"{_PEOPLE}.sessions.end_family": case(_left_the_help_pages, "SIGNED_OUT", "access:changed"),
    f"{_PEOPLE}.sessions.open_link_session": case(
        called(lambda cast: open_link_session(cast.guest)), "",
        silent="It only signs links to files for minutes; whoever holds the e-mail's link reads them by right.",
    ),
    f"{_PEOPLE}.sign_in_links.request_sign_in_link": case(
        called(lambda cast: people.request_sign_in_link("nobody@example.test")), "",
        silent="The worker alone learns whether anybody has the address.",
    ),
    f"{_PEOPLE}.sign_in_links._answer": case(
        called(_link_mailed), "", silent="The link is made, and audited, when it is sent."
    ),
    f"{_PEOPLE}.sign_in_links.make_sign_in_link": case(
        called(lambda cast: people.make_sign_in_link(cast.customer)), "SIGN_IN_LINK_MADE", silent=UNHEARD
    ),
    f"{_PEOPLE}.sign_in_links.sign_in_by_link": case(_followed_link, "SIGNED_IN", silent=UNKNOWN_YET),
    f"{_PEOPLE}.sessions.end_sessions": case(
        sent("agent", "POST", "/auth/logout-all"), "SIGNED_OUT", "access:changed"
    ),
    f"{_PEOPLE}.passwords._change": case(
        sent("customer", "POST", "/auth/password/change", _PASSWORDS), "PASSWORD_CHANGED", "access:changed"
    ),
    f"{_PEOPLE}.passwords.request_password_reset": case(
        called(lambda cast: _done(Api().post("/auth/password/forgot", {"email": cast.agent.email}))),
        "", silent="The worker alone learns whether anybody has the address.",
    ),
    f"{_PEOPLE}.passwords._answer": case(
        called(_reset_mailed), "", silent="The link is made, and audited, when it is sent."
    ),
    f"{_PEOPLE}.passwords.make_reset_link": case(
        called(lambda cast: people.make_reset_link(cast.agent)), "PASSWORD_RESET_REQUESTED", silent=UNHEARD
    ),
    f"{_PEOPLE}.passwords.reset_password": case(_password_reset, "PASSWORD_RESET", "access:changed"),
    f"{_PEOPLE}.second_factor.start_second_factor": case(
        called(lambda cast: people.start_second_factor(cast.agent.pk, by=cast.agent)), "",
        silent="A key counts for nothing before its first code.",
    ),
    f"{_PEOPLE}.second_factor.confirm_second_factor": case(_confirming, "SECOND_FACTOR_ENABLED", silent=UNHEARD),
    f"{_PEOPLE}.second_factor._use_code": case(_using_recovery, "RECOVERY_CODE_USED SIGNED_IN", silent=UNKNOWN_YET),
    f"{_PEOPLE}.second_factor._disable": case(_switching_off, "SECOND_FACTOR_DISABLED", silent=UNHEARD),
    f"{_PEOPLE}.second_factor.reset_second_factor": case(_resetting, "SECOND_FACTOR_DISABLED", silent=UNHEARD),
    f"{_PEOPLE}.people.create_staff": case(called(_staff), "USER_CREATED", silent=UNKNOWN_YET),
    f"{_PEOPLE}.people.create_customer": case(called(_customer), "USER_CREATED", silent=UNKNOWN_YET),
    f"{_PEOPLE}.people.update_profile": case(
        sent("customer", "PATCH", "/auth/me", {"name": "N"}), "USER_UPDATED", silent=UNHEARD
    ),
    f"{_PEOPLE}.people.update_staff": case(
        _of_agent("update_staff", changes={"role": Role.LEAD}, group_ids=[]),
        "USER_UPDATED PERMISSIONS_CHANGED", "access:changed",
    ),
    f"{_PEOPLE}.people.set_active": case(_of_agent("set_active", active=False), "USER_DISABLED", "access:changed"),
    f"{_PEOPLE}.people.set_password": case(
        _of_agent("set_password", password=NEW_PASSWORD), "PASSWORD_CHANGED", "access:changed"
    ),
    f"{_PEOPLE}.people.set_availability": case(
        called(lambda cast: people.set_availability(cast.agent.pk, status="available", by=cast.agent)),
        "USER_UPDATED", silent="Presence is told by signals of its own, which are not stored.",
    ),
    f"{_PEOPLE}.groups.save_group": case(_group, "PERMISSIONS_CHANGED", "access:changed"),
    f"{_PEOPLE}.teams.save_team": case(_team, "TEAM_CREATED", "access:changed"),
    "accounts.refusals.record_refusal": case(
        called(lambda cast: record_refusal(cast.agent, Forbidden("support.x"), "POST /x")), "ACCESS_REFUSED",
        silent=UNHEARD,
    ),
    "audit.erasure.erase_details": case(_erased, "AUDIT_ERASED", silent=UNHEARD),
    "backoffice.operations.enter": case(called(lambda cast: enter(cast.agent)), "SIGNED_IN", silent=UNKNOWN_YET),
    "backoffice.operations.leave": case(called(lambda cast: leave(cast.agent)), "SIGNED_OUT", silent=UNHEARD),
}  # fmt: skip

# Public functions of the operations modules that are no transactions themselves, and why.
WHOLE = {
    "sign_in": "Counts the attempt outside, then runs _signed_in or _refused.",
    "refresh": "Runs _rotate, whose ending of a family must outlive the refusal that it answers with.",
    "disable_second_factor": "Counts the attempt outside, so that a wrong guess is counted, then runs _disable.",
    "change_password": "Counts the attempt outside, so that a wrong guess is counted, then runs _change.",
    "forgot_password": "Counts the request outside, then runs request_password_reset.",
    "sign_in_customer": "Counts the attempt outside, then runs _signed_in or _refused.",
    "ask_for_sign_in_link": "Counts the request outside, then runs request_sign_in_link.",
    "send_sign_in_links": "Takes one row at a time, each in a transaction of its own.",
    "send_password_resets": "Takes one row at a time, each in a transaction of its own.",
}
