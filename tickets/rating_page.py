"""The public page on which a customer rates a ticket from an e-mail: a GET rates nothing, whoever fetches it."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_protect
from django.views.decorators.http import require_http_methods

from core.errors import Problem
from core.public_pages import language_of, public_page
from tickets import operations
from tickets.rating_links import rated_by

_TEMPLATE = "tickets/rate.html"
LONGEST_FEEDBACK = 2_000


class RatingForm(forms.Form):
    """One choice of five, and words if somebody likes."""

    rating = forms.TypedChoiceField(
        choices=[(value, value) for value in range(1, 6)],
        coerce=int,
        error_messages={"required": gettext_lazy("Choose from 1 to 5.")},
    )
    feedback = forms.CharField(required=False, max_length=LONGEST_FEEDBACK)


@never_cache
@csrf_protect
@require_http_methods(["GET", "HEAD", "POST"])
def rate(request: HttpRequest, token: str) -> HttpResponse:
    """Show the choice, and rate by POST as the customer whom the signed address names."""
    found = rated_by(token)
    ticket, customer = found if found else (None, None)
    with translation.override(language_of(request, customer)):
        if ticket is None or customer is None:
            return public_page(request, _TEMPLATE, {"title": _("This link is not valid"), "state": "invalid"}, 404)
        context: dict[str, Any] = {"title": _("Rate our help"), "state": "ask", "ticket": ticket, "values": range(1, 6)}
        context["chosen"] = request.GET.get("rating", "")
        form = RatingForm(request.POST)
        if request.method == "POST" and form.is_valid():
            try:
                operations.rate(ticket.pk, by=customer, **form.cleaned_data)
                return public_page(request, _TEMPLATE, context | {"title": _("Thank you"), "state": "done"})
            except Problem as problem:
                return public_page(request, _TEMPLATE, context | {"problem": str(problem)}, problem.status)
        if request.method == "POST":
            context |= {"problem": _first_error(form), "chosen": request.POST.get("rating", "")}
            return public_page(request, _TEMPLATE, context | {"feedback": request.POST.get("feedback", "")}, 400)
        return public_page(request, _TEMPLATE, context)


def _first_error(form: RatingForm) -> str:
    return str(next(iter(form.errors.values()))[0])
