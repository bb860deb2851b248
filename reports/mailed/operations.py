"""Change saved reports, and send those that are due: each once, with what its owner may see at that moment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from accounts.models import Role, User
from audit.recorder import record
from core import clock
from core.errors import Forbidden, Invalid, NotFound
from core.ids import as_number
from core.operation import operation, wake_after_commit
from core.text import choices_in_words
from notifications.outbox import notify
from reports.asking import Ask, read_ask
from reports.events import export_updated
from reports.exports.tickets import FILTERS, count
from reports.exports.words import LANGUAGES
from reports.mailed.models import Every, Paused, SavedReport
from reports.mailed.schedule import days_of, next_due
from reports.models import Export
from reports.periods import zone_named

RIGHTS = ("support.reports.view", "support.export")
MOST = 20
MAX_NAME = 100


@dataclass(frozen=True)
class SavedValues:
    """A saved report as it is asked for; `filters` by their names on the wire, without days."""

    name: str
    every: str
    format: str
    language: str
    time_zone: str
    filters: Mapping[str, str] = field(default_factory=dict)


@operation
def save_report(values: SavedValues, *, by: User) -> SavedReport:
    """Have a report sent from now on. Raises Forbidden, and Invalid naming what cannot be."""
    _refuse_unless_allowed(by)
    User.objects.select_for_update(no_key=True).get(pk=by.pk)  # so that the most are counted one after the other
    mine = SavedReport.objects.filter(user=by)
    name = values.name.strip()
    if not name or len(name) > MAX_NAME or not name.isprintable():
        raise Invalid(fields={"name": [_("A saved report needs a name of at most 100 characters.")]})
    if mine.filter(name=name).exists():
        raise Invalid(fields={"name": [_("You have a saved report of this name already.")]})
    if mine.count() >= MOST:
        raise Invalid(fields={"name": [_("At most %(most)s saved reports.") % {"most": MOST}]})
    zone = zone_named(values.time_zone)
    given: dict[str, tuple[str, Any]] = {
        "every": (values.every, Every.values),
        "format": (values.format, Export.Format.values),
        "language": (values.language, LANGUAGES),
    }
    wrong = {key: [choices_in_words(words)] for key, (word, words) in given.items() if word not in words}
    if zone is None:
        wrong["timezone"] = [_("This is not the name of a time zone.")]
    if wrong or zone is None:
        raise Invalid(fields=wrong)
    filters = {key: text for key, text in values.filters.items() if key in FILTERS and text and text.isprintable()}
    read_ask(filters, by, only=FILTERS)
    saved = SavedReport.objects.create(
        user=by, name=name, every=values.every, format=values.format, language=values.language, filters=filters,
        time_zone=values.time_zone, next_at=next_due(values.every, zone, clock.now()), created_at=clock.now(),
    )  # fmt: skip
    record("SAVED_REPORT_CREATED", saved, by=by, new=_facts(saved))
    return saved


@operation
def delete_report(ref: str, *, by: User) -> None:
    """Send a report of one's own no more. Raises NotFound."""
    saved = _own(ref, by)
    record("SAVED_REPORT_DELETED", saved, by=by, old=_facts(saved))
    saved.delete()


@operation
def resume_report(ref: str, *, by: User) -> SavedReport:
    """Let a paused report of one's own go on, from the next day it is due. Raises NotFound, Forbidden, Invalid."""
    _refuse_unless_allowed(by)
    saved = _own(ref, by)
    if not saved.paused:
        return saved
    read_ask(saved.filters, by, only=FILTERS)
    saved.paused, reason = "", saved.paused
    saved.next_at = next_due(saved.every, _zone(saved), clock.now())
    saved.save(update_fields=["paused", "next_at"])
    record("SAVED_REPORT_RESUMED", saved, by=by, old={"paused": reason}, new={"paused": ""})
    return saved


@operation
def send_one() -> bool:
    """Queue the file of the saved report that is due longest, or pause it with the reason; return whether one was due.

    Its next day is set in the same transaction, so that two workers and one that is killed send nothing twice.
    """
    due = SavedReport.objects.filter(paused="", next_at__lte=clock.now()).order_by("next_at", "pk")
    saved = due.select_for_update(skip_locked=True, of=("self",)).first()
    if saved is None:
        return False
    owner = User.objects.with_rights().get(pk=saved.user_id)
    try:
        _refuse_unless_allowed(owner)
        _queue(saved, owner)
    except Forbidden:
        _pause(saved, Paused.RIGHTS)
    except Invalid:
        _pause(saved, Paused.FILTERS)
    saved.next_at = next_due(saved.every, _zone(saved), saved.next_at)
    saved.save(update_fields=["paused", "next_at"])
    return True


def _queue(saved: SavedReport, owner: User) -> None:
    first, last = days_of(saved.every, _zone(saved), saved.next_at)
    period = {"startDate": first.isoformat(), "endDate": last.isoformat(), "timezone": saved.time_zone}
    parameters = {**saved.filters, **period, "language": saved.language}
    ask: Ask = read_ask(parameters, owner, only=FILTERS)
    export = Export.objects.create(
        user=owner, format=saved.format, parameters=parameters, row_count=count(ask), status=Export.Status.QUEUED,
        created_at=clock.now(), saved_report=saved, due_at=saved.next_at, name=saved.name,
    )  # fmt: skip
    filters = {key: text for key, text in parameters.items() if key != "language"}
    new = {"format": export.format, "filters": filters, "rowCount": export.row_count, "savedReport": str(saved.pk)}
    record("EXPORT_CREATED", export, by=owner, new=new)
    export_updated(export)
    wake_after_commit("reports.run_exports")


def _pause(saved: SavedReport, reason: Paused) -> None:
    saved.paused = reason
    system = User.objects.service(Role.SYSTEM)
    record("SAVED_REPORT_PAUSED", saved, by=system, new={"paused": str(reason)})
    notify("report-paused", saved, occasion=saved.next_at.isoformat(), by=system)


def _refuse_unless_allowed(user: User) -> None:
    for right in RIGHTS:
        if not user.is_active or not user.has_perm(right):
            raise Forbidden(right)


def _own(ref: str, user: User) -> SavedReport:
    rows = SavedReport.objects.select_for_update().filter(user=user, pk=as_number(ref) or 0)
    saved = rows.first()
    if saved is None:
        raise NotFound
    return saved


def _zone(saved: SavedReport) -> ZoneInfo:
    return ZoneInfo(saved.time_zone)


def _facts(saved: SavedReport) -> dict[str, Any]:
    return {
        "name": saved.name,
        "every": saved.every,
        "format": saved.format,
        "language": saved.language,
        "timezone": saved.time_zone,
        "filters": saved.filters,
    }
