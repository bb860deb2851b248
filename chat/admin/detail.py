"""The desk as a page: the lists, and the chats that are open beside each other; a fixed number of queries each."""

from __future__ import annotations

import json
from typing import Any

from django.contrib.admin import AdminSite
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from accounts.models import User
from chat import policies
from chat.admin.desk import Desk, read_desk
from chat.admin.panes import Refusal, asked_for, read_panes
from chat.models import Session
from chat.queries import sessions_for
from core.admin import kept_filters, list_url
from core.errors import NotFound
from tickets.pages.requests import person


def is_fragment(request: HttpRequest) -> bool:
    """Return whether a script of an open page asks: the same view and rights, without the frame around it."""
    return request.headers.get("HX-Request") == "true"


def may_look(user: User) -> bool:
    """Return whether the desk exists for this person."""
    return user.has_perm(policies.VIEW) or user.has_perm(policies.ACCEPT)


def desk_page(request: HttpRequest, site: AdminSite, refusal: Refusal | None = None) -> HttpResponse:
    """The lists, with no chat open."""
    desk = read_desk(person(request))
    return _answer(request, site, refusal, {"desk": desk, "title": _("Live chats"), "trail": [(_("Live chats"), "")]})


def chat_page(request: HttpRequest, site: AdminSite, ref: str, refusal: Refusal | None = None) -> HttpResponse:
    """The desk with a chat open, with the status of the refusal it shows; `?panes=` opens others beside it.

    Raises NotFound.
    """
    user = person(request)
    pk = sessions_for(user).by_ref(ref).values_list("pk", flat=True).first()
    if pk is None:
        raise NotFound
    ids = [pk] if refusal else asked_for(request, pk)
    desk = read_desk(user, shown=pk, beside=ids)
    panes = read_panes(user, ids, pk, desk, request.GET.dict(), refusal)
    active = next((pane for pane in panes if pane.is_active), None)
    if active is None:
        raise NotFound
    name = active.session.customer.name
    context = {
        "title": _("Chat with %(name)s") % {"name": name},
        "trail": [way_back(request), (name, "")],
        "desk": desk,
        "panes": panes,
    }
    return _answer(request, site, refusal, context)


def _answer(request: HttpRequest, site: AdminSite, refusal: Refusal | None, context: dict[str, Any]) -> HttpResponse:
    desk: Desk = context["desk"]
    request.here = reverse("admin:chat_desk")  # type: ignore[attr-defined]
    template = "chat/body.html" if is_fragment(request) else "chat/desk.html"
    frame = {} if is_fragment(request) else site.each_context(request)
    page: dict[str, Any] = {
        "is_fragment": is_fragment(request),
        "heading": _("Live chats"),
        "kept": kept_filters(request),
        "refusal_text": refusal.words if refusal else "",
        "rooms": json.dumps(desk.rooms),
        "queue": desk.queue,
    }
    status = refusal.status if refusal else 200
    return TemplateResponse(request, template, {**frame, **page, **context}, status=status)


def way_back(request: HttpRequest) -> tuple[str, str]:
    """The desk, or the list of chats that the page was opened from, filtered as it was."""
    if not kept_filters(request):
        return _("Live chats"), reverse("admin:chat_desk")
    return capfirst(str(Session._meta.verbose_name_plural)), list_url(request, "admin:chat_session_changelist")
