"""Web Push on pages: the worker that shows messages, and the switch that turns them on and off in this browser."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

from django.contrib.staticfiles import finders
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from core.api.problems import problem_response
from core.errors import Problem
from core.protocols import Actor
from notifications.devices import devices_of
from notifications.models import Platform
from notifications.operations import add_device, remove_token
from notifications.subscriptions import public_key

MAX_TOKEN = 4096


@cache_control(max_age=0, must_revalidate=True)
@require_safe
def worker(request: HttpRequest) -> HttpResponse:
    """Answer the worker's script from the site's root, since below /static/ it could serve no page."""
    response = HttpResponse(_script(), content_type="text/javascript; charset=utf-8")
    response.headers["Service-Worker-Allowed"] = "/"
    return response


@cache
def _script() -> bytes:
    return Path(str(finders.find("notifications/push-worker.js"))).read_bytes()


def switch_context(user: Any, *, scope: str, address: str) -> dict[str, Any]:
    """Return what `notifications/push_switch.html` shows; no key while Web Push is off."""
    browsers = [device.digest for device in devices_of(user.pk) if device.platform == Platform.WEB_PUSH]
    worker_url = reverse("push-worker")
    return {
        "push": {
            "key": public_key(),
            "address": address,
            "scope": scope,
            "worker": worker_url,
            "known": " ".join(browsers),
        }
    }


def switch(request: HttpRequest, *, family: str, by: Actor) -> HttpResponse:
    """Turn messages to the browser that posts its subscription on (`on`) or off, until the sign-in `family` ends."""
    token = request.POST.get("token", "")[:MAX_TOKEN]
    try:
        if request.POST.get("on"):
            add_device(token, platform=Platform.WEB_PUSH, family=family, by=by)
        else:
            remove_token(token, by=by)
    except Problem as problem:
        return problem_response(problem)
    return HttpResponse(status=204)
