"""Signing in and out of the API: accounts, guests, token families."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from django.contrib.auth import authenticate
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts.events import access_changed
from accounts.models import Role, TokenFamily, User
from accounts.operations.second_factor import check_code, has_second_factor, must_set_up
from accounts.throttle import count_attempt, forget_attempts
from accounts.tokens import Pair, open_family, open_short_family, pair, read_refresh
from audit.recorder import record
from core import clock
from core.errors import Invalid, OtpRequired, Unauthenticated
from core.operation import operation
from core.request_context import origin
from notifications.devices import forget as forget_devices
from notifications.devices import forget_all as forget_all_devices
from notifications.outbox import notify


@dataclass(frozen=True)
class Attempt:
    """A sign-in by an address nobody has, as the audit log names it."""

    audit_name: str
    audit_type: str = "sign_in"
    pk: str = "-"


def check_password_rules(password: str, user: User, field: str = "password") -> None:
    """Raises Invalid naming what is wrong with a new password."""
    try:
        validate_password(password, user)
    except ValidationError as error:
        raise Invalid(fields={field: error.messages}) from None


@operation
def register(
    email: str, *, password: str, name: str, phone: str = "", language: str = "", guest: User | None = None
) -> Pair:
    """A new customer, signed in. A guest who registers keeps his conversations: he becomes the customer.

    Raises Invalid when the address is taken or the password too weak.
    """
    user = _still_guest(guest) or User()
    was_guest = user.pk is not None
    user.email, user.name, user.phone = email.lower(), name, phone
    user.role, user.language = Role.CUSTOMER, language or user.language
    user.email_unproved = True
    check_password_rules(password, user)
    user.set_password(password)
    try:
        with transaction.atomic():
            user.save()
    except IntegrityError:
        raise Invalid(fields={"email": [_("This e-mail is already in use.")]}) from None
    if was_guest:
        end_families(user, "registered")
    record("USER_REGISTERED", user, by=user, new={"email": user.email, "name": name, "fromGuest": was_guest})
    notify("welcome", user, occasion="registered", by=None)
    return open_family(user)


def claim(user: User) -> None:
    """Leave an account to whoever has just shown that its address is theirs: part of the operations that learn of it.

    Whoever registered it before without showing that keeps neither the password nor a sign-in, and gets no texts.
    """
    if not user.email_unproved:
        return
    held = User.objects.select_for_update(no_key=True).get(pk=user.pk)
    if not held.email_unproved:
        return
    phone, held.email_unproved, held.phone = held.phone, False, ""
    held.set_unusable_password()
    held.save(update_fields=["email_unproved", "phone", "password", "updated_at"])
    end_families(held, "password_changed")
    record("PASSWORD_CHANGED", held, by=None, old={"phone": phone}, new={"phone": ""})
    access_changed([held.pk], "password_changed")


def _still_guest(guest: User | None) -> User | None:
    """The guest, locked, unless he has become a customer by another request meanwhile."""
    if guest is None:
        return None
    return User.objects.select_for_update(no_key=True).filter(pk=guest.pk, role=Role.GUEST).first()


@operation
def start_guest(name: str, *, email: str = "", language: str = "") -> Pair:
    """A guest without a password; the address is unverified and joins him to no account."""
    user = User(name=name, contact_email=email.lower(), role=Role.GUEST)
    user.language = language or user.language
    user.set_unusable_password()
    user.save()
    record("GUEST_STARTED", user, by=user, new={"name": name})
    return open_family(user)


def sign_in(email: str, *, password: str, code: str = "") -> Pair:
    """A token pair for e-mail and password, and a code where a second factor is on; unknown, wrong and disabled
    answer alike.

    Raises Unauthenticated, OtpRequired (only once the password was right), or RateLimited after too many attempts on
    the account or from the address.
    """
    user = check_credentials(email, password)
    if user is None:
        raise Unauthenticated(_("The e-mail or the password is wrong."))
    if has_second_factor(user):
        check_code(user, code)
    elif must_set_up(user):
        raise OtpRequired(_("A second factor is required here. Sign in to the back office and set it up first."))
    return _signed_in(user)


def check_credentials(email: str, password: str) -> User | None:
    """The user behind e-mail and password, counted and audited; for the API and the back office alike.

    The count is forgotten once the person is in: here, or by `check_code` where a second factor is on.
    """
    email = email.strip().lower()
    # The account first: one that is over its own limit costs its neighbours behind the address nothing.
    count_attempt("sign_in", email)
    count_attempt("sign_in_address", origin().ip_address)
    user = authenticate(None, email=email, password=password)
    if not isinstance(user, User):
        _refused(email)
        return None
    if not has_second_factor(user):
        forget_attempts("sign_in", email)
    return user


def sign_in_customer(email: str, password: str) -> Pair:
    """Sign a customer in on the pages of /help; staff have the back office and are refused as a wrong password is.

    Raises Unauthenticated, or RateLimited after too many attempts.
    """
    user = check_credentials(email, password)
    if user is None or not user.is_customer:
        raise Unauthenticated(_("The e-mail or the password is wrong."))
    return _signed_in(user, door="help")


@operation
def _signed_in(user: User, *, door: str = "api") -> Pair:
    found = open_family(user)
    record("SIGNED_IN", user, by=user, metadata={"door": door})
    return found


@operation
def open_link_session(guest: User) -> str:
    """Return a short sign-in for a guest who comes by a signed link: links to files live no longer than one."""
    return open_short_family(guest).family


@operation
def end_family(family_id: str, *, by: User) -> None:
    """End one sign-in of the caller; one that has ended already, or is another's, stays as it is."""
    family = TokenFamily.objects.select_for_update(no_key=True).filter(pk=family_id, user=by, ended_at=None).first()
    if family is not None:
        _end_family(family, "signed_out")
        record("SIGNED_OUT", by, by=by)
        access_changed([by.pk], "signed_out")


