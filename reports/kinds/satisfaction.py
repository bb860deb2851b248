"""Customer satisfaction: the ratings of tickets created in the period."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.functional import lazy
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from rest_framework import serializers

from core.api.serializers import FormOut
from reports.asking import Ask
from reports.metrics import Counts, share, total_of
from reports.report import Line, Report, Table, bucket_names, named

TOTALS = ("score", "responseRate", "avgRating", "count")
TREND = ("score", "avgRating", "count")
STARS = range(1, 6)


def _named(star: int) -> str:
    return ngettext("%(n)s star", "%(n)s stars", star) % {"n": star}


NAMES = {star: lazy(_named, str)(star) for star in STARS}
"""Said in the language of whoever reads, which of a file is not that of whoever asks."""

DistributionOut: type[FormOut] = type(
    "DistributionOut", (FormOut,), {str(star): serializers.IntegerField() for star in STARS}
)


class TrendOut(FormOut):
    start = serializers.DateTimeField()
    score = serializers.FloatField(allow_null=True)
    average = serializers.FloatField(allow_null=True)
    count = serializers.IntegerField()


class SatisfactionOut(FormOut):
    score = serializers.FloatField(allow_null=True)
    response_rate = serializers.FloatField(allow_null=True)
    average = serializers.FloatField(allow_null=True)
    count = serializers.IntegerField()
    distribution = DistributionOut()
    trend = TrendOut(many=True)


def _tables(ask: Ask) -> list[Table]:
    counts = Counts(ask, TREND, ["created"], ["amount"])
    figures, could = counts.total(), total_of(ask, ("rateable",))["rateable"]
    figures["responseRate"] = share(int(figures["count"] or 0), int(could or 0))
    total = Table("total", _("All ratings"), _("Tickets"), TOTALS, [Line(None, _("All tickets"), figures)])
    by_star = counts.lines("amount", NAMES)
    lines = [Line(star, name, {"count": by_star[star]["count"]}) for star, name in NAMES.items()]
    given = Table(
        "distribution", _("Ratings by stars"), _("Rating"), ("count",), lines, "amount", None, "columns", ("count",)
    )
    heading, group = _("Tickets created from"), ask.group
    over_time = named(counts, "created", bucket_names(ask))
    trend = Table(
        "trend", _("Ratings over time"), heading, TREND, over_time, "created", None, "lines", ("score",), group
    )
    return [total, given, trend]


def _answer(_ask: Ask, tables: Mapping[str, Table]) -> Any:
    total = tables["total"].lines[0].figures
    return SatisfactionOut.show(
        {
            "score": total["score"],
            "response_rate": total["responseRate"],
            "average": total["avgRating"],
            "count": total["count"],
            "distribution": {str(line.key): line.figures["count"] for line in tables["distribution"].lines},
            "trend": [
                {"start": line.name, "average": line.figures["avgRating"], **line.figures}
                for line in tables["trend"].lines
            ],
        }
    )


REPORTS = (
    Report(
        "satisfaction",
        "tickets/satisfaction",
        _("Customer satisfaction"),
        _("How customers rated what was resolved for them."),
        SatisfactionOut,
        _tables,
        _answer,
        grouped=True,
        metrics=TOTALS,
    ),
)
