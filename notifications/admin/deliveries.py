"""Deliveries in the back office: found by state, channel, kind, day; retried, cancelled, sent again by operations."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from core.admin import DayRange, OperationAdmin, badge, describe, holds
from core.errors import Forbidden, Problem
from core.ids import as_number
from notifications import operations
from notifications.digest import SLUG as DIGEST
from notifications.kinds import kinds
from notifications.models import Channel, Delivery, State
from notifications.models.outbox import SENT_BY_PROVIDERS

RIGHT = "support.deliveries.manage"
TONES = {State.SENT: "good", State.FAILED: "bad", State.PARKED: "bad", State.UNKNOWN: "warn", State.LEASED: "info"}
Act = Callable[..., Delivery]
ACTS: dict[str, tuple[Act, tuple[str, ...], Any]] = {
    "retry": (operations.retry_delivery, (State.FAILED, State.PARKED), _("Retry")),
    "again": (operations.send_again, (State.UNKNOWN,), _("Send again")),
    "cancel": (
        operations.cancel_delivery,
        (State.COLLECTING, State.DUE, State.UNKNOWN, State.FAILED, State.PARKED),
        _("Cancel"),
    ),
}
"""Define what a person can do with a delivery: the operation, the states it is offered in, and its button."""


def kind_label(slug: str) -> str:
    """Return what people call a kind; the slug of one that is declared no more."""
    if slug == DIGEST:
        return gettext("Digest")
    return str(kinds()[slug].label) if slug in kinds() else slug


class ChosenFilter(admin.SimpleListFilter):
    """One value of the column that `parameter_name` names."""

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        known = {value for value, _label in self.lookup_choices}
        return queryset.filter(**{str(self.parameter_name): self.value()}) if self.value() in known else queryset


class StateFilter(ChosenFilter):
    title, parameter_name = _("state"), "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return list(State.choices)


class ChannelFilter(ChosenFilter):
    title, parameter_name = _("channel"), "channel"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [(channel.value, channel.label) for channel in SENT_BY_PROVIDERS]


class KindFilter(ChosenFilter):
    title, parameter_name = _("kind"), "kind"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [(slug, kind_label(slug)) for slug in (*kinds(), DIGEST)]


class DeliveryAdmin(OperationAdmin):
    """The list with its bulk actions, and a page for each with its attempts."""

    view_right = RIGHT
    list_display = ("made", "recipient_name", "channel", "kind_name", "state_badge", "tries", "why")
    list_display_links = ("made",)
    list_filter = (StateFilter, ChannelFilter, KindFilter, ("created_at", DayRange))
    search_fields = ("recipient__name", "recipient__email", "recipient__contact_email", "recipient__phone")
    search_help_text = _("Recipient's name, e-mail or phone")
    ordering = ("-pk",)
    actions = ("retry", "again", "cancel")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Delivery]:
        return Delivery.objects.select_related("recipient").order_by("-pk")

    # --- The list -------------------------------------------------------------------------------------------------
    @admin.display(description=_("created"), ordering="pk")
    def made(self, delivery: Delivery) -> SafeString:
        local = timezone.localtime(delivery.created_at)
        text = date_format(local, "DATETIME_FORMAT")
        return format_html('<time datetime="{}">{}</time>', delivery.created_at.isoformat(), text)

    @admin.display(description=_("recipient"))
    def recipient_name(self, delivery: Delivery) -> SafeString:
        return format_html("<bdi>{}</bdi>", delivery.recipient.name)

    @admin.display(description=_("kind"))
    def kind_name(self, delivery: Delivery) -> str:
        return kind_label(delivery.kind)

    @admin.display(description=_("state"))
    def state_badge(self, delivery: Delivery) -> SafeString:
        return badge(delivery.get_state_display(), TONES.get(State(delivery.state), ""))

    @admin.display(description=_("reason"))
    def why(self, delivery: Delivery) -> str:
        return format_html('<bdi dir="auto">{}</bdi>', delivery.reason[:120]) if delivery.reason else ""

    @admin.action(description=_("Retry those that failed or were parked"))
    def retry(self, request: HttpRequest, chosen: QuerySet[Delivery]) -> None:
        self._carry_out(request, chosen, operations.retry_delivery)

    @admin.action(description=_("Send the unknown ones again"))
    def again(self, request: HttpRequest, chosen: QuerySet[Delivery]) -> None:
        self._carry_out(request, chosen, operations.send_again)

    @admin.action(description=_("Cancel"))
    def cancel(self, request: HttpRequest, chosen: QuerySet[Delivery]) -> None:
        self._carry_out(request, chosen, operations.cancel_delivery)

    def _carry_out(self, request: HttpRequest, chosen: QuerySet[Delivery], act: Act) -> None:
        done = self.each(request, chosen, lambda delivery: act(delivery.pk, by=request.user))
        text = ngettext("%(count)s delivery was changed.", "%(count)s deliveries were changed.", done)
        messages.success(request, text % {"count": done})

    # --- One ------------------------------------------------------------------------------------------------------
    def get_urls(self) -> list[URLPattern]:
        act = self.admin_site.admin_view(self.act)
        return [path("<str:ref>/do/<slug:slug>/", act, name="notifications_delivery_act"), *super().get_urls()]

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Return the page of one: what it tells of, each attempt, and what may be decided."""
        self._refuse(request)
        delivery = self._find(object_id)
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "original": delivery,
            "title": gettext("Delivery"),
            "subtitle": kind_label(delivery.kind),
            "state": self.state_badge(delivery),
            "channel_name": Channel(delivery.channel).label,
            "attempts": delivery.attempts.all(),
            "items": [part.item for part in delivery.parts.select_related("item").order_by("item_id")],
            "acts": [(slug, label) for slug, (_act, states, label) in ACTS.items() if delivery.state in states],
        }
        return TemplateResponse(request, "notifications/delivery.html", context)

    def act(self, request: HttpRequest, ref: str, slug: str) -> HttpResponse:
        """Carry out one decision by its operation; a refusal is said on the page."""
        self._refuse(request)
        delivery = self._find(ref)
        if request.method == "POST" and slug in ACTS:
            try:
                ACTS[slug][0](delivery.pk, by=request.user)
            except Problem as problem:
                messages.error(request, describe(problem))
        return HttpResponseRedirect(reverse("admin:notifications_delivery_change", args=[delivery.pk]))

    def _refuse(self, request: HttpRequest) -> None:
        if not holds(request, RIGHT):
            raise Forbidden(RIGHT)

    def _find(self, ref: str) -> Delivery:
        number = as_number(ref)
        found = Delivery.objects.select_related("recipient").filter(pk=number).first() if number is not None else None
        if found is None:
            raise Http404
        return found
