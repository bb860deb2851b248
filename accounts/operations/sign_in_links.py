"""Signing in to the pages of /help by a link that is mailed."""

from __future__ import annotations

import hashlib
import secrets
from datetime import timedelta

import structlog
from django.conf import settings
from django.db.models import F
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.models import Role, SignInLink, SignInLinkRequest, User
from accounts.operations.sessions import claim
from accounts.tokens import Pair, open_family
from audit.recorder import record
from core import clock
from core.errors import Invalid
from core.operation import operation, wake_after_commit
from core.rates import spend
from notifications.outbox import notify

log = structlog.get_logger(__name__)


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
    waiting = SignInLinkRequest.objects.filter(created_at__gt=clock.now() - life()).order_by("pk")
    sent = 0
    for request_id in list(waiting.values_list("pk", flat=True)):
        try:
            sent += _answer(request_id)
        except Exception:
            log.exception("sign_in_link_not_sent", request=request_id)
    return sent


@operation
def _answer(request_id: int) -> bool:
    """Have the link of one request mailed; it is held meanwhile, so that two workers never answer one twice."""
    request = SignInLinkRequest.objects.select_for_update(skip_locked=True).filter(pk=request_id).first()
    if request is None:
        return False
    request.delete()
    user = User.objects.filter(email=request.email, is_active=True, role=Role.CUSTOMER).first()
    if user is None:
        return False
    notify("sign-in-link", user, occasion=f"request-{request_id}", by=None)
    return True


@operation
def make_sign_in_link(user: User) -> str:
    """Return a new sign-in link of this customer; the one before ends. Only its token's hash is kept."""
    token, now = secrets.token_urlsafe(32), clock.now()
    living = {"token_hash": _hash(token), "email": user.email, "created_at": now, "expires_at": now + life()}
    SignInLink.objects.update_or_create(user=user, defaults=living)
    record("SIGN_IN_LINK_MADE", user, by=None)
    return settings.SITE_URL + reverse("help-follow-link", args=[token])


@operation
def sign_in_by_link(token: str) -> Pair:
    """Sign a customer in by a mailed token; works once, while they have the e-mail it went to. Invalid otherwise."""
    links = SignInLink.objects.filter(token_hash=_hash(token), expires_at__gt=clock.now())
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


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()
