"""The customer's tickets: list with search, a new one, one with its thread and files."""

from __future__ import annotations

from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.models import User
from core.api.lists import Page, Sort, paginate, read_paging
from core.errors import Problem
from core.idempotency import Answer, once
from core.text import in_language
from portal.forms import NewTicketForm
from portal.pages import help_page, page
from portal.session import customers_only
from portal.threads import Addresses, file_answer, ticket_page
from tickets import operations, queries
from tickets.models import Category, Ticket
from tickets.operations import NewTicket
from tickets.pages.requests import keep
from tickets.search import search
from tickets.states import DONE, Status

_SORTS = {"createdAt": Sort("created_at")}
_SCOPES = {"": list(Status.values), "open": [each for each in Status.values if each not in DONE], "done": list(DONE)}
LONGEST_QUERY = 200


@help_page
@require_safe
@customers_only
def ticket_list(request: HttpRequest) -> HttpResponse:
    """Show one's tickets, newest first; by words and by whether they are done."""
    user: User = request.customer  # type: ignore[attr-defined]
    query, scope = request.GET.get("q", "").strip()[:LONGEST_QUERY].replace("\x00", ""), request.GET.get("show", "")
    if scope not in _SCOPES:
        scope = ""
    found = _found(user, query, scope, request.GET.get("cursor", ""))
    rows = {row.pk: row for row in Ticket.objects.with_people().filter(pk__in=[row.pk for row in found.rows])}
    after = found.meta["nextCursor"]
    context = {
        "title": _("My tickets"),
        "tickets": [rows[row.pk] for row in found.rows],
        "query": query,
        "show": scope,
        "more": urlencode({"q": query, "show": scope, "cursor": after}) if after else "",
    }
    return page(request, "portal/tickets.html", context)


def _found(user: User, query: str, scope: str, cursor: str) -> Page[Ticket]:
    rows = queries.tickets_for(user).filter(status__in=_SCOPES[scope])
    paging = read_paging({"limit": "20", "cursor": cursor}, _SORTS, "createdAt")
    if query:
        return search(rows, paging, _SORTS, viewer=user, query=query)
    return paginate(rows, paging, _SORTS)


@help_page
@require_http_methods(["GET", "HEAD", "POST"])
@customers_only
def new_ticket(request: HttpRequest) -> HttpResponse:
    """Open a ticket with files; the same form sent twice opens one."""
    user: User = request.customer  # type: ignore[attr-defined]
    form = NewTicketForm(request.POST, request.FILES) if request.method == "POST" else NewTicketForm()
    _offer(form)
    status = 200
    if form.is_bound:
        status = 400
        if form.is_valid():
            try:
                return HttpResponseRedirect(reverse("help-ticket", args=[_opened(form, user)]))
            except Problem as problem:
                form.refuse(problem)
                status = problem.status
    return page(request, "portal/new_ticket.html", {"title": _("New ticket"), "form": form}, status)


def _opened(form: NewTicketForm, user: User) -> str:
    """Open the ticket of a form, once, and return its number."""
    keep(form, user)
    values = form.values()

    def run() -> Answer:
        new = NewTicket(**values, attachments=form.references)
        return Answer(201, {"data": {"ticketNumber": operations.create_ticket(new, by=user).number}})

    answer = once(user.pk, "POST /help/tickets/new", form.cleaned_data["form_id"], values, run)
    return str(answer.content["data"]["ticketNumber"])


def _offer(form: NewTicketForm) -> None:
    names = Category.objects.filter(is_active=True).order_by("pk").values_list("pk", "name_ar", "name_en")
    choices = [(str(pk), in_language(arabic, english)) for pk, arabic, english in names]
    form.offer(category_id=[("", _("Not chosen")), *choices])


@help_page
@require_http_methods(["GET", "HEAD", "POST"])
@customers_only
def ticket(request: HttpRequest, ref: str) -> HttpResponse:
    """Show one's ticket and take a reply, a rating, its end or a new start."""
    user: User = request.customer  # type: ignore[attr-defined]
    here = reverse("help-ticket", args=[ref])
    return ticket_page(request, ref, user, Addresses(here, lambda pk: reverse("help-file", args=[pk])))


@help_page
@require_safe
@customers_only
def ticket_file(request: HttpRequest, attachment_id: str) -> HttpResponse:
    """Fetch a file of one's tickets."""
    return file_answer(request.customer, attachment_id)  # type: ignore[attr-defined]


@help_page
@require_safe
@customers_only
def chat(request: HttpRequest) -> HttpResponse:
    """Show one's chat, which is the widget, opened."""
    return page(request, "portal/chat.html", {"title": _("Live chat"), "chat_open": True})
