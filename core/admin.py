"""The base of every page of a model in the back office: rights by the catalogue, writes by operations, one history."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.options import IS_POPUP_VAR, TO_FIELD_VAR, IncorrectLookupParameters
from django.contrib.admin.utils import get_fields_from_path
from django.contrib.admin.views.main import ALL_VAR, ERROR_FLAG, ORDER_VAR, PAGE_VAR, SEARCH_VAR
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db import models
from django.db.models import Model, QuerySet
from django.forms.models import BaseInlineFormSet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise, cached_property
from django.utils.html import format_html
from django.utils.http import urlencode
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from core.errors import Forbidden, Invalid, NotFound, Problem
from core.inputs import DayInput, HourInput, ascii_digits
from core.search_words import holding
from core.text import camel

if TYPE_CHECKING:
    PaginatorBase = Paginator[Any]
    ModelAdminBase = admin.ModelAdmin[Any]
    InlineBase = admin.TabularInline[Any, Any]
    FormSetBase = BaseInlineFormSet[Any, Any, Any]
else:
    PaginatorBase, ModelAdminBase, InlineBase = Paginator, admin.ModelAdmin, admin.TabularInline
    FormSetBase = BaseInlineFormSet


# What Django's own lists take beside their filters.
LIST_PARAMETERS = frozenset({ALL_VAR, ERROR_FLAG, IS_POPUP_VAR, ORDER_VAR, PAGE_VAR, SEARCH_VAR, TO_FIELD_VAR})


# Django's own name for the filters of the list that a page was opened from.
_KEPT = "_changelist_filters"
LONGEST_KEPT = 2_000


class CappedPaginator(PaginatorBase):
    """Counts to 10,000 and no further: counting, not finding, is what a large table makes slow."""

    cap = 10_000

    @cached_property
    def count(self) -> int:
        rows = self.object_list
        return rows.order_by()[: self.cap].count() if isinstance(rows, QuerySet) else len(rows)

    @property
    def is_capped(self) -> bool:
        return self.count >= self.cap


class OperationAdmin(ModelAdminBase):
    """A ModelAdmin that holds no rule: catalogue rights decide who may, `carry_out` calls the operation that does.

    A right left empty lets nobody; nothing is ever deleted here. Django's own log stays empty, since operations write
    the audit log. A refusal (`Problem`) of the operation is shown as the form's error, with nothing written.
    """

    view_right = ""
    add_right = ""
    change_right = ""
    # On the button and above the form that make one: `_("New team")`.
    add_words: str | Promise = ""
    list_per_page = 50
    list_max_show_all = 0
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    paginator = CappedPaginator
    formfield_overrides = {models.DateField: {"widget": DayInput}, models.TimeField: {"widget": HourInput}}

    def carry_out(self, request: HttpRequest, form: Any, formsets: list[Any], change: bool) -> Model:
        """Write what the form says by operations; the object as it is now. Problem when refused."""
        raise NotImplementedError

    # --- Rights ---------------------------------------------------------------------------------------------------
    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return holds(request, self.view_right) or self.has_change_permission(request, obj)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return holds(request, self.add_right)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return holds(request, self.change_right)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)

    # --- Filters --------------------------------------------------------------------------------------------------
    def filter_parameters(self, request: HttpRequest) -> set[str]:
        """Return the parameters of the declared filters, which are all that this list takes for filters."""
        return {name for declared in self.get_list_filter(request) for name in self._parameters_of(declared, request)}

    def _parameters_of(self, declared: Any, request: HttpRequest) -> list[str]:
        if isinstance(declared, type):
            return [declared.parameter_name]  # type: ignore[attr-defined]
        name, kind = declared if isinstance(declared, list | tuple) else (declared, admin.FieldListFilter.create)
        field = get_fields_from_path(self.model, name)[-1]
        return kind(field, request, {}, self.model, self, field_path=name).expected_parameters()

    def lookup_allowed(self, lookup: str, value: Any, request: HttpRequest) -> bool:
        """Allow declared filters alone: Django's own rule allows any lookup on any column of the model."""
        return lookup in self.filter_parameters(request)

    def get_changelist_instance(self, request: HttpRequest) -> Any:
        """As Django's, for every list, popup and action; Invalid names a parameter that nobody declared."""
        unknown = sorted(request.GET.keys() - LIST_PARAMETERS - self.filter_parameters(request))
        if unknown:
            raise Invalid(gettext("This list has no filter “%(name)s”.") % {"name": unknown[0][:100]})
        return super().get_changelist_instance(request)

    def refuse_foreign_action(self, request: HttpRequest) -> None:
        """Raise Forbidden for a declared list action that this person has no right to."""
        name = request.POST.get("action", "")
        if request.method == "POST" and name in map(str, self.actions or ()) and name not in self.get_actions(request):
            raise Forbidden

    def get_action_choices(self, request: HttpRequest, default_choices: Any = ()) -> Any:
        """As Django's; nothing chosen is said in words."""
        return super().get_action_choices(request, [("", gettext("Choose an action"))])

    # --- Writing --------------------------------------------------------------------------------------------------
    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> Any:
        """As Django's; a refused write is undone as a whole and the form shown again with the reason.

        Raises Invalid for Django's "save as new" where it is off: Django itself looks at the button alone.
        """
        if "_saveasnew" in request.POST and not self.save_as:
            raise Invalid(gettext("There is no such action."))
        try:
            return super().changeform_view(request, object_id, form_url, extra_context)
        except Forbidden:
            raise
        except Problem as problem:
            request.refusal = problem  # type: ignore[attr-defined]
            return super().changeform_view(request, object_id, form_url, extra_context)

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        form = super().get_form(request, obj, change=change, **kwargs)
        problem = getattr(request, "refusal", None)
        return _refused(form, problem) if problem else form

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Nothing yet: `carry_out` writes once form and inlines are known to be valid."""

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        form.instance.pk = self.carry_out(request, form, list(formsets), change).pk

    def get_search_results(self, request: HttpRequest, queryset: Any, search_term: str) -> tuple[Any, bool]:
        """Return the rows that hold every word in one of `search_fields`, folded; for lists and autocompletion."""
        return holding(queryset, self.search_fields, search_term), False

    def each(self, request: HttpRequest, chosen: Iterable[Any], act: Callable[[Any], object]) -> int:
        """For list actions: `act` on each; a refusal becomes a message naming the row. How many were done."""
        done = 0
        for row in chosen:
            try:
                act(row)
                done += 1
            except Problem as problem:
                self.message_user(request, f"{row}: {describe(problem)}", messages.ERROR)
        return done

    def add_title(self, request: HttpRequest) -> str | Promise:
        """Return the heading of the page that makes one."""
        return self.add_words

    # --- History: the audit log instead of Django's own ------------------------------------------------------------
    def log_addition(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        return None

    def log_change(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        return None

    def log_deletions(self, request: HttpRequest, queryset: Any) -> Any:
        return None

    def construct_change_message(self, request: HttpRequest, form: Any, formsets: Any, add: bool = False) -> Any:
        return ""

    def history_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> HttpResponse:
        kind = getattr(self.model, "audit_type", self.model._meta.model_name)
        return HttpResponseRedirect(self.admin_site.history_url(kind, object_id))  # type: ignore[attr-defined]

    def render_change_form(self, request: HttpRequest, context: Any, *args: Any, **kwargs: Any) -> Any:
        context["adminform"].form.label_suffix = ""
        context.setdefault("show_save_and_add_another", context["object_id"] is None)
        if context["object_id"] is None:
            context["title"] = self.add_title(request)
        return super().render_change_form(request, context, *args, **kwargs)

    # --- Words ----------------------------------------------------------------------------------------------------
    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        # PostgreSQL has no text with NUL: such an address was typed by nobody.
        if any("\x00" in value for values in request.GET.lists() for value in values[1]):
            return HttpResponseRedirect(request.path)
        self.refuse_foreign_action(request)
        title = {"title": capfirst(str(self.opts.verbose_name_plural))}
        return super().changelist_view(request, {**title, **(extra_context or {})})


class DeletingAdmin(OperationAdmin):
    """An OperationAdmin whose objects an operation deletes, after one question."""

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return holds(request, self.change_right)

    def remove(self, request: HttpRequest, pk: int) -> None:
        """Delete by the operation. Problem when refused."""
        raise NotImplementedError

    def delete_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> HttpResponse:
        obj = self.get_object(request, object_id)
        if not self.has_delete_permission(request, obj):
            raise PermissionDenied
        if obj is None:
            return absent(self, request)
        name = f"admin:{self.opts.app_label}_{self.opts.model_name}"
        if request.method != "POST":
            context = {**self.admin_site.each_context(request), "title": gettext("Delete"), "subtitle": str(obj)}
            context |= {"opts": self.opts, "original": obj, "back": reverse(f"{name}_change", args=[obj.pk])}
            return TemplateResponse(request, "admin/delete.html", context)
        try:
            self.remove(request, obj.pk)
        except Problem as problem:
            messages.error(request, describe(problem))
            return HttpResponseRedirect(reverse(f"{name}_change", args=[obj.pk]))
        messages.success(request, gettext("%(name)s was deleted.") % {"name": obj})
        return HttpResponseRedirect(reverse(f"{name}_changelist"))


class NamedFormSet(FormSetBase):
    """Rows whose inputs each say their column's name to readers of the screen."""

    def add_fields(self, form: Any, index: int | None) -> None:
        super().add_fields(form, index)
        for field in form.fields.values():
            if field.label:
                field.widget.attrs.setdefault("aria-label", capfirst(str(field.label)))


