"""People: made, changed, disabled."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import Group
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from accounts.catalogue import APP_LABEL, DEFAULT_GROUPS
from accounts.events import access_changed, staff_changed
from accounts.models import STAFF_ROLES, Availability, Role, User
from accounts.operations.administrators import an_administrator_stays
from accounts.operations.sessions import check_password_rules, end_families
from accounts.policies import refuse_beyond, refuse_unless, refuse_unless_all
from audit.recorder import record
from core import clock
from core.addresses import validate_address
from core.errors import Invalid, NotFound
from core.operation import call_after_commit, operation
from core.text import camel
from realtime.presence import tell_availability

PROFILE = ("name", "phone", "language", "holds_replies")
STAFF = ("email", "name", "phone", "language", "role")


@operation
def create_staff(
    email: str,
    *,
    name: str,
    role: str,
    by: User | None,
    password: str | None = None,
    superuser: bool = False,
) -> User:
    """Someone who works here, in the default group of the role. `by` is None only from the command line."""
    refuse_unless(by, "users.manage")
    if role not in STAFF_ROLES:
        raise Invalid(fields={"role": [_("This is not a staff role.")]})
    groups = Group.objects.filter(name=role)
    refuse_unless_all(by, DEFAULT_GROUPS[role])
    refuse_unless_all(by, _rights_of(groups))
    user = User(email=email.strip().lower(), name=name, role=role, is_superuser=superuser)
    _set_password(user, password)
    _save_new(user)
    user.groups.set(groups)
    record("USER_CREATED", user, by=by, new={"email": user.email, "name": name, "role": role})
    return user


@operation
def create_customer(
    email: str, *, name: str, by: User | None, phone: str = "", language: str = "ar", password: str | None = None
) -> User:
    """A customer made by staff or by an import."""
    refuse_unless(by, "customers.manage")
    user = User(email=email.strip().lower(), name=name, phone=phone, language=language, role=Role.CUSTOMER)
    _set_password(user, password)
    _save_new(user)
    record("USER_CREATED", user, by=by, new={"email": user.email, "name": name, "role": user.role})
    return user


@operation
def update_profile(user_id: int, *, changes: dict[str, Any], by: User) -> User:
    """Change one's own name, phone, language, or whether one's replies are held."""
    user = User.objects.select_for_update(no_key=True).get(pk=user_id)
    return _apply(user, {name: value for name, value in changes.items() if name in PROFILE}, by)


@operation
def update_staff(user_id: int, *, changes: dict[str, Any], by: User, group_ids: list[int] | None = None) -> User:
    """Change another person's fields and groups; their rights change with their next request.

    Forbidden for a person, a role or a group with a right that `by` does not hold, Invalid for the last administrator.
    """
    with an_administrator_stays("role" if "role" in changes else "groups"):
        user = _locked(user_id)
        _refuse_unless_managing(by, user)
        if group_ids is not None:
            _set_groups(user, group_ids, by)
        role = changes.get("role", user.role)
        if (role in STAFF_ROLES) != (user.role in STAFF_ROLES):
            raise Invalid(fields={"role": [_("A customer does not become staff, nor staff a customer.")]})
        if role != user.role:
            refuse_unless_all(by, DEFAULT_GROUPS[role])
        return _apply(user, {name: value for name, value in changes.items() if name in STAFF}, by)


@operation
def set_active(user_id: int, *, active: bool, by: User | None) -> User:
    """Disable a person, which ends all sessions and sockets at once, or let them in again.

    Forbidden for a person with a right that `by` does not hold, Invalid for oneself and the last administrator. `by` is
    None only from the command line.
    """
    with an_administrator_stays("isActive"):
        return _set_active(managed(user_id, by), active, by)


def managed(user_id: int, by: User | None) -> User:
    """Return a person, locked, whom `by` may manage; NotFound for nobody and the service users, else Forbidden."""
    user = _locked(user_id)
    _refuse_unless_managing(by, user)
    return user


def _set_active(user: User, active: bool, by: User | None) -> User:
    if by is not None and user.pk == by.pk and not active:
        raise Invalid(fields={"isActive": [_("You cannot disable yourself.")]})
    if user.is_active == active:
        return user
    user.is_active = active
    if not active:
        _note_away(user, Availability.OFFLINE)
        user.availability = Availability.OFFLINE
        end_families(user, "disabled")
    user.save(update_fields=["is_active", "availability", "away_since", "updated_at"])
    record("USER_ENABLED" if active else "USER_DISABLED", user, by=by)
    access_changed([user.pk], "rights_changed" if active else "disabled")
    return user


@operation
def set_password(user_id: int, *, password: str, by: User | None) -> User:
    """Give another person a new password; all their sessions end. Forbidden for one with a right `by` does not hold.

    `by` is None only from the command line.
    """
    user = _locked(user_id)
    _refuse_unless_managing(by, user)
    check_password_rules(password, user)
    user.set_password(password)
    user.save(update_fields=["password", "updated_at"])
    end_families(user, "password_changed")
    record("PASSWORD_CHANGED", user, by=by)
    access_changed([user.pk], "password_changed")
    return user


@operation
def set_availability(user_id: int, *, status: str, by: User) -> User:
    """Say whether one takes chats."""
    user = User.objects.select_for_update(no_key=True).get(pk=user_id)
    if user.availability != status:
        call_after_commit(tell_availability, user_id, status)
        _note_away(user, status)
        user.save(update_fields=["away_since"])
        staff_changed()
    return _apply(user, {"availability": status}, by)


def _note_away(user: User, status: str) -> None:
    """Set since when they are away, from the availability that they have and the one that comes."""
    if status == Availability.AVAILABLE:
        user.away_since = None
    elif user.availability == Availability.AVAILABLE:
        user.away_since = clock.now()


def _locked(user_id: int) -> User:
    user = User.objects.select_for_update(no_key=True).filter(pk=user_id).first()
    if user is None or user.role in {Role.BOT, Role.SYSTEM}:
        raise NotFound
    return user


def _refuse_unless_managing(by: User | None, user: User) -> None:
    refuse_unless(by, "users.manage" if user.is_agent else "customers.manage")
    refuse_beyond(by, user)


def _rights_of(groups: QuerySet[Group]) -> list[str]:
    """Return the catalogue names that these groups give."""
    held = groups.filter(permissions__content_type__app_label=APP_LABEL)
    return list(held.values_list("permissions__codename", flat=True))


def _set_password(user: User, password: str | None) -> None:
    if password is None:
        user.set_unusable_password()
    else:
        check_password_rules(password, user)
        user.set_password(password)


def _save_new(user: User) -> None:
    _refuse_unless_address(str(user.email))
    user.created_at = clock.now()
    try:
        with transaction.atomic():
            user.save()
    except IntegrityError:
        raise Invalid(fields={"email": [_("This e-mail is already in use.")]}) from None


def _refuse_unless_address(email: str) -> None:
    try:
        validate_address(email)
    except ValidationError as error:
        raise Invalid(fields={"email": error.messages}) from None


def _apply(user: User, changes: dict[str, Any], by: User) -> User:
    if changes.get("email"):
        changes["email"] = changes["email"].strip().lower()
        _refuse_unless_address(changes["email"])
    old = {name: getattr(user, name) for name in changes}
    changed = {name: value for name, value in changes.items() if old[name] != value}
    if not changed:
        return user
    for name, value in changed.items():
        setattr(user, name, value)
    try:
        with transaction.atomic():
            user.save(update_fields=[*changed, "updated_at"])
    except IntegrityError:
        raise Invalid(fields={"email": [_("This e-mail is already in use.")]}) from None
    old, new = ({camel(name): row[name] for name in changed} for row in (old, changed))
    record("USER_UPDATED", user, by=by, old=old, new=new)
    if "role" in changed:
        access_changed([user.pk], "rights_changed")
    return user


def _set_groups(user: User, group_ids: list[int], by: User) -> None:
    before = sorted(user.groups.values_list("name", flat=True))
    groups = Group.objects.filter(pk__in=group_ids)
    after = sorted(group.name for group in groups)
    if before == after:
        return
    refuse_unless_all(by, _rights_of(groups.exclude(name__in=before)))
    user.groups.set(groups)
    record("PERMISSIONS_CHANGED", user, by=by, old={"groups": before}, new={"groups": after})
    access_changed([user.pk], "rights_changed")
