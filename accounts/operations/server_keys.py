"""Keys of shops' servers, and the short tokens by which those sign their own customers in."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts.models import Role, ServerKey, User
from accounts.operations.sessions import claim
from accounts.policies import refuse_unless
from accounts.tokens import Pair, open_short_family
from audit.recorder import record
from core import clock
from core.errors import Forbidden, Invalid, NotFound, Unauthenticated
from core.operation import operation

PREFIX = "sk_"
LONGEST_SECRET = 200


@dataclass(frozen=True)
class NewKey:
    """A key and its secret, which is shown once."""

    key: ServerKey
    secret: str


@dataclass(frozen=True)
class ShopCustomer:
    """A customer as the shop's server knows them; an unknown e-mail opens an account."""

    email: str
    name: str
    phone: str = ""
    language: str = ""


@operation
def create_server_key(name: str, *, by: User | None) -> NewKey:
    """Make a key. `by` is None only from the command line. Raises Forbidden, or Invalid for a name that is taken."""
    refuse_unless(by, "settings.manage")
    secret = PREFIX + secrets.token_urlsafe(32)
    key = ServerKey(name=name.strip(), secret_hash=_hash(secret))
    try:
        with transaction.atomic():
            key.save()
    except IntegrityError:
        raise Invalid(fields={"name": [_("There is a key of this name already.")]}) from None
    record("SERVER_KEY_CREATED", key, by=by, new={"name": key.name})
    return NewKey(key, secret)


@operation
def revoke_server_key(key_id: int, *, by: User | None) -> ServerKey:
    """End a key; tokens that it made run out by themselves within minutes. A revoked one stays so."""
    refuse_unless(by, "settings.manage")
    key = ServerKey.objects.select_for_update(no_key=True).filter(pk=key_id).first()
    if key is None:
        raise NotFound
    if key.revoked_at is None:
        key.revoked_at = clock.now()
        key.save(update_fields=["revoked_at"])
        record("SERVER_KEY_REVOKED", key, by=by)
    return key


@operation
def server_key(name: str) -> ServerKey:
    """Return the living key of a name, made with a secret that nobody is told if there is none: for shops of ours."""
    found = ServerKey.objects.filter(name=name, revoked_at=None).first()
    return found or create_server_key(name, by=None).key


def key_of(secret: str) -> ServerKey:
    """Return the living key of a secret; raises Unauthenticated for any other."""
    found = ServerKey.objects.filter(secret_hash=_hash(secret), revoked_at=None).first()
    if found is None:
        raise Unauthenticated(_("This is no secret of a server key."))
    return found


@operation
def sign_in_for_shop(key: ServerKey, customer: ShopCustomer) -> Pair:
    """Return a short token of the customer with this e-mail; a new one gets an account without a password.

    The shop answers for its customers' addresses: an account that somebody else had registered with one is theirs alone
    from now on. It answers for nobody else: Forbidden for an address of staff or a disabled account.
    """
    user = _customer(key, customer)
    if user.role != Role.CUSTOMER or not user.is_active:
        raise Forbidden
    claim(user)
    made = open_short_family(user)
    record("SIGNED_IN", user, by=user, metadata={"door": "shop", "serverKey": key.name})
    return made


def _customer(key: ServerKey, customer: ShopCustomer) -> User:
    email = customer.email.strip().lower()
    found: User | None = User.objects.filter(email=email).first()
    if found is not None:
        return found
    user = User(email=email, name=customer.name, phone=customer.phone, role=Role.CUSTOMER)
    user.language = customer.language or user.language
    user.set_unusable_password()
    try:
        with transaction.atomic():
            user.save()
    except IntegrityError:  # another request has made them at this moment
        return User.objects.get(email=email)
    record("USER_CREATED", user, by=None, new={"email": email, "name": user.name}, metadata={"serverKey": key.name})
    return user


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()
