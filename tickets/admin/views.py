"""Requests of a ticket's page: forms in, a redirect or the page with the refusal out; files and canned responses."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.admin import AdminSite
from django.db import OperationalError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.urls import reverse

from accounts.models import User
from core.admin import kept_filters, list_url
from core.api.problems import as_problem
from core.errors import NotFound, Problem, Unavailable
from realtime import viewing
from tickets import canned, operations
from tickets.admin.actions import ACTIONS, Done
from tickets.admin.detail import Refusal, ticket_page
from tickets.admin.forms import ReplyForm
from tickets.models import Ticket
from tickets.pages.requests import Fill, canned_answer, file_answer, insert_canned, note_refusal, person
from tickets.policies import REPLY, refuse_unless
from tickets.queries import complete, tickets_for
from tickets.rooms import room_for


def act(request: HttpRequest, site: AdminSite, opts: Any, ref: str, slug: str) -> HttpResponse:
    """One form of the page: carried out and redirected, or the page again with what was typed and why not."""
    user = person(request)
    action = ACTIONS.get(slug)
    if action is None:
        raise NotFound
    ticket = complete(ref, user)
    if request.method != "POST":
        return HttpResponseRedirect(page_url(ticket.pk) + kept_filters(request))
    form = action.form(ticket, request.POST, request.FILES)
    try:
        if isinstance(form, ReplyForm) and "insert" in request.POST:
            insert_canned(form, user, _fill(ticket, user))
            return ticket_page(request, site, ref, opts, Refusal(form))
        if not form.is_valid():
            return ticket_page(request, site, ref, opts, Refusal(form, status=400))
        done = action.run(ticket, form, user)
    except (Problem, OperationalError) as error:
        return _refused(request, site, opts, ref, Refusal(form, as_problem(error) or Unavailable()))
    messages.success(request, str(done.text))
    return HttpResponseRedirect(_next(request, done, user))


def _refused(request: HttpRequest, site: AdminSite, opts: Any, ref: str, refusal: Refusal) -> HttpResponse:
    problem = refusal.problem
    assert problem is not None
    note_refusal(request, problem)
    refusal.form.refuse(problem)
    return ticket_page(request, site, ref, opts, Refusal(refusal.form, problem, problem.status))


def _fill(ticket: Ticket, by: User) -> Fill:
    return lambda response, language: canned.answer(response, ticket, by, language)


def canned_text(request: HttpRequest, ref: str) -> HttpResponse:
    """A canned response filled in for this ticket."""
    user = person(request)
    refuse_unless(user, REPLY)
    return canned_answer(request, _fill(complete(ref, user), user))


def save_draft(request: HttpRequest, ref: str) -> HttpResponse:
    """Keep what was typed into a box of this ticket (`kind`, `body`); 204."""
    if request.method != "POST":
        raise NotFound
    operations.save_draft(ref, request.POST.get("kind", ""), request.POST.get("body", ""), by=person(request))
    return HttpResponse(status=204)


def colleagues(request: HttpRequest) -> HttpResponse:
    """Whoever may be mentioned in a note, by name: `[{"value": "agent@example.com", "text": "Name"}]`."""
    refuse_unless(person(request), REPLY)
    staff = User.objects.with_right("tickets.view").order_by("name", "pk").values_list("email", "name")
    found = [{"value": email, "text": name} for email, name in staff[:500]]
    return JsonResponse(found, safe=False, headers={"Cache-Control": "no-store"})


def viewers(request: HttpRequest, ref: str) -> JsonResponse:
    """Answer the names of the colleagues whose page of this ticket is before their eyes."""
    user = person(request)
    room = room_for(user, complete(ref, user).pk)
    staff = set(User.objects.staff().exclude(pk=user.pk).values_list("pk", flat=True))
    looking = User.objects.filter(pk__in=viewing.viewers([room], staff)).order_by("name", "pk")
    names = list(looking.values_list("name", flat=True))
    return JsonResponse(names, safe=False, headers={"Cache-Control": "no-store"})


def file(request: HttpRequest, ref: str, attachment_id: str) -> HttpResponse:
    """A file of this ticket."""
    user = person(request)
    complete(ref, user)
    return file_answer(user, attachment_id)


def _next(request: HttpRequest, done: Done, user: User) -> str:
    """The page to go on with; the list when what was done took the ticket out of this person's sight."""
    if not tickets_for(user).filter(pk=done.ticket_id).exists():
        return list_url(request, "admin:tickets_ticket_changelist")
    return page_url(done.ticket_id) + kept_filters(request) + (f"#message-{done.message_id}" if done.message_id else "")


def page_url(ticket_id: int) -> str:
    return reverse("admin:tickets_ticket_change", args=[ticket_id])
