"""The desk as a page: the lists, and beside them the chat that is open; read in a fixed number of queries."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from django.contrib.admin import AdminSite
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from accounts.models import User
from chat import policies
from chat.admin import choices
from chat.admin.allowed_actions import Offers, offers
from chat.admin.badges import STATUS_TONES, lasted
from chat.admin.desk import Desk, read_desk
from chat.admin.forms import FORMS, ChatForm
from chat.admin.thread import Thread, read_thread
from chat.models import Session
from chat.queries import sessions_for
from chat.rooms import room_for
from core.admin import describe, kept_filters, list_url
from core.errors import AlreadyAccepted, NotFound, Problem
from tickets.pages.choices import canned
from tickets.pages.requests import person

OTHERS_SHOWN = 5


@dataclass(frozen=True)
class Refusal:
    """Hold what an operation refused: the form to be shown again, and why."""

    form: ChatForm | None = None
    problem: Problem | None = None
    status: int = 200

    @property
    def slug(self) -> str:
        return self.form.slug if self.form else ""

    @property
    def words(self) -> str:
        """The refusal in a line; it names who was faster."""
        if self.problem is None:
            return ""
        if isinstance(self.problem, AlreadyAccepted) and self.problem.details:
            return _("%(name)s already took this chat.") % {"name": self.problem.details["agent"]["name"]}
        return describe(self.problem)


def is_fragment(request: HttpRequest) -> bool:
    """Return whether a script of an open page asks: the same view and rights, without the frame around it."""
    return request.headers.get("HX-Request") == "true"


def may_look(user: User) -> bool:
    """Return whether the desk exists for this person."""
    return user.has_perm(policies.VIEW) or user.has_perm(policies.ACCEPT)


def find(ref: str, user: User) -> Session:
    """A chat with all that its page shows; NotFound for what this person does not see."""
    rows = sessions_for(user).complete().select_related("customer", "agent", "rating", "ticket")
    session: Session | None = rows.by_ref(ref).first()
    if session is None:
        raise NotFound
    return session


def desk_page(request: HttpRequest, site: AdminSite, refusal: Refusal | None = None) -> HttpResponse:
    """The lists, with no chat open."""
    desk = read_desk(person(request))
    return _answer(request, site, refusal, {"desk": desk, "title": _("Live chats"), "trail": [(_("Live chats"), "")]})


def chat_page(request: HttpRequest, site: AdminSite, ref: str, refusal: Refusal | None = None) -> HttpResponse:
    """The desk with a chat open, with the status of the refusal it shows. Raises NotFound."""
    user = person(request)
    pk = sessions_for(user).by_ref(ref).values_list("pk", flat=True).first()
    if pk is None:
        raise NotFound
    desk = read_desk(user, shown=pk)
    session = find(str(pk), user)
    may = offers(user, session)
    thread = read_thread(session, {} if refusal else request.GET.dict(), user.pk)
    context = {
        "title": _("Chat with %(name)s") % {"name": session.customer.name},
        "trail": [way_back(request), (session.customer.name, "")],
        "desk": desk,
        "session": session,
        "room": room_for(user, pk),
        "seq": desk.seqs[room_for(user, pk)],
        "may": may,
        "thread": thread,
        "forms": _forms(session, may, thread, refusal),
        "status_tone": STATUS_TONES[session.status],
        "rating": getattr(session, "rating", None),
        "waited": lasted(session.first_waiting_at, session.first_accepted_at),
        "lasted": lasted(session.created_at, session.ended_at),
        "others": _others(session, user),
    }
    return _answer(request, site, refusal, context)


def _answer(request: HttpRequest, site: AdminSite, refusal: Refusal | None, context: dict[str, Any]) -> HttpResponse:
    desk: Desk = context["desk"]
    request.here = reverse("admin:chat_desk")  # type: ignore[attr-defined]
    template = "chat/body.html" if is_fragment(request) else "chat/desk.html"
    frame = {} if is_fragment(request) else site.each_context(request)
    refused = refusal or Refusal()
    page: dict[str, Any] = {
        "kept": kept_filters(request),
        "refusal": refusal,
        "refusal_text": refused.words,
        "refused": refused.slug,
    }
    page |= {"rooms": json.dumps(desk.rooms), "queue": desk.queue}
    status = refused.status if refusal else 200
    return TemplateResponse(request, template, {**frame, **page, **context}, status=status)


def way_back(request: HttpRequest) -> tuple[str, str]:
    """The desk, or the list of chats that the page was opened from, filtered as it was."""
    if not kept_filters(request):
        return _("Live chats"), reverse("admin:chat_desk")
    return capfirst(str(Session._meta.verbose_name_plural)), list_url(request, "admin:chat_session_changelist")


def _forms(session: Session, may: Offers, thread: Thread, refusal: Refusal | None) -> dict[str, ChatForm]:
    """Every form by its slug; the refused one in its place."""
    found = {kind.slug: kind(session) for kind in FORMS}
    if refusal and refusal.form and refusal.slug in found:
        found[refusal.slug] = refusal.form
    found["reply"].put("seen", thread.seen)
    if may.write:
        found["reply"].offer(canned=canned(session.language))
    if may.transfer:
        found["transfer"].offer(agent_id=choices.receivers(session))
    return found


def _others(session: Session, user: User) -> list[dict[str, Any]]:
    """The customer's other chats, newest first."""
    rows = sessions_for(user).filter(customer_id=session.customer_id).exclude(pk=session.pk)
    newest = rows.select_related("agent", "rating").order_by("-created_at", "-pk")[:OTHERS_SHOWN]
    return [
        {"session": row, "tone": STATUS_TONES[row.status], "rating": getattr(row, "rating", None)} for row in newest
    ]
