"""Users in the back office: staff for those who manage staff, customers for those who manage customers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from accounts import operations
from accounts.admin.forms import NewPasswordForm, PersonForm
from accounts.admin.second_factor import may_reset, reset_view
from accounts.models import CUSTOMER_ROLES, STAFF_ROLES, Role, User
from accounts.policies import may_change
from core.admin import OperationAdmin, absent, badge, holds, show_problem, state_badge
from core.errors import Problem
from core.operation import operation_scope

STAFF, CUSTOMERS = "staff", "customers"
RIGHTS = {STAFF: "support.users.manage", CUSTOMERS: "support.customers.manage"}
ROLES: dict[str, tuple[Role, ...]] = {STAFF: STAFF_ROLES, CUSTOMERS: CUSTOMER_ROLES}
OWN = ("name", "email", "phone", "language")


def kinds(request: HttpRequest) -> list[str]:
    """Which kinds of people this person manages."""
    return [kind for kind, right in RIGHTS.items() if holds(request, right)]


def kind_of(user: User) -> str:
    return CUSTOMERS if user.is_customer else STAFF


KIND_WORDS = {STAFF: _("Staff"), CUSTOMERS: _("Customers")}
ADD_WORDS = {STAFF: _("New staff member"), CUSTOMERS: _("New customer")}


class KindFilter(admin.SimpleListFilter):
    """Staff or customers; the navigation has an entry for each."""

    title = _("kind")
    parameter_name = "kind"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [(kind, KIND_WORDS[kind]) for kind in kinds(request)]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(role__in=ROLES[self.value() or ""]) if self.value() in ROLES else queryset


class RoleFilter(admin.SimpleListFilter):
    title = _("role")
    parameter_name = "role"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Iterator[tuple[str, Any]]:
        chosen = request.GET.get("kind")
        shown = [chosen] if chosen in kinds(request) else kinds(request)
        return ((role.value, role.label) for kind in shown for role in ROLES[str(kind)])

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(role=self.value()) if self.value() else queryset


class UserAdmin(OperationAdmin):
    """People are made, changed, disabled; never deleted, since what they did keeps their name."""

    form = PersonForm
    list_display = ("person", "address", "role_badge", "language", "state", "last_login")
    list_display_links = ("person",)
    list_filter = (KindFilter, RoleFilter, "is_active", "language")
    search_fields = ("name", "email", "contact_email", "phone")
    search_help_text = _("Name, e-mail or phone")
    ordering = ("-pk",)
    actions = ("disable", "enable")
    readonly_fields = ("last_login", "created_at", "contact_email")
    change_form_template = "admin/user_form.html"

    def get_search_results(self, request: HttpRequest, queryset: Any, search_term: str) -> tuple[Any, bool]:
        return queryset.holding(search_term), False

    # --- Who may --------------------------------------------------------------------------------------------------
    def get_queryset(self, request: HttpRequest) -> QuerySet[User]:
        allowed = [role for kind in kinds(request) for role in ROLES[kind]]
        return super().get_queryset(request).filter(role__in=allowed)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return kind_of(obj) in kinds(request) if obj else bool(kinds(request))

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Allow it for people of a kind that one manages, who hold no right that one does not."""
        return self.has_view_permission(request, obj) and (obj is None or may_change(request.user, obj))  # type: ignore[arg-type]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return bool(kinds(request))

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Any:
        found = super().get_object(request, object_id, from_field)
        if found is not None:
            request.kind = kind_of(found)  # type: ignore[attr-defined]
        return found

    def _new_kind(self, request: HttpRequest) -> str:
        wanted = request.GET.get("kind", "")
        if wanted in ROLES and wanted not in kinds(request):
            raise PermissionDenied
        kind = wanted if wanted in ROLES else kinds(request)[0]
        request.kind = kind  # type: ignore[attr-defined]
        return kind

    def add_title(self, request: HttpRequest) -> Any:
        return ADD_WORDS[self._new_kind(request)]

    # --- The form -------------------------------------------------------------------------------------------------
    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        form = super().get_form(request, obj, change=change, **kwargs)
        form.staff = (kind_of(obj) if obj else self._new_kind(request)) == STAFF
        form.held = request.user.rights  # type: ignore[union-attr]
        return form

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        staff = (kind_of(obj) if obj else self._new_kind(request)) == STAFF
        who = (_("Person"), {"fields": [*OWN, *(["role"] if staff else []), *([] if obj else ["password"])]})
        if obj is None:
            return [who]
        if obj.role == Role.GUEST:
            who[1]["fields"].insert(2, "contact_email")
        access = (_("Access"), {"fields": ["is_active", *(["groups"] if staff else [])]})
        return [who, access, (_("Record"), {"fields": ["last_login", "created_at"]})]

    def carry_out(self, request: HttpRequest, form: Any, formsets: list[Any], change: bool) -> User:
        save = self._change if change else self._make
        with operation_scope():
            return save(request.user, form)

    def _make(self, by: Any, form: Any) -> User:
        data = form.cleaned_data
        common = {"name": data["name"], "password": data["password"] or None, "by": by}
        if form.staff:
            user = operations.create_staff(data["email"], role=data["role"], **common)
            changes = {"phone": data["phone"], "language": data["language"]}
            user = operations.update_staff(user.pk, changes=changes, by=by)
        else:
            user = operations.create_customer(data["email"], phone=data["phone"], language=data["language"], **common)
        if not data["password"]:
            operations.request_password_reset(data["email"])
        return user

    def _change(self, by: Any, form: Any) -> User:
        data, user_id = form.cleaned_data, form.instance.pk
        changes = {name: data[name] for name in (*OWN, "role") if name in form.changed_data and name in data}
        groups = [group.pk for group in data["groups"]] if "groups" in data else None
        user = operations.update_staff(user_id, changes=changes, by=by, group_ids=groups)
        if user.is_active != data["is_active"]:
            user = operations.set_active(user_id, active=data["is_active"], by=by)
        return user

    # --- Another person's password ------------------------------------------------------------------------------------
    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.password_view)
        reset = self.admin_site.admin_view(self.second_factor_view)
        return [
            path("<path:object_id>/password/", view, name="accounts_user_password"),
            path("<path:object_id>/second-factor/", reset, name="accounts_user_second_factor"),
            *super().get_urls(),
        ]

    def second_factor_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Take away a person's second factor."""
        return reset_view(self, request, object_id)

    def render_change_form(self, request: HttpRequest, context: Any, *args: Any, **kwargs: Any) -> Any:
        user = context.get("original")
        context["may_reset_second_factor"] = user is not None and may_reset(request, user)
        return super().render_change_form(request, context, *args, **kwargs)

    def password_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Give a person a new password, which ends all his sessions; one's own is changed with the old one."""
        user = self.get_object(request, object_id)
        if user is None:
            return absent(self, request)
        if not self.has_change_permission(request, user):
            raise PermissionDenied
        if user.pk == request.user.pk:
            return HttpResponseRedirect(reverse("admin:password_change"))
        form = NewPasswordForm(request.POST or None)
        if form.is_valid() and self._give_password(request, user, form):
            self.message_user(request, _("%(name)s has a new password.") % {"name": user.name}, messages.SUCCESS)
            return HttpResponseRedirect(reverse("admin:accounts_user_change", args=[user.pk]))
        title = {"title": _("New password"), "subtitle": user.name, "original": user, "opts": self.opts, "form": form}
        return TemplateResponse(request, "admin/user_password.html", {**self.admin_site.each_context(request), **title})

    def _give_password(self, request: HttpRequest, user: User, form: NewPasswordForm) -> bool:
        try:
            operations.set_password(user.pk, password=form.cleaned_data["password"], by=request.user)  # type: ignore[arg-type]
        except Problem as problem:
            show_problem(form, problem)
            return False
        return True

    # --- The list -------------------------------------------------------------------------------------------------
    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        chosen = KIND_WORDS.get(request.GET.get("kind", ""))
        return super().changelist_view(request, {**({"title": chosen} if chosen else {}), **(extra_context or {})})

    @admin.action(description=_("Disable: sign out everywhere and refuse entry"), permissions=["change"])
    def disable(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        done = self.each(request, queryset, lambda user: operations.set_active(user.pk, active=False, by=request.user))  # type: ignore[arg-type]
        text = ngettext("%(count)s person was disabled.", "%(count)s people were disabled.", done)
        self.message_user(request, text % {"count": done})

    @admin.action(description=_("Let in again"), permissions=["change"])
    def enable(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        done = self.each(request, queryset, lambda user: operations.set_active(user.pk, active=True, by=request.user))  # type: ignore[arg-type]
        text = ngettext("%(count)s person was let in again.", "%(count)s people were let in again.", done)
        self.message_user(request, text % {"count": done})

    @admin.display(description=_("name"), ordering="name")
    def person(self, user: User) -> str:
        return format_html("<bdi>{}</bdi>", user.name)

    @admin.display(description=_("e-mail"), ordering="email")
    def address(self, user: User) -> str:
        return format_html('<bdi dir="ltr">{}</bdi>', user.address) if user.address else ""

    @admin.display(description=_("role"), ordering="role")
    def role_badge(self, user: User) -> str:
        return badge(user.get_role_display())

    @admin.display(description=_("state"), ordering="is_active")
    def state(self, user: User) -> str:
        return state_badge(user.is_active)
