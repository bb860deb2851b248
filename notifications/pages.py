"""The public page behind "do not send me e-mails like this": a GET shows it, only a POST changes anything."""

from __future__ import annotations

from typing import Any

from django.contrib.auth import get_user_model
from django.http import HttpRequest, HttpResponse
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from core.public_pages import language_of, public_page
from notifications.digest import SLUG as DIGEST
from notifications.kinds import kinds
from notifications.links import Subscription, read_unsubscribe
from notifications.operations import unsubscribe as end

_TEMPLATE = "notifications/unsubscribe.html"


@never_cache
@csrf_exempt  # mail programs post here by themselves (RFC 8058); the signed address is what allows it
@require_http_methods(["GET", "HEAD", "POST"])
def unsubscribe(request: HttpRequest, token: str) -> HttpResponse:
    """End one kind of e-mail for the person whom the signed address names."""
    found = read_unsubscribe(token)
    people: Any = get_user_model()._default_manager
    user = people.filter(pk=found.user_id).first() if found else None
    with translation.override(language_of(request, user)):
        if found is None or user is None or (found.kind != DIGEST and found.kind not in kinds()):
            return public_page(request, _TEMPLATE, {"title": _("This link is not valid"), "state": "invalid"}, 404)
        done = request.method == "POST"
        if done:
            end(found)
        context = {"title": _("Fewer e-mails"), "state": "done" if done else "ask", "kind": _label(found)}
        return public_page(request, _TEMPLATE, context)


def _label(found: Subscription) -> str:
    return str(_("Everything")) if found.kind == DIGEST else str(kinds()[found.kind].label)
