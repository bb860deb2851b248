"""Identify the reader of /help: a customer's sign-in is a token family, kept in the browser's session.

So it ends with everything that ends a family (signing out everywhere, a new password, a disabled account), and the back
office's sign-in in the same browser is another.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from urllib.parse import urlencode
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from accounts.models import User
from accounts.token_users import in_family
from accounts.tokens import Pair

_KEY = "portal"
CustomerView = Callable[..., HttpResponse]


def customer_of(request: HttpRequest) -> User | None:
    """Return the customer who is signed in here, with the sign-in that their links to files name."""
    stored = request.session.get(_KEY)
    if not stored:
        return None
    user = in_family(int(stored[0]), UUID(stored[1]))
    return user if user is not None and user.is_customer else None


def enter(request: HttpRequest, pair: Pair) -> None:
    """Keep a sign-in in this browser; the session gets a new name, so that nobody else knows it."""
    request.session.cycle_key()
    request.session[_KEY] = [pair.user.pk, pair.family]


def leave(request: HttpRequest) -> str:
    """Forget the sign-in of this browser; return the family that is to end, empty for nobody."""
    stored = request.session.pop(_KEY, None)
    request.session.cycle_key()
    return str(stored[1]) if stored else ""


def customers_only(view: CustomerView) -> CustomerView:
    """Let a view be called with `request.customer`; who is nobody signs in first and comes back."""

    @wraps(view)
    def wrapped(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        customer = customer_of(request)
        if customer is None:
            back = request.get_full_path() if request.method in {"GET", "HEAD"} else reverse("help-tickets")
            return HttpResponseRedirect(f"{reverse('help-sign-in')}?{urlencode({'next': back})}")
        request.customer = customer  # type: ignore[attr-defined]
        return view(request, *args, **kwargs)

    return wrapped
