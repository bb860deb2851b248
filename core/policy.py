"""The Content-Security-Policy of every answer, written out once."""

from functools import cached_property

from csp.constants import HEADER
from csp.middleware import CheckableLazyObject, CSPMiddleware
from csp.utils import build_policy
from django.conf import settings
from django.http import HttpRequest, HttpResponseBase


class PolicyMiddleware(CSPMiddleware):
    """The site's own policy for answers that ask for no other: django-csp builds it anew for each of them."""

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        asked = "_csp_nonce" in vars(request) or any(name.startswith("_csp_") for name in vars(response))
        if asked or settings.DEBUG or HEADER in response:
            return super().process_response(request, response)
        response[HEADER] = self._policy
        # As there: a nonce that is made after the header would not be in it.
        request.csp_nonce = CheckableLazyObject(self._csp_nonce_post_response)  # type: ignore[attr-defined]
        return response

    @cached_property
    def _policy(self) -> str:
        return build_policy()
