"""The base of every API view: language, rates, envelope, idempotent creation."""

from collections.abc import Callable, Mapping
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.utils import translation
from django.utils.cache import patch_vary_headers
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from core.api.lists import refuse_unknown
from core.api.permissions import DenyAll, SignedIn
from core.api.requests import ApiRequest
from core.api.serializers import FormIn, read
from core.errors import Invalid, NotFound, UnsupportedType
from core.idempotency import Answer, once
from core.links import refresh_links
from core.rates import spend_all
from core.request_context import origin
from core.text import choices_in_words, language_asked


class ApiView(APIView):
    """One resource of the API. Name who may call it in `permission_classes`; the default is nobody."""

    permission_classes = [DenyAll]
    # No OPTIONS: the contract describes the addresses, and browsers' preflights are answered before any view.
    http_method_names = ["get", "post", "put", "patch", "delete", "head"]
    rate: str | None = None

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        _refuse_encoded(request)
        user = request.user
        uses = [("address", origin().ip_address)]
        if user.is_authenticated:
            kind = "read" if request.method in {"GET", "HEAD", "OPTIONS"} else "write"
            uses.append((f"staff_{kind}" if user.is_agent else kind, f"user:{user.pk}"))
        if self.rate:
            uses.append((self.rate, f"user:{user.pk}" if user.is_authenticated else origin().ip_address))
        spend_all(uses)
        if request.method in {"GET", "HEAD"}:
            self.check_parameters(request)
        elif hasattr(self, str(request.method).lower()):
            # What is written stands in the body alone; a method that is not taken is refused after this.
            refuse_unknown(request, ())

    def check_parameters(self, request: Request) -> None:
        """Refuse query parameters that this view does not declare; lists declare theirs by filter set."""
        refuse_unknown(request, self.parameters())

    def parameters(self) -> set[str]:
        """The query parameters this view takes."""
        return set()

    def perform_content_negotiation(self, request: Request, force: bool = False) -> tuple[BaseRenderer, str]:
        """JSON, whatever is asked for: there is nothing else, and `format` is a parameter that nobody declared."""
        renderer = self.get_renderers()[0]
        return renderer, renderer.media_type

    def perform_authentication(self, request: Request) -> None:
        """Public views never look at a token: a stale one must not lock anybody out of signing in."""
        kinds: list[Any] = list(self.permission_classes)
        if any(issubclass(kind, SignedIn) or kind is DenyAll for kind in kinds):
            super().perform_authentication(request)
            # Before anything can be refused: a refusal is in the caller's language too.
            if request.user.is_authenticated:
                asked = request.headers.get("Accept-Language")
                translation.activate((asked and language_asked(asked)) or request.user.language)
        else:
            request.user, request.auth = AnonymousUser(), None

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Any:
        """Answers are one reader's, in one language: nobody keeps them."""
        response = super().finalize_response(request, response, *args, **kwargs)
        response.headers.setdefault("Cache-Control", "no-store")
        patch_vary_headers(response, ["Accept-Language", "Authorization"])
        return response

    def read(self, form: type[FormIn], request: ApiRequest) -> dict[str, Any]:
        """Return the validated body of a request; raises a ValidationError naming each wrong field."""
        return read(form, request.data)

    def create_once(
        self,
        request: ApiRequest,
        run: Callable[[], Answer],
        *,
        still_visible: Callable[[Mapping[str, Any]], bool],
        payload: Any = None,
    ) -> Response:
        """Carry out a creating POST; with an Idempotency-Key at most once.

        `still_visible` gets the stored `data` and says whether the caller may see its object today. `payload` is what
        makes two bodies the same; without it, the body as it was read.
        """
        key = request.headers.get("Idempotency-Key")
        if key is None:
            answer = run()
        else:
            route = f"{request.method} {request.path}"[:100]
            answer = once(request.user.pk, route, key, request.data if payload is None else payload, run)
        if answer.repeated:
            if not still_visible(answer.content["data"]):
                raise NotFound
            refresh_links(answer.content, request.user)
        return Response(answer.content, status=answer.status)


def _refuse_encoded(request: Request) -> None:
    """Refuse a body that says it is compressed or in another charset: it is read as it comes, as UTF-8."""
    encoding = request.headers.get("Content-Encoding", "")
    charset = (request.content_params or {}).get("charset", "utf-8") if request.content_type else "utf-8"
    if encoding.strip().lower() not in {"", "identity"} or charset.strip().lower() not in _CHARSETS:
        raise UnsupportedType


_CHARSETS = {"utf-8", "utf8", "us-ascii"}


def ok(data: Any, status: int = 200, meta: Mapping[str, Any] | None = None) -> Response:
    """A success in the contract's envelope."""
    return Response(envelope(data, meta), status=status)


def envelope(data: Any, meta: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """`{"success": true, "data": …, "meta"?: …}`"""
    return {"success": True, "data": data, "meta": dict(meta)} if meta is not None else {"success": True, "data": data}


def one_of(name: str, value: str, choices: Mapping[str, Any]) -> Any:
    """`choices[value]`, or Invalid naming the parameter and what it takes."""
    if value not in choices:
        raise Invalid(fields={name: [choices_in_words(choices)]})
    return choices[value]
