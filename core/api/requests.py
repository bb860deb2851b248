"""A request as views see it, for type checkers: its user is whoever the authentication found."""

from typing import TYPE_CHECKING, Any

from rest_framework.request import Request

if TYPE_CHECKING:

    class ApiRequest(Request):
        """DRF's request with a signed-in user."""

        user: Any
else:
    ApiRequest = Request