class OperationInline(InlineBase):
    """Rows of a page that the page's own `carry_out` writes; who may change the page may change them."""

    extra = 0
    formset = NamedFormSet

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return True

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return True

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return True

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return True


class DayRange(admin.FieldListFilter):
    """A filter of two days, both included, in the site's time zone: `list_filter = [("created_at", DayRange)]`."""

    template = "admin/day_range.html"

    def __init__(self, field: Any, request: HttpRequest, params: Any, model: Any, model_admin: Any, field_path: str):
        self.names = (f"{field_path}_from", f"{field_path}_to")
        super().__init__(field, request, params, model, model_admin, field_path)

    def expected_parameters(self) -> list[str | None]:
        return list(self.names)

    def choices(self, changelist: Any) -> Iterator[Any]:
        """The two days as the form shows them, and what else the address holds."""
        others = changelist.params.items()
        yield {
            "days": [(name, self._text(name)) for name in self.names],
            "hidden": [(name, value) for name, value in others if name not in self.names],
            "selected": any(self._text(name) for name in self.names),
            "clear": changelist.get_query_string(remove=list(self.names)),
        }

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        first, last = self.names
        start, end = self._midnight(first), self._midnight(last, days=1)
        if start:
            queryset = queryset.filter(**{f"{self.field_path}__gte": start})
        return queryset.filter(**{f"{self.field_path}__lt": end}) if end else queryset

    def _text(self, name: str) -> str:
        return ascii_digits(str(next(iter(_listed(self.used_parameters.get(name, ""))), "")))

    def _midnight(self, name: str, days: int = 0) -> datetime.datetime | None:
        """The first moment of the day that was chosen, or of the one so many days later."""
        if not self._text(name):
            return None
        try:
            day = datetime.date.fromisoformat(self._text(name)) + datetime.timedelta(days=days)
            return timezone.make_aware(datetime.datetime.combine(day, datetime.time()))
        except (ValueError, OverflowError) as error:
            raise IncorrectLookupParameters(error) from error


