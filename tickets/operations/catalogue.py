"""Categories and canned responses; neither is evented: pages read them when they need them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import ProtectedError
from django.utils.translation import gettext as _

from accounts.models import User
from audit.recorder import record
from core.errors import Invalid, NotFound
from core.operation import operation
from core.text import camel
from tickets.models import CannedResponse, Category
from tickets.policies import CANNED, CATEGORIES, refuse_unless

MAX_DEPTH = 5


@operation
def save_category(category_id: int | None, *, changes: dict[str, Any], by: User) -> Category:
    """Make a category or change its names, parent or activity.

    Raises NotFound, Forbidden, Invalid for a name in use beside it, an unknown parent, a cycle, or a tree too deep.
    """
    refuse_unless(by, CATEGORIES)
    # The tree is checked as a whole, so two moves at once must not cross.
    rows = {row.pk: row for row in Category.objects.select_for_update(no_key=True).order_by("pk")}
    category = rows.get(category_id) if category_id else Category()
    if category is None:
        raise NotFound
    old = _category(category) if category_id else {}
    if "parent_id" in changes:
        _refuse_cycle(category, changes["parent_id"], rows)
    for name, value in changes.items():
        setattr(category, name, value)
    _store(category, {"nameAr": [_("There is already a category of this name here.")]})
    new = _category(category)
    if old != new:
        record("CATEGORY_UPDATED" if category_id else "CATEGORY_CREATED", category, by=by, old=old, new=new)
    return category


def _refuse_cycle(category: Category, parent_id: int | None, rows: dict[int, Category]) -> None:
    depth, seen = 1, parent_id
    while seen is not None:
        depth += 1
        if seen not in rows or seen == category.pk or depth > MAX_DEPTH:
            raise Invalid(fields={"parentId": [_("This cannot be the parent.")]})
        seen = rows[seen].parent_id


@operation
def delete_category(category_id: int, *, by: User) -> None:
    """Remove a category that nothing uses; one in use is switched off instead (Invalid says so)."""
    refuse_unless(by, CATEGORIES)
    category = Category.objects.select_for_update().filter(pk=category_id).first()
    if category is None:
        raise NotFound
    record("CATEGORY_DELETED", category, by=by, old=_category(category))
    try:
        category.delete()
    except ProtectedError:
        raise Invalid(fields={"id": [_("This category is in use. Switch it off instead.")]}) from None


@operation
def save_canned_response(response_id: int | None, *, changes: dict[str, Any], by: User) -> CannedResponse:
    """Make or change a canned response. Raises NotFound, Forbidden, Invalid for a shortcut in use."""
    refuse_unless(by, CANNED)
    response = (
        CannedResponse.objects.select_for_update().filter(pk=response_id).first() if response_id else CannedResponse()
    )
    if response is None:
        raise NotFound
    old = _values(response, changes) if response_id else {}
    for name, value in changes.items():
        setattr(response, name, value)
    _store(response, {"shortcut": [_("This shortcut is already in use.")]})
    new = _values(response, changes)
    if old != new:
        action = "CANNED_RESPONSE_UPDATED" if response_id else "CANNED_RESPONSE_CREATED"
        record(action, response, by=by, old=old, new=new)
    return response


@operation
def delete_canned_response(response_id: int, *, by: User) -> None:
    """Remove a canned response."""
    refuse_unless(by, CANNED)
    response = CannedResponse.objects.select_for_update().filter(pk=response_id).first()
    if response is None:
        raise NotFound
    record("CANNED_RESPONSE_DELETED", response, by=by, old={"shortcut": response.shortcut})
    response.delete()


def _values(response: CannedResponse, names: Iterable[str]) -> dict[str, str]:
    return {camel(name): getattr(response, name) for name in names}


def _store(row: Category | CannedResponse, taken: dict[str, list[str]]) -> None:
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError:
        raise Invalid(fields=taken) from None


def _category(category: Category) -> dict[str, Any]:
    return {
        "nameAr": category.name_ar,
        "nameEn": category.name_en,
        "parentId": str(category.parent_id) if category.parent_id else None,
        "isActive": category.is_active,
    }
