"""Tickets found by words for the forms that name one: merging and linking, each with what was said last in it."""

from __future__ import annotations

from django.http import HttpRequest, JsonResponse

from accounts.models import User
from core.api.lists import Paging, paginate
from tickets.admin.inbox import SORTS, rows_of
from tickets.pages.requests import person
from tickets.queries import complete, tickets_for
from tickets.querysets import TicketQuerySet
from tickets.search import search

SHOWN = 8
LONGEST = 200


def found_tickets(request: HttpRequest, ref: str) -> JsonResponse:
    """Answer tickets that `q` finds beside this one, newest first; with `own`, of its customer alone and not merged.

    `[{"value": "TKT-2026-000123", "text": "Subject", "status": "Open", "said": "Sara: Any news?"}]`
    """
    user = person(request)
    ticket = complete(ref, user)
    rows = tickets_for(user).exclude(pk=ticket.pk)
    if "own" in request.GET:
        rows = rows.filter(customer=ticket.customer_id, merged_into=None)
    ids = _ids(rows, request.GET.get("q", "").replace("\x00", "")[:LONGEST].strip(), user)
    shown = [
        {
            "value": row.ticket.number,
            "text": row.ticket.subject,
            "status": str(row.ticket.get_status_display()),
            "said": f"{row.who}: {row.line}" if row.line else "",
        }
        for row in rows_of(ids, user)
    ]
    return JsonResponse(shown, safe=False, headers={"Cache-Control": "no-store"})


def _ids(rows: TicketQuerySet, words: str, user: User) -> list[int]:
    """Return the newest that hold the words, or the one that they name."""
    named = list(rows.by_ref(words).values_list("pk", flat=True)) if words else []
    if named:
        return [int(pk) for pk in named]
    paging = Paging(1, SHOWN, None, "newest", descending=True)
    narrow = rows.only("pk", SORTS["newest"].column)
    if words:
        page = search(narrow, paging, SORTS, viewer=user, query=words)
    else:
        page = paginate(narrow, paging, SORTS, brief=True)
    return [row.pk for row in page.rows]
