"""First-contact resolution, and messages per ticket."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from core.api.serializers import FormOut
from reports.asking import Ask
from reports.metrics import total_of
from reports.report import Line, Report, Table

FIRST_CONTACT = ("firstContactResolutionRate", "resolvedTickets", "firstContact")
MESSAGES = ("avgMessagesPerTicket", "tickets", "messages")


class FirstContactOut(FormOut):
    first_contact_resolution_rate = serializers.FloatField(allow_null=True)
    resolved = serializers.IntegerField()
    first_contact = serializers.IntegerField()


class MessagesPerTicketOut(FormOut):
    avg_messages_per_ticket = serializers.FloatField(allow_null=True)
    tickets = serializers.IntegerField()
    messages = serializers.IntegerField()


def _tables(title: Any, metrics: tuple[str, ...]) -> Callable[[Ask], list[Table]]:
    return lambda ask: [
        Table("total", title, _("Tickets"), metrics, [Line(None, _("All tickets"), total_of(ask, metrics))])
    ]


def _answer(_ask: Ask, tables: Mapping[str, Table]) -> Any:
    figures = tables["total"].lines[0].figures
    return {"resolved" if key == "resolvedTickets" else key: value for key, value in figures.items()}


def _report(key: str, title: Any, about: Any, form: type[FormOut], metrics: tuple[str, ...]) -> Report:
    return Report(key, f"statistics/{key}", title, about, form, _tables(title, metrics), _answer, metrics=metrics)


REPORTS = (
    _report(
        "first-contact-resolution",
        _("First-contact resolution"),
        _("Of tickets created in the period."),
        FirstContactOut,
        FIRST_CONTACT,
    ),
    _report(
        "messages-per-ticket",
        _("Messages per ticket"),
        _("Of tickets created in the period."),
        MessagesPerTicketOut,
        MESSAGES,
    ),
)
