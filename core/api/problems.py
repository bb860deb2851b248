"""Every refusal in the contract's one shape, whichever layer it came from."""

import errno
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any

import structlog
from django.conf import settings
from django.core.exceptions import NON_FIELD_ERRORS, PermissionDenied, RequestDataTooBig, SuspiciousOperation
from django.core.exceptions import ValidationError as ModelError
from django.db import DatabaseError, InterfaceError, OperationalError
from django.http import Http404, HttpResponse
from django.utils.module_loading import import_string
from django.utils.translation import gettext_lazy as _
from rest_framework import exceptions as drf
from rest_framework.response import Response
from rest_framework.settings import api_settings

from core.errors import (
    Forbidden,
    Invalid,
    MayBeStored,
    MethodNotAllowed,
    NotFound,
    Problem,
    RateLimited,
    TooLarge,
    Unauthenticated,
    Unavailable,
    UnsupportedType,
)
from core.operation import CommitUnknown
from core.request_context import origin

log = structlog.get_logger(__name__)


def body(problem: Problem) -> dict[str, Any]:
    """The contract's error body, in the active language."""
    return {"success": False, "error": {**problem.described(), "requestId": origin().request_id}}


def headers(problem: Problem) -> dict[str, str]:
    """Return what the status calls for: Retry-After, WWW-Authenticate."""
    found = {}
    retry_after = getattr(problem, "retry_after", None)
    if retry_after:
        found["Retry-After"] = str(retry_after)
    if problem.status == 401:
        found["WWW-Authenticate"] = 'Bearer realm="support"'
    return found


def as_problem(error: BaseException) -> Problem | None:
    """The refusal behind an exception, or None for a fault of ours."""
    if isinstance(error, Problem):
        return error
    if isinstance(error, drf.ValidationError):
        return _invalid(_flat(error.detail))
    if isinstance(error, ModelError):
        return _invalid(error.message_dict if hasattr(error, "error_dict") else {"": error.messages})
    for kinds, problem in _KNOWN:
        if isinstance(error, kinds):
            return problem()
    if isinstance(error, drf.Throttled):
        return RateLimited(int(getattr(error, "wait", None) or 1))
    if isinstance(error, OSError) and error.errno in _NO_ROOM:
        log.error("no_room", error=str(error)[:200])
        return Unavailable(_("There is no room to store this now. Try again later."))
    if isinstance(error, drf.ParseError | SuspiciousOperation):
        return Invalid()
    return None


def _invalid(faults: Mapping[str, Sequence[Any]]) -> Invalid:
    """Return a refusal that names the fields; a fault of the whole is its message, since it has no name."""
    fields = {name: texts for name, texts in faults.items() if name and name != NON_FIELD_ERRORS}
    whole = [text for name, texts in faults.items() if name not in fields for text in texts]
    return Invalid(whole[0] if whole else None, fields=fields or None)


_NO_ROOM = {errno.ENOSPC, errno.EDQUOT, errno.EROFS}
_KNOWN: list[tuple[Any, type[Problem]]] = [
    ((drf.NotAuthenticated, drf.AuthenticationFailed), Unauthenticated),
    ((drf.PermissionDenied, PermissionDenied), lambda: Forbidden()),  # type: ignore[list-item]
    ((drf.NotFound, Http404), NotFound),
    (drf.MethodNotAllowed, MethodNotAllowed),
    ((drf.UnsupportedMediaType, drf.NotAcceptable), UnsupportedType),
    (RequestDataTooBig, TooLarge),
    (CommitUnknown, MayBeStored),
    ((OperationalError, InterfaceError), Unavailable),
]


def exception_handler(error: Exception, context: Mapping[str, Any]) -> Response | None:
    """DRF's hook. None lets Django's own 500 handling run, which answers in the same shape."""
    problem = as_problem(error)
    if problem is None:
        return None
    if isinstance(error, DatabaseError):
        log.warning("database_refused", error=str(error)[:200])
    request = context.get("request")
    if isinstance(problem, Forbidden) and request is not None and request.user.is_authenticated:
        refusal_hook()(request.user, problem, f"{request.method} {request.path}")
    if request is not None:  # a refusal is JSON, also where the answer would be YAML or a page
        renderer: Any = api_settings.DEFAULT_RENDERER_CLASSES[0]
        request.accepted_renderer = renderer()
        request.accepted_media_type = request.accepted_renderer.media_type
    response = Response(body(problem), status=problem.status, headers=headers(problem))
    response.exception = True
    return response


@cache
def refusal_hook() -> Callable[[Any, Problem, str], None]:
    """Return what records a refused authorisation; named in settings, since core knows no audit log."""
    return import_string(settings.REFUSAL_HOOK)


def problem_response(problem: Problem) -> HttpResponse:
    """The same answer outside DRF: middleware, Django's own error views."""
    import orjson

    return HttpResponse(
        orjson.dumps(body(problem)),
        status=problem.status,
        content_type="application/json",
        headers=headers(problem),
    )


def _flat(detail: Any, path: str = "") -> dict[str, Sequence[Any]]:
    """DRF's nested error detail as `{"files[0].filename": [...]}`."""
    if isinstance(detail, Mapping):
        found: dict[str, Sequence[Any]] = {}
        for name, inner in detail.items():
            if isinstance(name, int):  # DRF names the rows of a list by number
                shown = f"{path}[{name}]"
            else:
                shown = path if name == "non_field_errors" else f"{path}.{name}" if path else str(name)
            found.update(_flat(inner, shown))
        return found
    if isinstance(detail, list) and any(isinstance(inner, Mapping | list) for inner in detail):
        found = {}
        for index, inner in enumerate(detail):
            found.update(_flat(inner, f"{path}[{index}]"))
        return found
    return {path: detail if isinstance(detail, list) else [detail]}
