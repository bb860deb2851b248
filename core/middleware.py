"""The outermost layer: where a request comes from, its id, and the answer when a store is away."""

import ipaddress
import re
import time
import uuid
from collections.abc import Callable

import structlog
from django.conf import settings
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.utils.functional import SimpleLazyObject

from core import metrics
from core.api.problems import as_problem, problem_response
from core.errors import Problem, Unavailable
from core.pages import page, wants_page
from core.request_context import Origin, request_context

log = structlog.get_logger("request")
_SANE = re.compile(r"[A-Za-z0-9._-]{1,64}")


class RequestContextMiddleware:
    """Names the request, remembers its origin, counts it, and turns an absent database into 503."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        given = request.headers.get("X-Request-Id", "")
        request_id = given if _SANE.fullmatch(given) else uuid.uuid4().hex
        came = Origin(request_id, client_address(request), request.headers.get("User-Agent", "")[:300])
        started = time.perf_counter()
        with request_context(came):
            try:
                response = self.get_response(request)
            except (OperationalError, InterfaceError) as error:
                response = unavailable(request, error)
            seconds = time.perf_counter() - started
            response.headers["X-Request-Id"] = request_id
            metrics.observe(request, response.status_code, seconds)
            # A prober asks every few seconds; only its bad news is worth a line.
            quiet = response.status_code < 400 and request.path.startswith("/health/")
            (log.debug if quiet else log.info)(
                "request",
                method=request.method,
                path=shown_path(request),
                status=response.status_code,
                ms=round(seconds * 1000, 1),
                user_id=_user_id(request),
            )
        return response

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if isinstance(error, OperationalError | InterfaceError):
            return unavailable(request, error)
        if isinstance(error, Problem) and wants_page(request):
            return page(request, error)
        return None


def unavailable(request: HttpRequest, error: Exception) -> HttpResponse:
    """503 for a database that is away or too slow."""
    log.warning("database_unavailable", path=shown_path(request), error=str(error)[:200])
    problem = as_problem(error) or Unavailable()
    return page(request, problem) if wants_page(request) else problem_response(problem)


def _user_id(request: HttpRequest) -> int | None:
    """Return who was found to call, by token or by session; nobody is looked up for the log."""
    user = request.__dict__.get("user")
    if isinstance(user, SimpleLazyObject) and not hasattr(request, "_cached_user"):
        return None
    return getattr(user, "pk", None)


def shown_path(request: HttpRequest) -> str:
    """The path as logs may hold it: a secret that stands in it (the token of a mailed link) is left out."""
    match = request.resolver_match
    token = match.kwargs.get("token") if match else None
    return request.path.replace(token, "…") if token else request.path


def client_address(request: HttpRequest) -> str:
    """The caller's address; from X-Forwarded-For only as far as TRUSTED_PROXY_COUNT proxies wrote it."""
    address = request.META.get("REMOTE_ADDR", "")
    if settings.TRUSTED_PROXY_COUNT:
        hops = [hop.strip() for hop in request.headers.get("X-Forwarded-For", "").split(",") if hop.strip()]
        if len(hops) >= settings.TRUSTED_PROXY_COUNT:
            address = hops[-settings.TRUSTED_PROXY_COUNT]
    try:
        return str(ipaddress.ip_address(address))
    except ValueError:
        return ""
