"""The permission model as one table: every route and method of the API, who may call it, and what it answers.

A new route is one line here; test_matrix fails until it has one. A path's braces name things of the world beside.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.crosscut.world import LOGIN, NEW_TICKET

STAFF = ("outsider", "agent", "lead", "manager", "administrator")
ACTORS = ("nobody", "disabled", "guest", "stranger", "customer", *STAFF)

# The default groups as the contract words them (not read from the code); the outsider is an agent with two rights.
_AGENT = {
    *("tickets.view", "tickets.view_all", "tickets.create", "tickets.update", "tickets.reply", "tickets.assign"),
    *("tickets.escalate", "tickets.close", "chat.view", "chat.accept", "chat.transfer"),
}
_LEAD = _AGENT | {"tickets.merge", "categories.manage", "canned.manage", "bot.manage", "reports.view", "export"}
_MANAGER = {"tickets.view", "tickets.view_all", "chat.view", "reports.view", "export", "audit.view", "sla.manage"}
_ADMINISTRATOR = _LEAD | _MANAGER | {"users.manage", "settings.manage", "customers.manage", "deliveries.manage"}
HOLDS = {
    "outsider": {"tickets.view", "tickets.reply"},
    "agent": _AGENT,
    "lead": _LEAD,
    "manager": _MANAGER,
    "administrator": _ADMINISTRATOR,
}


@dataclass(frozen=True)
class Route:
    """One method of one path.

    `ok` is what those answer who may: staff holding `needs` (all staff, when empty), and those named in `also`.
    Everybody else gets what `others` says; `also` and `others` map actors to statuses.
    """

    method: str
    path: str
    ok: int
    also: Mapping[str, int] = field(default_factory=dict)
    needs: str = ""
    others: Mapping[str, int] = field(default_factory=dict)
    body: Any = None
    public: bool = False

    @property
    def name(self) -> str:
        return f"{self.method} {self.path}"

    def expected(self, actor: str) -> int:
        """The status this actor gets."""
        if self.public:
            return self.others.get(actor, self.ok)
        if actor in {"nobody", "disabled"}:
            return self.also.get(actor, 401)
        if actor in self.also:
            return self.also[actor]
        if actor in self.others:
            return self.others[actor]
        if actor in STAFF:
            return self.ok if not self.needs or self.needs in HOLDS[actor] else 403
        return 404


def public(method: str, path: str, ok: int, body: Any = None, **others: int) -> Route:
    """Anybody, signed in or not, gets the same."""
    return Route(method, path, ok, body=body, others=others, public=True)


def everyone(method: str, path: str, ok: int, body: Any = None, **others: int) -> Route:
    """Whoever is signed in."""
    signed_in = dict.fromkeys(ACTORS[2:], ok) | others
    return Route(method, path, ok, also=signed_in, body=body)


def of_ticket(method: str, path: str, ok: int, needs: str, body: Any = None, **customer: int) -> Route:
    """A ticket's: staff by right; its customer as given (403 when nothing is said); others find nothing."""
    return Route(method, path, ok, needs=needs, body=body, also={"customer": 403, **customer})


def staffs(method: str, path: str, ok: int, needs: str = "", body: Any = None) -> Route:
    """To customers this address does not exist."""
    return Route(method, path, ok, needs=needs, body=body)


def kept(method: str, path: str, ok: int, needs: str, body: Any = None) -> Route:
    """A catalogue that everybody reads and few keep: the others are refused, not kept in the dark."""
    return Route(method, path, ok, needs=needs, body=body, also=dict.fromkeys(("guest", "stranger", "customer"), 403))


def of_chat(method: str, path: str, ok: int, needs: str, body: Any = None) -> Route:
    """A chat's: staff by right; who sees no chats finds nothing, as customers do."""
    return Route(method, path, ok, needs=needs, body=body, others={"outsider": 404})


def of_its_agent(method: str, path: str, ok: int, body: Any = None) -> Route:
    """The agent's who has the chat; others who see it are refused."""
    refused = dict.fromkeys(("lead", "manager", "administrator"), 403)
    return Route(method, path, ok, body=body, others={"outsider": 404, **refused})


def of_own_chat(method: str, path: str, ok: int, body: Any = None, **others: int) -> Route:
    """A customer's own chat: the customer's is with an agent, the stranger's waits, the guest has none."""
    customers = {"customer": ok, "stranger": ok, "guest": 404, **others}
    return Route(method, path, ok, also=customers, others=dict.fromkeys(STAFF, 403), body=body)


_RESET = {"token": "none", "newPassword": "another-good-one-1"}
_CHANGE = {"oldPassword": "wrong", "newPassword": "another-good-one-1"}
_CATEGORY = {"nameAr": "ب", "nameEn": "B"}
_CANNED = {"titleAr": "ب", "titleEn": "B", "bodyAr": "ب", "bodyEn": "B", "shortcut": "b"}
_REPLY = {"labelAr": "ب", "labelEn": "B", "value": "b", "action": "reply"}
_RULE = {
    "nameAr": "ب", "nameEn": "B", "triggerPatterns": ["b"], "responseAr": "ب", "responseEn": "B", "priority": 1,
    "quickReplies": [_REPLY], "isActive": True,
}  # fmt: skip
_FILE = {"files": [{"base64": "aGVsbG8=", "filename": "hello.txt"}]}
_LINK = {"ticketId": "{other}", "kind": "related"}
_SEARCHERS = dict.fromkeys(("guest", "stranger", "customer"), 404)

