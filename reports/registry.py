"""All reports, found in the modules of reports/kinds, in the order of the contract."""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache

from reports import kinds
from reports.report import Report

_ORDER = (
    *("overview", "by-category", "agent-performance", "sla-compliance", "satisfaction", "peak-hours", "chat-overview"),
    *("agents", "categories", "first-contact-resolution", "messages-per-ticket"),
)


@cache
def reports() -> dict[str, Report]:
    """Return every report by its key."""
    modules = (importlib.import_module(f"reports.kinds.{found.name}") for found in pkgutil.iter_modules(kinds.__path__))
    found = {report.key: report for module in modules for report in module.REPORTS}
    places = {key: place for place, key in enumerate(_ORDER)}
    return dict(sorted(found.items(), key=lambda pair: (places.get(pair[0], len(places)), pair[0])))
