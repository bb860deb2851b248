"""Things a ticket refers to, checked as they are given: each refusal names the field."""

from __future__ import annotations

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from accounts.models import Team, User
from core.database.compiled import Prepared
from core.errors import Invalid
from tickets.models import Category
from tickets.tags import MAX_TAG, MAX_TAGS, split_tags

# What a foreign key would take at commit, when it is too late to refuse; tickets of one category do not wait for it.
_CATEGORY = "select * from tickets_category where id = %s and is_active for key share"


def category(category_id: int | None) -> Category | None:
    """An active category, kept from being removed until the transaction ends; Invalid otherwise."""
    if category_id is None:
        return None
    found = next(iter(Category.objects.raw(_CATEGORY, [category_id])), None)
    if found is None:
        raise Invalid(fields={"categoryId": [_("There is no such category.")]})
    return found


def team(team_id: int | None) -> Team | None:
    """An active team; Invalid otherwise."""
    if team_id is None:
        return None
    found = Team.objects.filter(pk=team_id, is_active=True).first()
    if found is None:
        raise Invalid(fields={"teamId": [_("There is no such team.")]})
    return found


def customer(customer_id: int | None) -> User:
    """An active customer or guest; Invalid otherwise."""
    found = _CUSTOMER.fetch(pk=customer_id) if customer_id else []
    if not found:
        raise Invalid(fields={"customerId": [_("There is no such customer.")]})
    return found[0]


def _active_customers(pk: int) -> QuerySet[User]:
    return User.objects.customers().filter(pk=pk, is_active=True)


_CUSTOMER = Prepared(_active_customers, pk=-1)


def tags(values: list[str]) -> list[str]:
    """Return the tags that these values name; Invalid when there are too many or one is too long."""
    found = split_tags(values)
    if len(found) > MAX_TAGS:
        raise Invalid(fields={"tags": [_("At most %(limit)s tags.") % {"limit": MAX_TAGS}]})
    if any(len(tag) > MAX_TAG for tag in found):
        raise Invalid(fields={"tags": [_("A tag has at most %(limit)s characters.") % {"limit": MAX_TAG}]})
    return found
