"""Signing in to the pages of /help by a link that is mailed."""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.db.models import F
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.models import Role, SignInLink, SignInLinkRequest, User
from accounts.operations.mailed_links import answer_all, hash_of, new_token, queue_link
from accounts.operations.sessions import claim
from accounts.tokens import Pair, open_family
from audit.recorder import record
from core import clock
from core.errors import Invalid
from core.operation import operation, wake_after_commit
from core.rates import spend


def life() -> timedelta:
    """Return how long a link may be used."""
    return timedelta(minutes=settings.SIGN_IN_LINK_MINUTES)


def ask_for_sign_in_link(email: str) -> None:
    """Have a sign-in link mailed to an address, if a customer has it; the answer and the work are the same for all.

    Counted by address, so that many callers flood no mailbox. Raises RateLimited.
    """
    spend("password_reset", f"account:{email.strip().lower()}")
    request_sign_in_link(email)


@operation
def request_sign_in_link(email: str) -> None:
    """Queue a request for a link; only the worker looks up whether anybody has the address."""
    SignInLinkRequest.objects.create(email=email.strip().lower())
    wake_after_commit("accounts.operations.send_sign_in_links")


def send_sign_in_links() -> int:
    """Queue a link for each request that waits and return how many were; a request that fails stays waiting."""
    return answer_all(SignInLinkRequest.objects.all(), _answer, life=life())


@operation
def _answer(request_id: int) -> bool:
    people = User.objects.filter(role=Role.CUSTOMER)
    return queue_link(SignInLinkRequest.objects.all(), request_id, people, "sign-in-link")


@operation
def make_sign_in_link(user: User) -> str:
    """Return a new sign-in link of this customer; the one before ends. Only its token's hash is kept."""
    token, now = new_token(), clock.now()
    living = {"token_hash": hash_of(token), "email": user.email, "created_at": now, "expires_at": now + life()}
    SignInLink.objects.update_or_create(user=user, defaults=living)
    record("SIGN_IN_LINK_MADE", user, by=None)
    return settings.SITE_URL + reverse("help-follow-link", args=[token])


@operation
def sign_in_by_link(token: str) -> Pair:
    """Sign a customer in by a mailed token; works once, while they have the e-mail it went to. Invalid otherwise."""
    links = SignInLink.objects.filter(token_hash=hash_of(token), expires_at__gt=clock.now())
    link = links.select_for_update().first()
    people = User.objects.with_rights().filter(is_active=True, role=Role.CUSTOMER, email=F("sign_in_link__email"))
    user = people.filter(pk=link.user_id).first() if link else None
    if link is None or user is None:
        raise Invalid(_("This link is no longer valid. Ask for a new one."))
    link.delete()
    claim(user)
    found = open_family(user)
    record("SIGNED_IN", user, by=user, metadata={"door": "help"})
    return found
