"""Service levels in words: metrics, conditions, durations."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts.models import Team
from tickets.models import Category
from tickets.sla.clock import Metric
from tickets.sla.models import SlaPolicyVersion
from tickets.sla.refresh import progress

METRICS = {
    Metric.FIRST_RESPONSE: gettext_lazy("First response"),
    Metric.NEXT_RESPONSE: gettext_lazy("Next response"),
    Metric.RESOLUTION: gettext_lazy("Resolution"),
}
STATES = {
    "running": gettext_lazy("Running"),
    "paused": gettext_lazy("Paused"),
    "met": gettext_lazy("Met"),
    "breached": gettext_lazy("Missed"),
}


def hours_and_minutes(minutes: int) -> str:
    """Return minutes as `4:30`."""
    return f"{minutes // 60}:{minutes % 60:02}"


def duration(seconds: float, *, units: int = 2) -> str:
    """Return a duration in its largest units: `2 hours and 5 minutes`; less than a minute is `under a minute`."""
    minutes = int(seconds) // 60
    days, hours, rest = minutes // 1440, minutes // 60 % 24, minutes % 60
    parts = []
    if days:
        parts.append(ngettext("%(count)s day", "%(count)s days", days) % {"count": days})
    if hours:
        parts.append(ngettext("%(count)s hour", "%(count)s hours", hours) % {"count": hours})
    if rest and not days:
        parts.append(ngettext("%(count)s minute", "%(count)s minutes", rest) % {"count": rest})
    return _(" and ").join(parts[:units]) if parts else _("under a minute")


def conditions_in_words(row: SlaPolicyVersion, *, takes_all: bool = False) -> str:
    """Return which tickets a version takes, as one sentence."""
    if takes_all:
        return _("Every ticket that no other policy takes")
    parts = []
    if row.category_ids:
        names = [str(each) for each in Category.objects.filter(pk__in=row.category_ids).order_by("pk")]
        parts.append(_("in the category %(names)s") % {"names": _or(names)})
    if row.team_ids:
        names = [str(each) for each in Team.objects.filter(pk__in=row.team_ids).order_by("pk")]
        parts.append(_("of the team %(names)s") % {"names": _or(names)})
    if row.tags:
        parts.append(_("tagged %(names)s") % {"names": _or(row.tags)})
    if row.has_order is not None:
        parts.append(_("with an order number") if row.has_order else _("without an order number"))
    if not parts:
        return _("Every ticket")
    return _("Tickets %(conditions)s") % {"conditions": _(" and ").join(parts)}


def refresh_in_words() -> str:
    """Return how far the open tickets follow the latest edit of policies and calendars; empty when all do."""
    told = progress()
    if not told.left:
        return ""
    return _("The clocks of open tickets are being computed anew: %(percent)s%%") % {"percent": told.percent}


def _or(names: list[str]) -> str:
    return _(" or ").join(names)