_REPORTS = (
    *("tickets/overview", "tickets/by-category", "tickets/agent-performance", "tickets/sla-compliance"),
    *("tickets/satisfaction", "tickets/peak-hours", "chat/overview", "statistics/agents", "statistics/categories"),
    *("statistics/first-contact-resolution", "statistics/messages-per-ticket"),
)

ROUTES = (
    # Accounts
    public("POST", "/auth/register", 201, {"email": "new@example.test", "password": "a-good-new-one-1", "name": "New"}),
    public("POST", "/auth/login", 401, LOGIN),
    public("POST", "/auth/guest", 201, {"name": "Guest"}),
    public("POST", "/auth/customer-token", 401, {"secret": "none", "email": "new@example.test", "name": "New"}),
    public("POST", "/auth/refresh", 401, {"refreshToken": "none"}),
    everyone("POST", "/auth/logout", 400, {"refreshToken": "none"}),
    everyone("POST", "/auth/logout-all", 200),
    everyone("POST", "/auth/password/change", 400, _CHANGE),
    public("POST", "/auth/password/forgot", 200, {"email": "nobody@example.test"}),
    public("POST", "/auth/password/reset", 400, _RESET),
    everyone("GET", "/auth/me", 200),
    everyone("PATCH", "/auth/me", 200, {"name": "Renamed"}),
    staffs("GET", "/audit", 200, "audit.view"),
    # The widget
    public("GET", "/widget/settings", 200),
    # Notifications
    everyone("GET", "/notifications", 200),
    everyone("POST", "/notifications/read-all", 200),
    everyone("POST", "/notifications/{user}/read", 404),
    everyone("GET", "/notifications/preferences", 200),
    everyone("PUT", "/notifications/preferences", 200, {}),
    everyone("GET", "/notifications/settings", 200),
    everyone("PUT", "/notifications/settings", 200, {"quietHours": None}),
    everyone("POST", "/notifications/devices", 201, {"token": "t", "platform": "web"}),
    everyone("DELETE", "/notifications/devices/{user}", 404),
    # Files
    everyone("POST", "/tickets/upload", 201, _FILE),
    everyone("POST", "/chat/upload", 201, _FILE),
    Route("GET", "/files/{file}", 200, also={"nobody": 404, "customer": 200}),
    # Tickets
    everyone("GET", "/tickets", 200),
    Route(
        "POST", "/tickets", 400, needs="tickets.create", body=NEW_TICKET,
        also=dict.fromkeys(("guest", "stranger", "customer"), 201), others={"outsider": 400, "manager": 400},
    ),
    Route("POST", "/tickets/admin/search", 200, needs="tickets.view", body={}, also=_SEARCHERS),
    of_ticket("GET", "/tickets/{ticket}", 200, "tickets.view", customer=200),
    of_ticket("PATCH", "/tickets/{ticket}", 200, "tickets.update", {"subject": "Changed"}),
    of_ticket("GET", "/tickets/{ticket}/messages", 200, "tickets.view", customer=200),
    of_ticket("POST", "/tickets/{ticket}/messages", 201, "tickets.reply", {"body": "Hello"}, customer=201),
    staffs("GET", "/tickets/{ticket}/history", 200, "tickets.view"),
    staffs("GET", "/tickets/{ticket}/sla", 200, "tickets.view"),
    of_ticket("POST", "/tickets/{other}/status", 200, "tickets.update", {"status": "pending"}),
    of_ticket("POST", "/tickets/{ticket}/assign", 200, "tickets.assign", {"agentId": "{user}"}),
    of_ticket("POST", "/tickets/{other}/escalate", 200, "tickets.escalate", {"reason": "Loud"}),
    of_ticket("POST", "/tickets/{ticket}/merge", 200, "tickets.merge", {"sourceIds": ["{other}"]}),
    of_ticket("POST", "/tickets/{ticket}/unmerge", 200, "tickets.merge", {"sourceId": "{source}"}),
    of_ticket("POST", "/tickets/{other}/snooze", 200, "tickets.update", {"until": None}),
    staffs("POST", "/tickets/{other}/split", 201, "tickets.create", {"messageId": "{answer}", "subject": "Another"}),
    of_ticket("POST", "/tickets/{other}/macro", 200, "tickets.reply", {"macroId": "{macro}"}),
    of_ticket("POST", "/tickets/{ticket}/rate", 403, "", {"rating": 5}, customer=200),
    of_ticket("POST", "/tickets/{ticket}/close", 200, "tickets.close", customer=200),
    of_ticket("POST", "/tickets/{ticket}/reopen", 200, "tickets.close", customer=200),
    staffs("PUT", "/tickets/{ticket}/watchers/{user}", 200, "tickets.update"),
    staffs("DELETE", "/tickets/{ticket}/watchers/{user}", 200, "tickets.update"),
    of_ticket("PUT", "/tickets/{ticket}/mute", 200, "tickets.view", customer=200),
    of_ticket("DELETE", "/tickets/{ticket}/mute", 200, "tickets.view", customer=200),
    staffs("POST", "/tickets/{ticket}/links", 201, "tickets.update", _LINK),
    staffs("DELETE", "/tickets/{ticket}/links", 200, "tickets.update", _LINK),
    # Chats
    Route("GET", "/chat/sessions", 200, needs="chat.view"),
    of_own_chat("POST", "/chat/sessions", 200, {"language": "en"}, guest=201),
    of_chat("GET", "/chat/sessions/{chat}", 200, "chat.view"),
    of_chat("GET", "/chat/sessions/{chat}/messages", 200, "chat.view"),
    of_its_agent("POST", "/chat/sessions/{chat}/messages", 201, {"body": "Hello"}),
    of_chat("POST", "/chat/sessions/{queued}/accept", 200, "chat.accept"),
    of_chat("POST", "/chat/sessions/{chat}/transfer", 200, "chat.transfer", {"note": "Yours"}),
    of_its_agent("POST", "/chat/sessions/{chat}/read", 200, {"messageId": "{line}"}),
    of_its_agent("POST", "/chat/sessions/{chat}/end", 200),
    of_its_agent("POST", "/chat/sessions/{chat}/ticket", 201),
    of_own_chat("GET", "/chat/my-session", 200, guest=200),
    of_own_chat("GET", "/chat/my-session/messages", 200),
    of_own_chat("POST", "/chat/my-session/messages", 201, {"body": "Hello"}),
    of_own_chat("POST", "/chat/my-session/read", 200, {"messageId": "{line}"}, stranger=404),
    of_own_chat("POST", "/chat/my-session/handover", 200),
    of_own_chat("POST", "/chat/my-session/ticket", 201),
    of_own_chat("POST", "/chat/my-session/transcript", 200, {"email": "me@example.test"}),
    of_own_chat("POST", "/chat/my-session/end", 200),
    of_own_chat("POST", "/chat/my-session/rate", 200, {"rating": 5}, stranger=404),
    staffs("GET", "/chat/availability", 200),
    staffs("PUT", "/chat/availability", 200, body={"status": "available"}),
    # The catalogue
    everyone("GET", "/tickets/categories", 200),
    everyone("GET", "/tickets/categories/{category}", 200),
    kept("POST", "/tickets/categories", 201, "categories.manage", _CATEGORY),
    kept("PATCH", "/tickets/categories/{category}", 200, "categories.manage", {"nameEn": "C"}),
    kept("DELETE", "/tickets/categories/{category}", 200, "categories.manage"),
    staffs("GET", "/tickets/macros", 200),
    staffs("GET", "/tickets/canned-responses", 200),
    staffs("GET", "/tickets/canned-responses/{canned}", 200),
    staffs("POST", "/tickets/canned-responses", 201, "canned.manage", _CANNED),
    staffs("PATCH", "/tickets/canned-responses/{canned}", 200, "canned.manage", {"titleEn": "C"}),
    staffs("DELETE", "/tickets/canned-responses/{canned}", 200, "canned.manage"),
    # The bot
    staffs("GET", "/chat/bot/rules", 200, "bot.manage"),
    staffs("GET", "/chat/bot/rules/{rule}", 200, "bot.manage"),
    staffs("POST", "/chat/bot/rules", 201, "bot.manage", _RULE),
    staffs("PATCH", "/chat/bot/rules/{rule}", 200, "bot.manage", {"priority": 7}),
    staffs("DELETE", "/chat/bot/rules/{rule}", 200, "bot.manage"),
    staffs("POST", "/chat/bot/test", 200, "bot.manage", {"text": "مرحبا", "language": "en"}),
    # Reports
    *(staffs("GET", f"/support/reports/{path}", 200, "reports.view") for path in _REPORTS),
    staffs("GET", "/support/reports/rows/{user}", 404, "reports.view"),
    *(staffs("GET", f"/support/reports/tickets/export/{name}", 200, "export") for name in ("excel", "pdf", "csv")),
    staffs("GET", "/tickets/{ticket}/transcript", 200, "export"),
    of_chat("GET", "/chat/sessions/{chat}/transcript", 200, "export"),
    staffs("GET", "/support/reports/exports/{user}", 404, "export"),
    staffs("DELETE", "/support/reports/exports/{user}", 404, "export"),
    staffs("GET", "/support/reports/exports/{user}/file", 404, "export"),
)  # fmt: skip


def filled(value: Any, ids: Mapping[str, str]) -> Any:
    """A path or a body with the world's ids in its braces."""
    if isinstance(value, str):
        return value.format(**ids) if "{" in value else value
    if isinstance(value, Mapping):
        return {name: filled(inner, ids) for name, inner in value.items()}
    return [filled(inner, ids) for inner in value] if isinstance(value, list) else value
