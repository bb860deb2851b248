"""Many tickets at once, each by its own operation: a refusal of one leaves the others done and says which and why."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass, field
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.admin import helpers
from django.db import OperationalError
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext_lazy, ngettext

from core.admin import describe
from core.api.problems import as_problem
from core.errors import Problem, Unavailable
from core.ids import as_number
from tickets import operations
from tickets.admin.detail import is_fragment, list_name
from tickets.admin.forms import priority_field
from tickets.models import Macro, Ticket
from tickets.pages import choices
from tickets.pages.fields import Choice, LongText, OperationForm, Tags, new_id, whole
from tickets.pages.requests import note_refusal
from tickets.states import Status

LIMIT = 200
REFUSALS_SHOWN = 20


NOBODY = "nobody"


class AgentOrNobody(Choice):
    """An agent, or nobody; one of them must be chosen."""

    def __init__(self, **options: Any) -> None:
        super().__init__(coerce=lambda value: None if value == NOBODY else whole(value), required=True, **options)


class BulkForm(OperationForm):
    """Hold what is done to each of the chosen tickets."""

    title = gettext_lazy("Change tickets")

    def prepare(self, chosen: QuerySet[Ticket]) -> None:
        """Read choices from the database."""

    def concerns(self, ticket: Ticket) -> bool:
        """Return whether this one of the chosen tickets is to be changed."""
        return True

    def carry_out(self, ticket: Ticket, by: Any) -> Ticket:
        raise NotImplementedError


class BulkAssignForm(BulkForm):
    title = gettext_lazy("Assign tickets")
    agent_id = AgentOrNobody(label=gettext_lazy("Agent"))

    def prepare(self, chosen: QuerySet[Ticket]) -> None:
        self.offer(agent_id=[("", gettext_lazy("Choose…")), (NOBODY, choices.NOBODY), *choices.agents()[1:]])

    def carry_out(self, ticket: Ticket, by: Any) -> Ticket:
        return operations.assign(ticket.pk, agent_id=self.cleaned_data["agent_id"], by=by)


class BulkStatusForm(BulkForm):
    title = gettext_lazy("Change the status of tickets")
    status = forms.ChoiceField(label=gettext_lazy("New status"), choices=Status.choices)
    note = LongText(
        label=gettext_lazy("Internal note"),
        required=False,
        rows=3,
        help_text=gettext_lazy("Written on each ticket that changes."),
    )

    def carry_out(self, ticket: Ticket, by: Any) -> Ticket:
        data = self.cleaned_data
        return operations.change_status(ticket.pk, data["status"], note=data["note"], by=by)


class BulkPriorityForm(BulkForm):
    title = gettext_lazy("Change the priority of tickets")
    priority = priority_field()

    def carry_out(self, ticket: Ticket, by: Any) -> Ticket:
        return operations.update_ticket(ticket.pk, changes={"priority": self.cleaned_data["priority"]}, by=by)


class BulkTagsForm(BulkForm):
    title = gettext_lazy("Add tags to tickets")
    tags = Tags(label=gettext_lazy("Tags"), required=True)

    def carry_out(self, ticket: Ticket, by: Any) -> Ticket:
        tags = list(dict.fromkeys([*ticket.tags, *self.cleaned_data["tags"]]))
        return operations.update_ticket(ticket.pk, changes={"tags": tags}, by=by)


class BulkMacroForm(BulkForm):
    title = gettext_lazy("Carry out a macro")
    macro = Choice(label=gettext_lazy("Macro"), required=True)
    key = forms.CharField(max_length=64, widget=forms.HiddenInput)

    def prepare(self, chosen: QuerySet[Ticket]) -> None:
        self.initial["key"] = new_id()
        rows = Macro.objects.filter(is_active=True)
        self.offer(macro=[("", gettext_lazy("Choose…")), *((row.pk, str(row)) for row in rows)])

    def carry_out(self, ticket: Ticket, by: Any) -> Ticket:
        data = self.cleaned_data
        return operations.apply_macro(ticket.pk, data["macro"], client_message_id=data["key"], by=by)


class BulkMergeForm(BulkForm):
    title = gettext_lazy("Merge tickets")
    target = Choice(
        label=gettext_lazy("Into this one"),
        required=True,
        help_text=gettext_lazy("The others are closed; their messages and watchers move there. This can be undone."),
    )

    def prepare(self, chosen: QuerySet[Ticket]) -> None:
        self.offer(target=[("", gettext_lazy("Choose…")), *((row.pk, f"{row.number} {row.subject}") for row in chosen)])

    def concerns(self, ticket: Ticket) -> bool:
        return bool(ticket.pk != self.cleaned_data["target"])

    def carry_out(self, ticket: Ticket, by: Any) -> Ticket:
        return operations.merge(self.cleaned_data["target"], [ticket.pk], by=by)


@dataclass
class Outcome:
    """Hold what became of many: how many changed, how many were so already, and what was refused, by which ticket."""

    done: int = 0
    same: int = 0
    refused: list[str] = field(default_factory=list)

    def words(self) -> list[str]:
        """Return sentences for the figures."""
        said = []
        if self.done:
            text = ngettext("%(count)s ticket was changed.", "%(count)s tickets were changed.", self.done)
            said.append(text % {"count": self.done})
        if self.same:
            text = ngettext(
                "%(count)s ticket was like that already.", "%(count)s tickets were like that already.", self.same
            )
            said.append(text % {"count": self.same})
        return said


def carry_out(request: HttpRequest, chosen: Iterable[Ticket], act: Callable[[Ticket], Ticket]) -> Outcome:
    """Do `act` to each, whatever becomes of the others."""
    outcome = Outcome()
    for ticket in chosen:
        try:
            after = act(ticket)
            changed = (after.pk, after.staff_updated_at) != (ticket.pk, ticket.staff_updated_at)
            outcome.done, outcome.same = outcome.done + changed, outcome.same + (not changed)
        except (Problem, OperationalError) as error:
            problem = as_problem(error) or Unavailable()
            note_refusal(request, problem)
            outcome.refused.append(f"{ticket.number}: {describe(problem)}")
    return outcome


def run(request: HttpRequest, chosen: Iterable[Ticket], act: Callable[[Ticket], Ticket]) -> None:
    """Do `act` to each, and say on the next page what became of them."""
    outcome = carry_out(request, chosen, act)
    for line in outcome.words():
        messages.success(request, line)
    for line in outcome.refused[:REFUSALS_SHOWN]:
        messages.error(request, line)
    if len(outcome.refused) > REFUSALS_SHOWN:
        more = len(outcome.refused) - REFUSALS_SHOWN
        text = ngettext("%(count)s more was refused.", "%(count)s more were refused.", more)
        messages.error(request, text % {"count": more})


def _part_done(request: HttpRequest, outcome: Outcome) -> JsonResponse:
    """Answer a part of many for the page that counts them: figures with those it had before, in words too."""
    for name in ("done", "same"):
        before = as_number(request.POST.get(f"so_far_{name}", "")) or 0
        setattr(outcome, name, getattr(outcome, name) + min(before, LIMIT))
    return JsonResponse({**asdict(outcome), "words": outcome.words()})


def too_many(request: HttpRequest, chosen: QuerySet[Ticket]) -> bool:
    """Return whether more were chosen than one request does; says so."""
    if chosen.order_by()[: LIMIT + 1].count() <= LIMIT:
        return False
    text = ngettext(
        "At most %(limit)s ticket can be changed at once. Narrow the list first.",
        "At most %(limit)s tickets can be changed at once. Narrow the list first.",
        LIMIT,
    )
    messages.error(request, text % {"limit": LIMIT})
    return True


def ask(
    request: HttpRequest, model_admin: Any, chosen: QuerySet[Ticket], kind: type[BulkForm], action: str
) -> HttpResponse | None:
    """The page that asks what to do with the chosen tickets; None once it was done."""
    if too_many(request, chosen):
        return None
    form = kind(request.POST) if "carry_out" in request.POST else kind()
    form.prepare(chosen)
    if form.is_bound and form.is_valid():
        concerned, act = filter(form.concerns, chosen), lambda ticket: form.carry_out(ticket, request.user)
        if is_fragment(request):
            return _part_done(request, carry_out(request, concerned, act))
        run(request, concerned, act)
        return None
    context = {
        **model_admin.admin_site.each_context(request),
        "title": kind.title,
        "trail": [(list_name(model_admin.opts), request.path), (kind.title, "")],
        "opts": model_admin.opts,
        "form": form,
        "tickets": chosen,
        "action": action,
        "checkbox": helpers.ACTION_CHECKBOX_NAME,
        "back": request.get_full_path(),
    }
    return TemplateResponse(request, "tickets/bulk.html", context, status=400 if form.is_bound else 200)


def take(request: HttpRequest, chosen: QuerySet[Ticket]) -> None:
    """Assign each to oneself."""
    if not too_many(request, chosen):
        run(request, chosen, lambda ticket: operations.assign(ticket.pk, agent_id=request.user.pk, by=request.user))  # type: ignore[arg-type]
