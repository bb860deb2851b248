"""A ticket as its customer reads it on a page: thread, files, what may be done."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.dateparse import parse_datetime

from accounts.models import User
from core.api.lists import thread_page
from core.errors import NotFound, Problem
from portal.forms import RatingForm, ReplyForm
from portal.pages import page, refusal_of
from tickets import operations, queries
from tickets.models import Ticket
from tickets.operations import NewMessage
from tickets.pages.requests import keep
from tickets.states import DONE
from uploads.links import as_id, signed_url
from uploads.models import Attachment
from uploads.queries import may_read


@dataclass(frozen=True)
class Addresses:
    """Hold the addresses of a ticket's page and files: by number for a customer, by their signed link for a guest."""

    here: str
    file: Callable[[str], str]


def ticket_page(request: HttpRequest, ref: str, user: User, to: Addresses) -> HttpResponse:
    """Show a ticket the user sees, or carry out what was sent: a reply, a rating, the end or a new start.

    The address of a merged ticket shows the one it was merged into.
    """
    seen = Ticket.objects.visible_to(user).with_people()
    addressed: Ticket | None = seen.by_ref(ref).first()
    merged = addressed is not None and addressed.merged_into_id is not None
    ticket = seen.filter(pk=seen.end_of_merges(addressed.pk)).first() if addressed and merged else addressed
    if ticket is None:
        raise NotFound
    if request.method != "POST":
        return _shown(request, ticket, user, to, source=addressed if merged else None)
    act = {"reply": _reply, "rate": _rate, "close": _close, "reopen": _reopen}.get(request.POST.get("act", ""))
    if act is None:
        raise NotFound
    return act(request, ticket, user, to)


def _reply(request: HttpRequest, ticket: Ticket, user: User, to: Addresses) -> HttpResponse:
    form = ReplyForm(request.POST, request.FILES, auto_id="reply-%s")
    status = 400
    if form.is_valid():
        try:
            keep(form, user)
            data = form.cleaned_data
            new = NewMessage(data["body"], attachments=form.references, client_message_id=data["client_message_id"])
            written = operations.add_message(ticket.pk, new, by=user)
            opened = f"?opened={written.opened.number}" if written.opened else ""
            return HttpResponseRedirect(f"{to.here}{opened}#message-{written.message.pk}")
        except Problem as problem:
            form.refuse(problem)
            status = problem.status
    return _shown(request, ticket, user, to, reply=form, status=status)


def _rate(request: HttpRequest, ticket: Ticket, user: User, to: Addresses) -> HttpResponse:
    form = RatingForm(request.POST)
    status = 400
    if form.is_valid():
        try:
            operations.rate(ticket.pk, by=user, **form.cleaned_data)
            return HttpResponseRedirect(to.here)
        except Problem as problem:
            form.refuse(problem)
            status = problem.status
    return _shown(request, ticket, user, to, rating=form, status=status)


def _close(request: HttpRequest, ticket: Ticket, user: User, to: Addresses) -> HttpResponse:
    operations.close(ticket.pk, by=user)
    return HttpResponseRedirect(to.here)


def _reopen(request: HttpRequest, ticket: Ticket, user: User, to: Addresses) -> HttpResponse:
    operations.reopen(ticket.pk, by=user)
    return HttpResponseRedirect(to.here)


def _shown(
    request: HttpRequest,
    ticket: Ticket,
    user: User,
    to: Addresses,
    *,
    reply: ReplyForm | None = None,
    rating: RatingForm | None = None,
    source: Ticket | None = None,
    status: int = 200,
) -> HttpResponse:
    before = {name: request.GET[name] for name in ("before",) if request.GET.get(name)}
    try:
        rows, meta = thread_page(queries.thread(str(ticket.pk), user), before)
    except Problem as error:
        raise refusal_of(error) from None
    messages = queries.thread_data(rows, user)
    for message in messages:
        message["moment"] = parse_datetime(message["createdAt"])
        for file in message["attachments"]:
            file["page"] = to.file(file["id"])
    context: dict[str, Any] = {
        "title": ticket.subject,
        "ticket": ticket,
        "messages": messages,
        "earlier": rows[0].pk if rows and meta["hasBefore"] else None,
        "reply": reply or ReplyForm(auto_id="reply-%s"),
        "rating": rating or RatingForm(),
        "values": range(1, 6),
        "source": source,
        "is_done": ticket.status in DONE,
        "stored_rating": getattr(ticket, "rating", None),
        "opened": request.GET.get("opened", "")[:24],
        "to": to,
    }
    return page(request, "portal/ticket.html", context, status)


def file_answer(user: User, attachment_id: str) -> HttpResponse:
    """Lead on to a link that is signed now for this reader: links live five minutes, pages stay open for longer."""
    identity = as_id(attachment_id)
    attachment = Attachment.objects.filter(pk=identity).first() if identity else None
    if attachment is None or not may_read(user, attachment):
        raise NotFound
    return HttpResponseRedirect(signed_url(str(attachment.pk), attachment.filename, user))
