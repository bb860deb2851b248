"""The socket's contract for those who write clients."""

import orjson
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from realtime.asyncapi import document


@require_safe
def asyncapi(request: HttpRequest) -> HttpResponse:
    """GET /asyncapi.json"""
    return HttpResponse(orjson.dumps(document()), content_type="application/json")
