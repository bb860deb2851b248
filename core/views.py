"""Views of the ground: health, metrics, and Django's error pages in the contract's shape."""

import hmac
import sys
from typing import Any

import orjson
from django.conf import settings
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from core.api.problems import as_problem, problem_response
from core.errors import Forbidden, Invalid, NotFound, Problem, Unavailable
from core.health import checks, readiness
from core.pages import page, wants_page
from core.reading import reads_only


@reads_only
def live(request: HttpRequest) -> HttpResponse:
    """The process runs; asks no store (under daphne the bridge answers this on the loop)."""
    return HttpResponse(b'{"status":"ok"}', content_type="application/json")


@reads_only
def ready(request: HttpRequest) -> HttpResponse:
    """503 only when PostgreSQL is unreachable or migrations are missing."""
    able, found = readiness()
    status = "ok" if all(value == "ok" for value in found.values()) else "degraded"
    content = orjson.dumps({"status": status if able else "unavailable", "checks": found})
    return HttpResponse(content, status=200 if able else 503, content_type="application/json")


@reads_only
def metrics(request: HttpRequest) -> HttpResponse:
    """Prometheus figures for whoever holds METRICS_TOKEN; absent while no token is set."""
    given = request.headers.get("Authorization", "")
    wanted = f"Bearer {settings.METRICS_TOKEN}"
    if not settings.METRICS_TOKEN or not hmac.compare_digest(given.encode(), wanted.encode()):
        return problem_response(NotFound())
    checks()
    return HttpResponse(generate_latest(), content_type=CONTENT_TYPE_LATEST)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _answer(request, as_problem(exception) or Invalid())


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _answer(request, Forbidden())


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _answer(request, NotFound())


def server_error(request: HttpRequest, *args: Any) -> HttpResponse:
    """A fault of ours, or a store that went away in a middleware; the request id finds it in the logs."""
    error = sys.exc_info()[1]
    if isinstance(error, OperationalError | InterfaceError):
        return _answer(request, as_problem(error) or Unavailable())
    return _answer(request, Unavailable(), 500)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form that was open too long or sent from elsewhere; nobody is refused a right by it."""
    if wants_page(request):
        return page(request, Invalid(_("This form was open for too long. Open the page again and repeat.")), 400)
    return problem_response(Forbidden())


def _answer(request: HttpRequest, problem: Problem, status: int | None = None) -> HttpResponse:
    """A page for people in the back office, the contract's JSON for everybody else."""
    if wants_page(request):
        return page(request, problem, status)
    response = problem_response(problem)
    response.status_code = status or problem.status
    return response
