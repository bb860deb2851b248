"""Opening a ticket for a customer: first who it is for, then what it is about."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.admin import AdminSite
from django.db import OperationalError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.models import User
from core.api.problems import as_problem
from core.errors import Problem, Unavailable
from core.idempotency import Answer
from core.ids import as_number
from tickets import operations
from tickets.admin import views
from tickets.admin.actions import once_for
from tickets.admin.detail import list_name
from tickets.admin.forms import NewTicketForm
from tickets.operations import NewTicket
from tickets.pages import choices
from tickets.pages.requests import keep, note_refusal, person
from tickets.policies import ASSIGN, CREATE, can, refuse_unless

FOUND = 20
SHORTEST = 2
STAFF_ONLY = ("agent_id", "team_id")


def new_ticket(request: HttpRequest, site: AdminSite, opts: Any) -> HttpResponse:
    """Without a customer (`?customer=12`) the search for one, else the form. Raises Forbidden."""
    user = person(request)
    refuse_unless(user, CREATE)
    customer = _customer(request.GET.get("customer", ""))
    context = {**site.each_context(request), "title": _("New ticket"), "opts": opts, "customer": customer}
    context["trail"] = [(list_name(opts), reverse("admin:tickets_ticket_changelist")), (context["title"], "")]
    if customer is None:
        return TemplateResponse(request, "tickets/find_customer.html", context | _search(request.GET.get("q", "")))
    form = NewTicketForm(request.POST, request.FILES) if request.method == "POST" else NewTicketForm()
    status = 200
    if form.is_bound:
        try:
            if form.is_valid():
                return _opened(request, form, customer, user)
            status = 400
        except (Problem, OperationalError) as error:
            problem = as_problem(error) or Unavailable()
            note_refusal(request, problem)
            form.refuse(problem)
            status = problem.status
    _offer(form, user)
    return TemplateResponse(request, "tickets/new.html", context | {"form": form}, status=status)


def _opened(request: HttpRequest, form: NewTicketForm, customer: User, by: User) -> HttpResponse:
    keep(form, by)
    data = {name: value for name, value in form.cleaned_data.items() if name not in {"attachments", "key"}}
    if not can(by, ASSIGN):
        data |= dict.fromkeys(STAFF_ONLY)

    def run() -> Answer:
        new = NewTicket(**data, customer_id=customer.pk, attachments=form.references)
        ticket = operations.create_ticket(new, by=by)
        return Answer(201, {"id": str(ticket.pk), "number": ticket.number})

    answer = once_for(form, by, "admin:new-ticket", {**data, "customer": customer.pk}, run)
    messages.success(request, _("Ticket %(number)s was opened.") % {"number": answer.content["number"]})
    return HttpResponseRedirect(views.page_url(int(answer.content["id"])))


def _offer(form: NewTicketForm, by: User) -> None:
    form.offer(category_id=choices.categories())
    if can(by, ASSIGN):
        form.offer(agent_id=choices.agents(), team_id=choices.teams())
    else:
        for name in STAFF_ONLY:
            del form.fields[name]


def _customer(value: str) -> User | None:
    pk = as_number(value)
    return User.objects.customers().filter(pk=pk, is_active=True).first() if pk is not None else None


def _search(text: str) -> dict[str, Any]:
    """Return what the page shows of a search: the customers found, and whether there are more."""
    searched = len(text.strip()) >= SHORTEST
    rows = User.objects.customers().filter(is_active=True).holding(text) if searched else User.objects.none()
    found = list(rows.order_by("name", "pk")[: FOUND + 1])
    return {"q": text, "found": found[:FOUND], "more": len(found) > FOUND, "searched": searched}
