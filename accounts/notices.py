"""Kinds of notification that an account gives occasion to."""

from __future__ import annotations

from collections.abc import Collection
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from accounts.models import SERVICE_ROLES, User
from accounts.operations.passwords import make_reset_link
from accounts.operations.sign_in_links import life, make_sign_in_link
from core import clock
from notifications.kinds import Kind
from notifications.models import Audience, Channel, Item


class AccountKind(Kind[User]):
    """A kind about the account of whoever is told; it cannot be switched off."""

    model = User
    channels = (Channel.EMAIL,)
    optional = False

    def find(self, item: Item) -> User:
        return User.objects.get(pk=item.entity_id)

    def recipients(self, item: Item) -> QuerySet[User]:
        return User.objects.filter(pk=item.entity_id, is_active=True).exclude(role__in=SERVICE_ROLES)

    def visible(self, reader: Any, entity_ids: Collection[str]) -> set[str]:
        return {str(reader.pk)} & set(entity_ids)


class PasswordReset(AccountKind):
    """Tells whoever forgot their password; the link is made when it is sent, so that nothing stored can be used."""

    slug = "password-reset"
    label = _("New password")

    def still_wanted(self, item: Item, recipient: User) -> bool:
        age = clock.now() - item.created_at
        return super().still_wanted(item, recipient) and age < timedelta(seconds=settings.PASSWORD_RESET_TIMEOUT)

    def context(self, item: Item, recipient: User) -> dict[str, Any]:
        return _reset(make_reset_link(recipient))

    def sample(self, language: str) -> dict[str, Any]:
        return _reset(f"{settings.SITE_URL}/admin/password/reset/sample")


def _reset(link: str) -> dict[str, Any]:
    return {"link": link, "minutes": settings.PASSWORD_RESET_TIMEOUT // 60, "data": {}}


class SignInLink(AccountKind):
    """Brings a customer the link to sign in by; it is made when it is sent, so that nothing stored can be used."""

    slug = "sign-in-link"
    label = _("Sign-in link")

    def still_wanted(self, item: Item, recipient: User) -> bool:
        return super().still_wanted(item, recipient) and clock.now() - item.created_at < life()

    def context(self, item: Item, recipient: User) -> dict[str, Any]:
        return _sign_in(make_sign_in_link(recipient))

    def sample(self, language: str) -> dict[str, Any]:
        return _sign_in(f"{settings.SITE_URL}/help/sign-in/link/sample")


def _sign_in(link: str) -> dict[str, Any]:
    return {"link": link, "minutes": settings.SIGN_IN_LINK_MINUTES, "data": {}}


class Welcome(AccountKind):
    """Greets a customer who has just registered."""

    slug = "welcome"
    label = _("Welcome")
    color = "#0a6b67"
    audiences = (Audience.CUSTOMER,)

    def context(self, item: Item, recipient: User) -> dict[str, Any]:
        return {"link": f"{settings.SITE_URL}/help/tickets", "data": {}}

    def sample(self, language: str) -> dict[str, Any]:
        return {"link": f"{settings.SITE_URL}/help/tickets", "data": {}}


KINDS = (PasswordReset(), SignInLink(), Welcome())
