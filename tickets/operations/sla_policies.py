"""Changes of service level policies; open tickets follow in the background (tickets.sla.refresh)."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields
from typing import Any

from django.utils.translation import gettext as _

from accounts.models import Team, User
from audit.recorder import record
from core import clock
from core.errors import Invalid, NotFound, Stale
from core.operation import operation, wake_after_commit
from tickets.models import Category
from tickets.operations import lookups
from tickets.policies import SLA, refuse_unless
from tickets.sla.clock import Metric
from tickets.sla.models import BusinessCalendar, SlaPolicy, SlaPolicyVersion
from tickets.sla.refresh import REFRESH
from tickets.states import PRIORITIES

MOST_POLICIES = 50
MOST_VERSIONS = 20
MOST_CONDITIONS = 50
MOST_MINUTES = 366 * 24 * 60


@dataclass(frozen=True)
class Version:
    """The conditions and targets that count for tickets opened from a day on; None is from the beginning."""

    counts_from: datetime.date | None = None
    category_ids: Sequence[int] = ()
    team_ids: Sequence[int] = ()
    tags: Sequence[str] = ()
    has_order: bool | None = None
    calendar_id: int | None = None
    targets: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    warning_percent: int = 80


@dataclass(frozen=True)
class PolicyValues:
    """A policy whole, as it is saved."""

    name_ar: str
    name_en: str
    versions: Sequence[Version]
    position: int = 100
    is_active: bool = True
    is_default: bool = False


@operation
def save_policy(policy_id: int | None, values: PolicyValues, *, by: User, version: int | None = None) -> SlaPolicy:
    """Create a policy (`policy_id` None) or replace one whole, its versions included.

    Raises NotFound, Forbidden, Stale when the caller saw another version, Invalid naming what cannot be.
    """
    refuse_unless(by, SLA)
    policy = _locked(policy_id) if policy_id else None
    if policy and version is not None and version != policy.version:
        raise Stale
    if policy is None and SlaPolicy.objects.count() >= MOST_POLICIES:
        raise Invalid(fields={"name": [_("At most %(most)s policies.") % {"most": MOST_POLICIES}]})
    _refuse(values, policy)
    old = _facts(policy) if policy else {}
    stored = _store(policy or SlaPolicy(), values)
    new = _facts(stored)
    if old == new:
        return stored
    stored.version = stored.version + 1 if policy else 1
    stored.updated_at = clock.now()
    stored.save(update_fields=["version", "updated_at"])
    differing = {name for name in new if old.get(name) != new[name]}
    record(
        "SLA_POLICY_UPDATED" if policy else "SLA_POLICY_CREATED",
        stored,
        by=by,
        old={name: value for name, value in old.items() if name in differing},
        new={name: value for name, value in new.items() if name in differing},
    )
    wake_after_commit(REFRESH)
    return stored


def _locked(policy_id: int) -> SlaPolicy:
    policy = SlaPolicy.objects.select_for_update(no_key=True).filter(pk=policy_id).first()
    if policy is None:
        raise NotFound
    return policy


def _refuse(values: PolicyValues, policy: SlaPolicy | None) -> None:
    if not values.name_ar.strip() or not values.name_en.strip():
        raise Invalid(fields={"name": [_("A policy needs a name in both languages.")]})
    default = SlaPolicy.objects.filter(is_default=True).first()
    if values.is_default and default is not None and default != policy:
        raise Invalid(fields={"isDefault": [_("There is a default policy already.")]})
    if not 1 <= len(values.versions) <= MOST_VERSIONS:
        raise Invalid(fields={"versions": [_("A policy has 1 to %(most)s versions.") % {"most": MOST_VERSIONS}]})
    days = [each.counts_from for each in values.versions]
    if len(set(days)) != len(days):
        raise Invalid(fields={"countsFrom": [_("Two versions count from the same day.")]})
    for each in values.versions:
        _refuse_version(each)


def _refuse_version(each: Version) -> None:
    for name, ids, model in (("categoryIds", each.category_ids, Category), ("teamIds", each.team_ids, Team)):
        if len(ids) > MOST_CONDITIONS or model.objects.filter(pk__in=ids).count() != len(set(ids)):
            raise Invalid(fields={name: [_("One of these does not exist.")]})
    if each.calendar_id and not BusinessCalendar.objects.filter(pk=each.calendar_id).exists():
        raise Invalid(fields={"calendarId": [_("These working hours do not exist.")]})
    if not 1 <= each.warning_percent <= 99:
        raise Invalid(fields={"warningPercent": [_("A warning comes at 1 to 99 percent.")]})
    for metric, by_priority in each.targets.items():
        for priority, minutes in by_priority.items():
            if metric not in set(Metric) or priority not in PRIORITIES or not 1 <= minutes <= MOST_MINUTES:
                raise Invalid(fields={"targets": [_("A target is at least a minute and at most a year.")]})


def _store(policy: SlaPolicy, values: PolicyValues) -> SlaPolicy:
    policy.name_ar, policy.name_en = values.name_ar.strip(), values.name_en.strip()
    policy.position, policy.is_active, policy.is_default = values.position, values.is_active, values.is_default
    policy.save()
    policy.versions.all().delete()
    SlaPolicyVersion.objects.bulk_create(
        SlaPolicyVersion(
            policy=policy,
            **{
                **asdict(each),
                "category_ids": sorted(set(each.category_ids)),
                "team_ids": sorted(set(each.team_ids)),
                "tags": lookups.tags(list(each.tags)),
            },
        )
        for each in values.versions
    )
    return policy


def values_of(policy: SlaPolicy) -> PolicyValues:
    """Return a stored policy as it would be saved again, the version that counts from the beginning first."""
    rows = sorted(policy.versions.all(), key=lambda row: row.counts_from or datetime.date.min)
    versions = [Version(**{each.name: getattr(row, each.name) for each in fields(Version)}) for row in rows]
    plain = {each.name: getattr(policy, each.name) for each in fields(PolicyValues) if each.name != "versions"}
    return PolicyValues(versions=versions, **plain)


def _facts(policy: SlaPolicy) -> dict[str, Any]:
    rows = SlaPolicyVersion.objects.filter(policy=policy).order_by("counts_from")
    columns = ("category_ids", "team_ids", "tags", "has_order", "calendar_id", "targets", "warning_percent")
    return {
        "nameAr": policy.name_ar,
        "nameEn": policy.name_en,
        "position": policy.position,
        "isActive": policy.is_active,
        "isDefault": policy.is_default,
        "versions": [
            {"countsFrom": row.counts_from and row.counts_from.isoformat(), **{c: getattr(row, c) for c in columns}}
            for row in rows
        ],
    }
