"""Public addresses that are read and take nothing else."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt

from core.api.problems import problem_response
from core.errors import MethodNotAllowed

READS = ("GET", "HEAD")


def reads_only(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Answer GET and HEAD alone; everything else is 405 in the contract's shape, with or without a form's token."""

    @csrf_exempt
    @wraps(view)
    def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.method in READS:
            return view(request, *args, **kwargs)
        response = problem_response(MethodNotAllowed())
        response.headers["Allow"] = ", ".join(READS)
        return response

    return answer
