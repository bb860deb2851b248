"""Views of the ground: health, metrics, and Django's error pages in the contract's shape."""

import hmac
from typing import Any

import orjson
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from core.api.problems import as_problem, problem_response
from core.errors import Forbidden, Invalid, NotFound, Unavailable
from core.health import readiness


@require_safe
def live(request: HttpRequest) -> HttpResponse:
    """The process runs; asks no store (under daphne the bridge answers this on the loop)."""
    return HttpResponse(b'{"status":"ok"}', content_type="application/json")


@require_safe
def ready(request: HttpRequest) -> HttpResponse:
    """503 only when PostgreSQL is unreachable or migrations are missing."""
    able, checks = readiness()
    status = "ok" if all(value == "ok" for value in checks.values()) else "degraded"
    content = orjson.dumps({"status": status if able else "unavailable", "checks": checks})
    return HttpResponse(content, status=200 if able else 503, content_type="application/json")


@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """Prometheus figures for whoever holds METRICS_TOKEN; absent while no token is set."""
    given = request.headers.get("Authorization", "")
    wanted = f"Bearer {settings.METRICS_TOKEN}"
    if not settings.METRICS_TOKEN or not hmac.compare_digest(given.encode(), wanted.encode()):
        return problem_response(NotFound())
    return HttpResponse(generate_latest(), content_type=CONTENT_TYPE_LATEST)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    return problem_response(as_problem(exception) or Invalid())


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    return problem_response(Forbidden())


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return problem_response(NotFound())


def server_error(request: HttpRequest, *args: Any) -> HttpResponse:
    """A fault of ours; the request id finds it in the logs."""
    response = problem_response(Unavailable())
    response.status_code = 500
    return response


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    return problem_response(Forbidden())
