"""The figures that stand in every file: the reports of the same question, as the API answers them."""

from __future__ import annotations

from dataclasses import replace

from reports.asking import TICKETS, Ask
from reports.registry import reports
from reports.report import Table

PARTS = ("overview", "by-category", "satisfaction", "agent-performance")
MAX_DAYS_BY_DAY = 92


def tables_of(ask: Ask) -> list[Table]:
    """Return the tables of the reports of a file's question, by day, or by month of a long period.

    A file's filter by status says which tickets are listed; reports know no such filter and count all others.
    """
    only = {name: value for name, value in ask.only.items() if name in TICKETS}
    group = "day" if ask.period.days <= MAX_DAYS_BY_DAY else "month"
    asked = replace(ask, only=only, group=group)
    return [table for key in PARTS for table in reports()[key].tables(asked)]
