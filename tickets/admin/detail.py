"""The page of a ticket: everything it shows, read in a fixed number of queries."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib.admin import AdminSite
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.text import capfirst

from accounts.models import User
from core.admin import describe, kept_filters, list_url
from core.errors import NotFound, Problem
from core.ids import as_number
from realtime.log import latest_seqs
from tickets import operations
from tickets.admin.allowed_actions import Offers, offers
from tickets.admin.badges import PRIORITY_TONES, STATUS_TONES, assignee_words
from tickets.admin.forms import FORMS, TicketForm, VersionForm, status_choices
from tickets.admin.history import entries_of, in_words
from tickets.admin.macros import macros_for
from tickets.admin.sla_panel import panel_of
from tickets.admin.snoozing import presets
from tickets.admin.thread import Thread, read_thread
from tickets.models import Draft, Merge, Reading, Ticket
from tickets.pages import choices
from tickets.pages.requests import person
from tickets.queries import complete, tickets_for
from tickets.rooms import room_for

HISTORY_SHOWN = 8
OTHERS_SHOWN = 5


@dataclass(frozen=True)
class Refusal:
    """A form that an operation refused, to be shown again with what came meanwhile."""

    form: TicketForm
    problem: Problem | None = None
    status: int = 200

    @property
    def seen(self) -> int | None:
        """The newest history entry that the form's page showed."""
        return _whole(self.form.data.get("seen"))

    @property
    def last_seen(self) -> int | None:
        """The newest public message that the form's page showed, where that matters."""
        return _whole(self.form.data.get("last_seen"))


def list_name(opts: Any) -> str:
    """Return what the list is called in the trail above a page."""
    return capfirst(str(opts.verbose_name_plural))


def is_fragment(request: HttpRequest) -> bool:
    """Return whether an open page asks for what changed: the same view and rights, without the frame around it."""
    return request.headers.get("HX-Request") == "true"


def ticket_page(
    request: HttpRequest, site: AdminSite, ref: str, opts: Any, refusal: Refusal | None = None
) -> HttpResponse:
    """The page, with the status of the refusal it shows. Raises NotFound."""
    user = person(request)
    pk = tickets_for(user).by_ref(ref).values_list("pk", flat=True).first()
    if pk is None:
        raise NotFound
    # The room's latest number is read before the ticket: nothing in between is missed by whoever joins later.
    room = room_for(user, pk)
    seq = latest_seqs([room])[room]
    ticket = complete(str(pk), user)
    parts = _parts(request, ticket, user, refusal)
    _mark_read(ticket, parts["thread"], user)
    context = {
        **site.each_context(request),
        "title": ticket.number,
        "trail": [
            (list_name(opts), list_url(request, "admin:tickets_ticket_changelist")),
            (ticket.number, ""),
        ],
        "subtitle": ticket.subject,
        "opts": opts,
        "original": ticket,
        "kept": kept_filters(request),
        "ticket": ticket,
        "room": room,
        "seq": seq,
        "is_fragment": is_fragment(request),
        **parts,
    }
    status = refusal.status if refusal else 200
    template = "tickets/body.html" if is_fragment(request) else "tickets/ticket.html"
    return TemplateResponse(request, template, context, status=status)


def _mark_read(ticket: Ticket, thread: Thread, user: User) -> None:
    """Keep that this person has seen the thread's end; one who has, and pages of earlier messages, cost no write."""
    if thread.last_seen is None or not thread.is_latest:
        return
    if not Reading.objects.filter(user=user, ticket=ticket, message_id__gte=thread.last_seen).exists():
        operations.mark_read(ticket.pk, thread.last_seen, by=user)


def _parts(request: HttpRequest, ticket: Ticket, user: User, refusal: Refusal | None) -> dict[str, Any]:
    may = offers(user, ticket)
    thread = read_thread(ticket, {} if refusal else request.GET.dict(), seen=refusal.last_seen if refusal else None)
    acts = in_words(list(entries_of(ticket)[: HISTORY_SHOWN * 5]))
    newest = acts[0].id if acts else None
    meanwhile = _meanwhile(acts, refusal)  # before the refused form takes on the present facts
    return {
        "may": may,
        "thread": thread,
        "forms": _forms(ticket, user, may, thread, newest, refusal),
        "refusal": refusal,
        "refusal_text": describe(refusal.problem) if refusal and refusal.problem else "",
        "refused": refusal.form.slug if refusal else "",
        "meanwhile": meanwhile,
        "acts": acts[:HISTORY_SHOWN],
        "more_acts": len(acts) > HISTORY_SHOWN,
        "newest": newest,
        "macros": macros_for(ticket, user) if may.reply else [],
        "snooze_times": presets() if may.snooze else [],
        "status_tone": STATUS_TONES[ticket.status],
        "priority_tone": PRIORITY_TONES[ticket.priority],
        "assignee_words": assignee_words(ticket.assignee, is_unassigned=_is_unassigned(ticket)),
        "watching": any(row["id"] == user.pk for row in ticket.watcher_rows),
        "others": _others(ticket, user),
        "sources": _sources(ticket) if may.unmerge else [],
        "rating": getattr(ticket, "rating", None),
        "sla": panel_of(ticket),
        "chat_url": _chat_url(ticket, user),
        "history_url": reverse("admin:tickets_ticket_history", args=[ticket.pk]) + kept_filters(request),
    }


