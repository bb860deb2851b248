"""Teams and who is in them."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts.events import access_changed
from accounts.models import STAFF_ROLES, Team, TeamDeparture, TeamMembership, User
from accounts.policies import refuse_unless
from audit.recorder import record
from core import clock
from core.errors import Invalid
from core.operation import operation


@operation
def save_team(
    team_id: int | None, *, name_ar: str, name_en: str, active: bool, members: Mapping[int, bool], by: User | None
) -> Team:
    """Make or change a team; `members` maps user ids to whether they lead. Invalid for a name in use or a customer."""
    refuse_unless(by, "users.manage")
    team = Team.objects.select_for_update(no_key=True).get(pk=team_id) if team_id else Team()
    old = _state(team) if team_id else {}
    if User.objects.filter(pk__in=members, role__in=STAFF_ROLES).count() != len(members):
        raise Invalid(fields={"members": [_("Only staff can be in a team.")]})
    team.name_ar, team.name_en, team.is_active = name_ar, name_en, active
    try:
        with transaction.atomic():
            team.save()
    except IntegrityError:
        raise Invalid(fields={"name": [_("There is already a team of this name.")]}) from None
    before = dict(team.memberships.values_list("user_id", "is_lead"))
    team.memberships.exclude(user_id__in=members).delete()
    _remember_departures(team, before.keys() - members.keys(), members)
    for user_id, is_lead in members.items():
        TeamMembership.objects.update_or_create(team=team, user_id=user_id, defaults={"is_lead": is_lead})
    new = _state(team)
    if old != new:
        record("TEAM_UPDATED" if team_id else "TEAM_CREATED", team, by=by, old=old, new=new)
        access_changed(sorted({user for user, _lead in before.items() ^ members.items()}), "rights_changed")
    return team


def _remember_departures(team: Team, left: Collection[int], members: Collection[int]) -> None:
    team.departures.filter(user_id__in=[*left, *members]).delete()
    now = clock.now()
    TeamDeparture.objects.bulk_create([TeamDeparture(team=team, user_id=user_id, left_at=now) for user_id in left])


def _state(team: Team) -> dict[str, object]:
    members = team.memberships.order_by("user_id").values_list("user_id", "is_lead")
    return {
        "nameAr": team.name_ar,
        "nameEn": team.name_en,
        "isActive": team.is_active,
        "members": [str(user) for user, _lead in members],
        "leads": [str(user) for user, lead in members if lead],
    }
