"""Chat sessions: how many, by whom they were handled, how long customers waited."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from core.api.serializers import FormOut
from reports.asking import Ask
from reports.metrics import total_of
from reports.report import Line, Report, Table, bucket_names, in_utc, lines_of

COUNTS = ("sessions", "handledByBot", "abandoned")
TOTALS = (*COUNTS, "avgWaitSeconds", "avgDurationSeconds", "avgChatRating")


class ChatBucketOut(FormOut):
    start = serializers.DateTimeField()
    sessions = serializers.IntegerField()
    handled_by_bot = serializers.IntegerField()
    abandoned = serializers.IntegerField()


class ChatOverviewOut(FormOut):
    sessions = serializers.IntegerField()
    handled_by_bot = serializers.IntegerField()
    abandoned = serializers.IntegerField()
    avg_wait_seconds = serializers.FloatField(allow_null=True)
    avg_duration_seconds = serializers.FloatField(allow_null=True)
    avg_rating = serializers.FloatField(allow_null=True)
    buckets = ChatBucketOut(many=True)


def _tables(ask: Ask) -> list[Table]:
    total = Table("total", _("All chats"), _("Chats"), TOTALS, [Line(None, _("All chats"), total_of(ask, TOTALS))])
    lines = lines_of(ask, COUNTS, "bucket", bucket_names(ask))
    over_time = Table(
        "buckets", _("Chats over time"), _("From"), COUNTS, lines, "bucket", None, "columns", COUNTS, ask.group
    )
    return [total, over_time]


def _answer(_ask: Ask, tables: Mapping[str, Table]) -> Any:
    total = tables["total"].lines[0].figures
    return {
        **{key: value for key, value in total.items() if key != "avgChatRating"},
        "avgRating": total["avgChatRating"],
        "buckets": [{"start": in_utc(line.name), **line.figures} for line in tables["buckets"].lines],
    }


REPORTS = (
    Report(
        "chat-overview",
        "chat/overview",
        _("Chat sessions"),
        _("Chats started in the period, and what became of them."),
        ChatOverviewOut,
        _tables,
        _answer,
        only=("agentId",),
        grouped=True,
        metrics=TOTALS,
    ),
)