def _is_unassigned(ticket: Ticket) -> bool:
    return ticket.assignee_id is None or Ticket.objects.filter(pk=ticket.pk).unassigned().exists()


def _forms(
    ticket: Ticket, user: User, may: Offers, thread: Thread, newest: int | None, refusal: Refusal | None
) -> dict[str, TicketForm]:
    """Every form by its slug; the refused one in its place, made to fit the ticket as it is now."""
    found = {kind.slug: kind(ticket) for kind in FORMS}
    if refusal and refusal.form.slug in found:
        refusal.form.ticket = ticket
        refusal.form.initial = {}
        refusal.form.prepare()
        found[refusal.form.slug] = refusal.form
    for form in found.values():
        form.put("seen", newest)
    for slug, body in Draft.objects.filter(user=user, ticket=ticket).values_list("kind", "body"):
        if not found[slug].is_bound:
            found[slug].put("body", body)
    reply = found["reply"]
    for form in (reply, found["macro"]):
        form.put("last_seen", thread.last_seen)
    _offer(found, ticket, may)
    if refusal and isinstance(refusal.form, VersionForm):
        refusal.form.renew()
    return found


def _offer(found: dict[str, TicketForm], ticket: Ticket, may: Offers) -> None:
    """The choices of the forms, each list read once and only for whom it is shown to."""
    steps = status_choices(may.steps)
    found["status"].offer(status=steps)
    ready = choices.canned(ticket.customer.language) if may.reply else []
    found["reply"].offer(status=[("", choices.AS_IT_FOLLOWS), *steps], canned=ready)
    search = reverse("admin:tickets_ticket_find", args=[ticket.pk])
    found["merge"].fields["source_ids"].widget.attrs["data-find"] = f"{search}?own=1"
    found["link"].fields["ticket_id"].widget.attrs["data-find"] = search
    if may.update:
        found["fields"].offer(category_id=choices.categories(ticket.category))
    if may.assign or may.escalate:
        agents = choices.agents(ticket.assignee)
        found["assign"].offer(agent_id=agents, team_id=choices.teams(ticket.team) if may.assign else [])
        found["escalate"].offer(agent_id=[("", choices.PRESENT), *agents[1:]])


def _meanwhile(acts: list[Any], refusal: Refusal | None) -> list[Any]:
    """Return what was done to the ticket since the refused form was shown."""
    if refusal is None or refusal.problem is None or refusal.problem.code != "stale" or refusal.seen is None:
        return []
    return [act for act in acts if act.id > refusal.seen]


def _others(ticket: Ticket, user: User) -> list[dict[str, Any]]:
    """The customer's other tickets, newest first, as far as this person sees them."""
    rows = tickets_for(user).filter(customer=ticket.customer_id).exclude(pk=ticket.pk).order_by("-created_at", "-pk")
    shown = rows.only("number", "subject", "status", "created_at")[:OTHERS_SHOWN]
    return [{"ticket": row, "tone": STATUS_TONES[row.status]} for row in shown]


def _sources(ticket: Ticket) -> list[Merge]:
    """The merges that can be undone from this page: into this ticket, or of it."""
    rows = Merge.objects.filter(undone_at=None).select_related("source", "target").order_by("-pk")
    return list(rows.filter(source=ticket) if ticket.merged_into_id else rows.filter(target=ticket))


def _chat_url(ticket: Ticket, user: User) -> str:
    """Return the page of the chat that the ticket was made of, for whoever sees every chat."""
    if ticket.chat_session_id is None or not user.has_perm("support.chat.view"):
        return ""
    return reverse("admin:chat_session_change", args=[ticket.chat_session_id])


def _whole(value: Any) -> int | None:
    return as_number(str(value or ""))