def keeping(filters: str) -> str:
    """Return the query that hands the filters of a list (`status=open&q=x`) on to a page; empty without."""
    return f"?{urlencode({_KEPT: filters})}" if 0 < len(filters) <= LONGEST_KEPT else ""


def kept_filters(request: HttpRequest) -> str:
    """Return the query by which a page hands on the filters of the list that it was opened from; empty without."""
    return keeping(request.GET.get(_KEPT, ""))


def list_url(request: HttpRequest, name: str) -> str:
    """Return the address of a list, with the filters that `kept_filters` hands on."""
    kept = request.GET.get(_KEPT, "") if kept_filters(request) else ""
    return f"{reverse(name)}?{kept}" if kept else reverse(name)


def holds(request: HttpRequest, right: str) -> bool:
    """Return whether the signed-in person holds a right of the catalogue (`support.users.manage`)."""
    return bool(right) and request.user.has_perm(right)


def badge(word: Any, tone: str = "") -> SafeString:
    """A word in a coloured pill; `tone` is good, warn, bad, info or nothing."""
    return format_html('<span class="badge {}">{}</span>', tone, word)


def state_badge(active: bool) -> SafeString:
    return badge(_("Active"), "good") if active else badge(_("Disabled"), "bad")


def describe(problem: Problem) -> str:
    """A refusal in one line: its message, or what it says of each input."""
    if not problem.fields:
        return str(problem)
    return " ".join(str(text) for texts in problem.fields.values() for text in texts)


def absent(page: admin.ModelAdmin[Any], request: HttpRequest) -> HttpResponse:
    """Lead back to the start page, saying that what was asked for is not there."""
    page.message_user(request, str(NotFound.text), messages.WARNING)
    return HttpResponseRedirect(reverse("admin:index"))


def show_problem(form: forms.BaseForm, problem: Problem) -> None:
    """Put a refusal where the person looks: at the inputs it names as the wire does, else above the form."""
    places = {camel(name): name for name in form.fields}
    for name, texts in (problem.fields or {"": [problem.message]}).items():
        form.add_error(places.get(name), [str(text) for text in texts])


def _refused(form: Any, problem: Problem) -> Any:
    """Return the same form with a refusal as its error."""

    def full_clean(self: Any) -> None:
        form.full_clean(self)
        show_problem(self, problem)

    return type(form.__name__, (form,), {"full_clean": full_clean})


def _listed(values: Any) -> list[Any]:
    return list(values) if isinstance(values, list | tuple) else [values]
