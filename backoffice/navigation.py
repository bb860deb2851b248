"""The back office by work, in the order of the day: the sidebar and the command bar are drawn from this.

To add a page, add one line to AREAS. A registered model that no line names still appears, under the last area.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple
from urllib.parse import parse_qsl

from django.apps import apps
from django.contrib.admin import AdminSite
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

Text = str | Promise


class Entry(NamedTuple):
    """A page: the list of a model (`tickets.ticket`, whose ModelAdmin says who sees it) or a named URL.

    `right` further limits who sees it; `query` is a filter that the link sets.
    """

    page: str
    icon: str
    label: Text = ""
    right: str = ""
    query: str = ""


class Area(NamedTuple):
    """Pages of one kind of work; a folded one opens by a click, and by itself on its own pages."""

    title: Text
    entries: tuple[Entry, ...]
    folded: bool = False


AREAS = (
    Area(
        "",
        (
            Entry("tickets.ticket", "inbox", _("Inbox")),
            Entry("admin:chat_desk", "chat", _("Chats"), right="support.chat.view"),
            Entry("accounts.user", "user", _("Customers"), "support.customers.manage", "kind=customers"),
        ),
    ),
    Area(
        _("Reports"),
        (
            Entry("admin:reports", "chart", _("Reports"), right="support.reports.view"),
            Entry("chat.session", "history", _("All chats")),
            Entry("audit.entry", "shield", _("Audit log")),
        ),
    ),
    Area(
        _("Settings"),
        (
            Entry("tickets.category", "folder"),
            Entry("tickets.tag", "tag"),
            Entry("tickets.cannedresponse", "bolt"),
            Entry("tickets.macro", "check"),
            Entry("bot.rule", "bot"),
            Entry("tickets.slapolicy", "clock"),
            Entry("tickets.businesscalendar", "calendar"),
            Entry("accounts.user", "users", _("Staff"), "support.users.manage", "kind=staff"),
            Entry("accounts.team", "team"),
            Entry("tickets.assignmentrule", "team"),
            Entry("auth.group", "key", _("Groups")),
            Entry("admin:widget_looks", "chat", _("Chat widget"), right="support.settings.manage"),
            Entry("accounts.serverkey", "key"),
            Entry("notifications.delivery", "bell"),
            Entry(
                "admin:notification_channels", "alert", _("Notification channels"), right="support.deliveries.manage"
            ),
            Entry("admin:notification_defaults", "check", _("Told by default"), right="support.settings.manage"),
            Entry("admin:notification_templates", "folder", _("E-mail templates"), right="support.settings.manage"),
            Entry("admin:notification_mailbox", "empty", _("Mails in the folder"), right="support.settings.manage"),
        ),
        folded=True,
    ),
)
OTHERS = _("More")


@dataclass(frozen=True)
class Link:
    """An entry as this person sees it."""

    label: str
    url: str
    icon: str
    is_here: bool


@dataclass(frozen=True)
class Section:
    """An area as this person sees it."""

    title: str
    links: list[Link]
    folded: bool = False

    @property
    def is_open(self) -> bool:
        return any(link.is_here for link in self.links)


def areas_of(site: AdminSite, request: HttpRequest) -> list[Section]:
    """Return what the signed-in person may open, by area; empty areas are left out."""
    models = {label: admin for label, admin in _models(site).items() if admin.has_module_permission(request)}
    named = {entry.page for area in AREAS for entry in area.entries}
    rest = tuple(Entry(label, "dot") for label in models if label not in named)
    found = []
    for area in (*AREAS, Area(OTHERS, rest, folded=True)):
        links = [link for entry in area.entries if (link := _link(entry, models, request))]
        if links:
            found.append(Section(str(area.title), links, area.folded))
    return found


def _models(site: AdminSite) -> dict[str, Any]:
    found = [model for model in apps.get_models() if site.is_registered(model)]
    return {model._meta.label_lower: site.get_model_admin(model) for model in found}


def _link(entry: Entry, models: dict[str, Any], request: HttpRequest) -> Link | None:
    if entry.right and not request.user.has_perm(entry.right):
        return None
    label = str(entry.label)
    if "." in entry.page:
        if entry.page not in models:
            return None
        name = f"admin:{entry.page.replace('.', '_')}_changelist"
        label = label or capfirst(str(models[entry.page].opts.verbose_name_plural))
    else:
        name = entry.page
    try:
        url = reverse(name)
    except NoReverseMatch:
        return None
    full = f"{url}?{entry.query}" if entry.query else url
    return Link(label, full, entry.icon, _is_here(url, entry.query, request))


def _is_here(url: str, query: str, request: HttpRequest) -> bool:
    """Tell if the page shown belongs to this link. A page of one object says its kind on the request, and one that
    belongs elsewhere than its address says, `here`."""
    here = getattr(request, "here", "")
    if here or not request.path.startswith(url):
        return bool(here == url)
    kind = getattr(request, "kind", "") or request.GET.get("kind", "")
    return all(request.GET.get(name) == value or kind == value for name, value in parse_qsl(query))
