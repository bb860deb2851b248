"""Saving the search at hand as a view, and removing one."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl, urlencode

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.admin import describe
from core.errors import Problem
from tickets import operations
from tickets.operations.inbox import PARAMETERS
from tickets.pages.requests import note_refusal, person


class SaveViewForm(forms.Form):
    """A name for the search at hand, which stands in the hidden field as in the address."""

    name = forms.CharField(label=gettext_lazy("Name of the view"), max_length=60)
    shared = forms.BooleanField(label=gettext_lazy("For everybody"), required=False)
    parameters = forms.CharField(widget=forms.HiddenInput, required=False, max_length=2000)


def save(request: HttpRequest) -> HttpResponse:
    """Keep the search and go to it; a refusal goes back with what is wrong."""
    form = SaveViewForm(request.POST)
    kept = {name: value for name, value in parse_qsl(request.POST.get("parameters", "")[:2000]) if name in PARAMETERS}
    back = f"{reverse('admin:tickets_ticket_changelist')}?{urlencode(kept)}"
    if request.method == "POST" and form.is_valid():
        try:
            operations.save_view(
                form.cleaned_data["name"], parameters=kept, shared=form.cleaned_data["shared"], by=person(request)
            )
            messages.success(request, _("The view was saved."))
        except Problem as problem:
            note_refusal(request, problem)
            messages.error(request, _refusal(problem))
    elif request.method == "POST":
        messages.error(request, _("Give the view a name of at most 60 characters."))
    return HttpResponseRedirect(back)


def remove(request: HttpRequest, view_id: int) -> HttpResponse:
    """Remove one's own view."""
    if request.method == "POST":
        try:
            operations.delete_view(view_id, by=person(request))
            messages.success(request, _("The view was removed."))
        except Problem as problem:
            note_refusal(request, problem)
            messages.error(request, _refusal(problem))
    return HttpResponseRedirect(reverse("admin:tickets_ticket_changelist"))


def _refusal(problem: Problem) -> Any:
    fields = problem.fields or {}
    return next((str(text) for texts in fields.values() for text in texts), describe(problem))
