"""Say who may call a view at all; what one may do with a thing is the operations' to refuse."""

from typing import Any

from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from core.errors import Forbidden, NotFound


class DenyAll(BasePermission):
    """The default of every view: a view that names nobody lets nobody in."""

    def has_permission(self, request: Request, view: Any) -> bool:
        raise Forbidden


class Public(BasePermission):
    """Anyone, signed in or not."""


class SignedIn(BasePermission):
    """Customers, guests and staff with a valid token."""

    def has_permission(self, request: Request, view: Any) -> bool:
        return bool(request.user and request.user.is_authenticated)


class Customer(SignedIn):
    """Customers and guests; staff are told that this is not theirs."""

    def has_permission(self, request: Request, view: Any) -> bool:
        if not super().has_permission(request, view):
            return False
        if not getattr(request.user, "is_customer", False):
            raise Forbidden
        return True


class Staff(SignedIn):
    """People who work here; to customers the address does not exist."""

    def has_permission(self, request: Request, view: Any) -> bool:
        if not super().has_permission(request, view):
            return False
        if not getattr(request.user, "is_agent", False):
            raise NotFound
        return True


def needs(right: str) -> type[Staff]:
    """Staff who hold this right of the catalogue (`support.audit.view`)."""

    class Needs(Staff):
        permission = right

        def has_permission(self, request: Request, view: Any) -> bool:
            if not super().has_permission(request, view):
                return False
            if not request.user.has_perm(right):
                raise Forbidden(right)
            return True

    Needs.__name__ = f"Needs_{right.replace('.', '_')}"
    return Needs