@operation
def _refused(email: str) -> None:
    user = User.objects.filter(email=email).first()
    record("SIGN_IN_FAILED", user or Attempt(email[:150]), by=None)


def refresh(token: str) -> Pair:
    """A new pair for a refresh token, which ends with this use; a rotated one used again ends its whole family.

    Raises Unauthenticated for anything but the family's current token.
    """
    family_id, rotation = read_refresh(token)
    found = _rotate(family_id, rotation)
    if found is None:
        raise Unauthenticated
    return found


@operation
def _rotate(family_id: uuid.UUID, rotation: str) -> Pair | None:
    family = (
        TokenFamily.objects.select_for_update(no_key=True, of=("self",)).filter(pk=family_id, ended_at=None).first()
    )
    if family is None or family.expires_at <= clock.now():
        return None
    user = User.objects.with_rights().get(pk=family.user_id)
    if not user.is_active:
        return None
    if family.current.hex != rotation:
        _end_family(family, "reused")
        record("TOKEN_REUSED", user, by=user, metadata={"family": str(family.pk)})
        access_changed([user.pk], "signed_out")
        return None
    family.current, family.refreshed_at = uuid.uuid4(), clock.now()
    family.save(update_fields=["current", "refreshed_at"])
    return pair(user, family)


@operation
def end_session(token: str, *, by: User) -> None:
    """End the family of one of the caller's refresh tokens; one that has ended already stays ended.

    Raises Invalid for what is no refresh token of the caller: nobody is told of an end that was none.
    """
    refusal = Invalid(fields={"refreshToken": [_("This is not a refresh token of yours.")]})
    try:
        family_id, _rotation = read_refresh(token)
    except Unauthenticated:
        raise refusal from None
    family = TokenFamily.objects.select_for_update(no_key=True).filter(pk=family_id, user=by).first()
    if family is None:
        raise refusal
    if family.ended_at is not None:
        return
    _end_family(family, "signed_out")
    record("SIGNED_OUT", by, by=by)
    access_changed([by.pk], "signed_out")


@operation
def end_sessions(user_id: int, *, reason: str, by: User) -> int:
    """End every session of a person in the API; how many there were."""
    user = User.objects.get(pk=user_id)
    ended = end_families(user, reason)
    record("SIGNED_OUT", user, by=by, metadata={"sessions": ended, "reason": reason})
    access_changed([user.pk], "signed_out")
    return ended


def _end_family(family: TokenFamily, reason: str) -> None:
    family.ended_at, family.end_reason = clock.now(), reason
    family.save(update_fields=["ended_at", "end_reason"])
    forget_devices([str(family.pk)])


def end_families(user: User, reason: str) -> int:
    """Close every open family of a user, and forget all their devices; part of the operations that need it."""
    open_ones = TokenFamily.objects.filter(user=user, ended_at=None)
    forget_all_devices(user.pk)
    return open_ones.update(ended_at=clock.now(), end_reason=reason)
