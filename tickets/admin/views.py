"""Requests of a ticket's page: forms in, a redirect or the page with the refusal out; files and canned responses."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.admin import AdminSite
from django.db import OperationalError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.models import User
from core.api.problems import as_problem, refusal_hook
from core.errors import Forbidden, Invalid, NotFound, Problem, Unavailable
from tickets import canned
from tickets.admin.actions import ACTIONS, Done, keep
from tickets.admin.detail import Refusal, find, ticket_page
from tickets.admin.forms import ReplyForm
from tickets.models import CannedResponse, Ticket
from tickets.policies import REPLY, refuse_unless
from tickets.queries import tickets_for
from uploads.links import as_id, signed_url
from uploads.models import Attachment
from uploads.queries import may_read


def act(request: HttpRequest, site: AdminSite, opts: Any, ref: str, slug: str) -> HttpResponse:
    """One form of the page: carried out and redirected, or the page again with what was typed and why not."""
    user = _person(request)
    action = ACTIONS.get(slug)
    if action is None:
        raise NotFound
    ticket = find(ref, user)
    if request.method != "POST":
        return HttpResponseRedirect(page_url(ticket.pk))
    form = action.form(ticket, request.POST, request.FILES)
    try:
        if isinstance(form, ReplyForm) and "insert" in request.POST:
            _insert(form, ticket, user)
            return ticket_page(request, site, ref, opts, Refusal(form))
        if not form.is_valid():
            return ticket_page(request, site, ref, opts, Refusal(form, status=400))
        done = action.run(ticket, form, user)
    except (Problem, OperationalError) as error:
        return _refused(request, site, opts, ref, Refusal(form, as_problem(error) or Unavailable()))
    messages.success(request, str(done.text))
    return HttpResponseRedirect(_next(done, user))


def _refused(request: HttpRequest, site: AdminSite, opts: Any, ref: str, refusal: Refusal) -> HttpResponse:
    problem = refusal.problem
    assert problem is not None
    note_refusal(request, problem)
    refusal.form.refuse(problem)
    return ticket_page(request, site, ref, opts, Refusal(refusal.form, problem, problem.status))


def note_refusal(request: HttpRequest, problem: Problem) -> None:
    """A right that was missing goes to the audit log, as at every door."""
    if isinstance(problem, Forbidden):
        refusal_hook()(request.user, problem, f"{request.method} {request.path}")


def _insert(form: ReplyForm, ticket: Ticket, by: User) -> None:
    """Without scripts: put the chosen canned response at the end of what was typed; files are kept meanwhile."""
    form.is_valid()
    form.errors.clear()
    keep(form, by)
    text = _canned_text(form.data.get("canned", ""), ticket, by)
    if text is None:
        raise Invalid(fields={"canned": [_("Choose a canned response.")]})
    typed = form.data.get("body", "").rstrip()
    form.put("body", f"{typed}\n\n{text}" if typed else text)


def canned_text(request: HttpRequest, ref: str) -> HttpResponse:
    """A canned response filled in for this ticket, as plain text (`?canned=12:ar`)."""
    user = _person(request)
    refuse_unless(user, REPLY)
    text = _canned_text(request.GET.get("canned", ""), find(ref, user), user)
    if text is None:
        raise NotFound
    return HttpResponse(text, content_type="text/plain; charset=utf-8", headers={"Cache-Control": "no-store"})


def _canned_text(chosen: str, ticket: Ticket, by: User) -> str | None:
    pk, _colon, language = chosen.partition(":")
    if language not in {"ar", "en"} or not (pk.isascii() and pk.isdigit() and len(pk) < 19):
        return None
    response = CannedResponse.objects.filter(pk=int(pk)).first()
    return canned.answer(response, ticket, by, language) if response else None


def file(request: HttpRequest, ref: str, attachment_id: str) -> HttpResponse:
    """On to a link signed now for this reader; signed links live five minutes, pages stay open for longer."""
    user = _person(request)
    find(ref, user)
    identity = as_id(attachment_id)
    attachment = Attachment.objects.filter(pk=identity).first() if identity else None
    if attachment is None or not may_read(user, attachment):
        raise NotFound
    return HttpResponseRedirect(signed_url(str(attachment.pk), attachment.filename, user))


def _next(done: Done, user: User) -> str:
    """The page to go on with; the list when what was done took the ticket out of this person's sight."""
    if not tickets_for(user).filter(pk=done.ticket_id).exists():
        return reverse("admin:tickets_ticket_changelist")
    return page_url(done.ticket_id) + (f"#message-{done.message_id}" if done.message_id else "")


def page_url(ticket_id: int) -> str:
    return reverse("admin:tickets_ticket_change", args=[ticket_id])


def _person(request: HttpRequest) -> User:
    assert isinstance(request.user, User)
    return request.user
