"""Figures for Prometheus: requests by route and status, and what each app adds."""

from django.http import HttpRequest
from prometheus_client import Counter, Histogram

REQUESTS = Counter("support_http_requests_total", "HTTP requests answered", ["method", "route", "status"])
SECONDS = Histogram(
    "support_http_request_seconds",
    "Seconds inside the application for a request",
    ["route"],
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
)


def observe(request: HttpRequest, status: int, seconds: float) -> None:
    """Count a request under its route pattern, never under its path."""
    route = request.resolver_match.route if request.resolver_match else "unknown"
    REQUESTS.labels(request.method if request.method in _METHODS else "OTHER", route, str(status)).inc()
    SECONDS.labels(route).observe(seconds)


_METHODS = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}
