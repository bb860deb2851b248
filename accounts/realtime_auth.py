"""Say who is behind a socket: by access token or by the back office's session, read from the database each time."""

from __future__ import annotations

import copy
from collections.abc import Collection, Mapping, Sequence
from uuid import UUID

from django.conf import settings
from django.contrib.auth import HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.models import Session
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.crypto import constant_time_compare

from accounts.models import SERVICE_ROLES, STAFF_ROLES, TokenFamily, User
from accounts.operations.second_factor import who_must_set_up
from accounts.token_users import Claims, claims_of
from core.database.compiled import Prepared
from core.errors import Unauthenticated
from core.prepared import AnyOf, execute
from core.protocols import Identity, Viewer

SESSION = "session:"
"""What the credential of a back-office session begins with; all others are token families."""
_OWNERS = (
    f"select id, user_id from {TokenFamily._meta.db_table} "
    "where id = any(%s::uuid[]) and ended_at is null and expires_at > %s::timestamptz"
)


def _active(ids: Sequence[int]) -> QuerySet[User]:
    people = User.objects.with_rights().filter(AnyOf("pk", ids), is_active=True)
    return people.exclude(role__in=SERVICE_ROLES)


_SIGNED_IN = Prepared(_active, ids=[-1])


class Authenticator:
    """The socket's view of accounts (core.protocols.SocketAuthenticator)."""

    def by_token(self, token: str) -> Identity | None:
        return self.by_tokens([token])[0]

    def by_tokens(self, tokens: Sequence[str]) -> list[Identity | None]:
        claims = [_claims(token) for token in tokens]
        known = [one for one in claims if one is not None]
        owners = _owners([one.family for one in known])
        now_open = [one for one in known if owners.get(one.family) == one.user_id]
        users = {user.pk: user for user in _SIGNED_IN.fetch(ids=[one.user_id for one in now_open])} if now_open else {}
        return [
            Identity(_signed_in_by(users[one.user_id], str(one.family)), str(one.family), one.expires_at)
            if one is not None and one.user_id in users and owners.get(one.family) == one.user_id
            else None
            for one in claims
        ]

    def by_cookie(self, cookies: Mapping[str, str]) -> Identity | None:
        key = cookies.get(settings.SESSION_COOKIE_NAME, "")
        user = _signed_in([key]).get(key) if key.isalnum() else None
        return None if user is None else Identity(_signed_in_by(user, SESSION + key), SESSION + key)

    def reload(self, identities: Sequence[Identity]) -> list[Viewer | None]:
        keys = [one.credential.removeprefix(SESSION) for one in identities if one.credential.startswith(SESSION)]
        families = [one.credential for one in identities if not one.credential.startswith(SESSION)]
        users = {user.pk: user for user in _SIGNED_IN.fetch(ids=list({one.user.pk for one in identities}))}
        alive = {str(family) for family in _owners([UUID(family) for family in families])}
        sessions = _signed_in(keys) if keys else {}
        found = [
            sessions.get(one.credential.removeprefix(SESSION))
            if one.credential.startswith(SESSION)
            else users.get(one.user.pk)
            if one.credential in alive
            else None
            for one in identities
        ]
        return [user and _signed_in_by(user, one.credential) for user, one in zip(found, identities, strict=True)]

    def reason(self, identity: Identity) -> str:
        active = User.objects.filter(pk=identity.user.pk, is_active=True).exists()
        return "signed_out" if active else "disabled"

    def availability(self, user_ids: Collection[int]) -> Mapping[int, str]:
        staff = User.objects.filter(pk__in=user_ids, role__in=STAFF_ROLES)
        return dict(staff.values_list("pk", "availability"))


def _signed_in_by(user: User, credential: str) -> User:
    """Return the user in one of their sign-ins; others may share the row that was read."""
    own = copy.copy(user)
    own.sign_in = credential
    return own


def _claims(token: str) -> Claims | None:
    try:
        return claims_of(token)
    except Unauthenticated:
        return None


def _people(user_ids: Collection[int]) -> dict[int, User]:
    return {user.pk: user for user in User.objects.with_rights().filter(pk__in=user_ids, is_active=True)}


def _owners(families: Collection[UUID]) -> dict[UUID, int]:
    """Return whose those of these families are that are open."""
    return dict(execute(_OWNERS, [list(families), timezone.now()])) if families else {}


def _signed_in(keys: Sequence[str]) -> dict[str, User]:
    """The staff of these sessions of the back office; a session ends with its row, its expiry or the password.

    Who must set up a second factor first is nobody here, as the back office shows him nothing else.
    """
    rows = Session.objects.filter(session_key__in=keys, expire_date__gt=timezone.now())
    decoded = {row.session_key: row.get_decoded() for row in rows}
    users = _people({int(data[SESSION_KEY]) for data in decoded.values() if SESSION_KEY in data})
    barred = who_must_set_up(users.values())
    found = {}
    for key, data in decoded.items():
        user = users.get(int(data.get(SESSION_KEY, 0)))
        if (
            user is not None
            and user.is_staff
            and user.pk not in barred
            and _same_password(user, data.get(HASH_SESSION_KEY, ""))
        ):
            found[key] = user
    return found


def _same_password(user: User, hashed: str) -> bool:
    return constant_time_compare(hashed, user.get_session_auth_hash())
