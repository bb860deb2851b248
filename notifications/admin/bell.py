"""The bell of the back office: one's own notifications on every page and on a page of their own."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from django.contrib.admin import AdminSite
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import Resolver404, resolve, reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from core.errors import NotFound
from core.ids import as_number, id_or_refuse
from notifications.browsers import switch
from notifications.devices import family_of_session
from notifications.kinds import kinds
from notifications.models import Notification
from notifications.operations import mark_about_read, mark_all_read, mark_read
from notifications.queries import forms_of, unread_count

IN_BELL, ON_PAGE = 15, 50
MOST_COUNTED = 99


@never_cache
def show_bell(request: HttpRequest) -> HttpResponse:
    """Return the bell as a fragment, its list filled."""
    unread = unread_count(_id(request))
    context = {
        "unread": unread,
        "is_many": unread > MOST_COUNTED,
        "notices": _notices(request, _mine(request)[:IN_BELL]),
    }
    return TemplateResponse(request, "notifications/bell.html", {**context, "is_filled": True})


@require_POST
def see_page(request: HttpRequest) -> HttpResponse:
    """Mark what tells of the thing at the address `path` as read, since its page is open; answer the bell."""
    try:
        found = resolve(request.POST.get("path", ""))
    except Resolver404:
        raise Http404 from None
    thing = str(found.kwargs.get("object_id", ""))
    for model in {kind.model for kind in kinds().values()}:
        page = f"{model._meta.app_label}_{model._meta.model_name}_change"
        if found.url_name == page and as_number(thing) is not None:
            mark_about_read(model.audit_type, thing, by=request.user)  # type: ignore[arg-type]
    return show_bell(request)


@require_POST
def read_all(request: HttpRequest) -> HttpResponse:
    """Mark everything as read; back to the list, or the bell for scripts."""
    mark_all_read(by=request.user)  # type: ignore[arg-type]
    if "hx-request" in request.headers:
        return show_bell(request)
    return HttpResponseRedirect(reverse("admin:my_notifications"))


def open_notification(request: HttpRequest, ref: str) -> HttpResponse:
    """Mark one as read and go on to what it is about."""
    try:
        notification = mark_read(id_or_refuse(ref), by=request.user)  # type: ignore[arg-type]
    except NotFound:
        raise Http404 from None
    link = urlsplit(str(notification.context.get("link", "")))
    return HttpResponseRedirect(link._replace(scheme="", netloc="").geturl() or reverse("admin:my_notifications"))


@require_POST
def push(request: HttpRequest) -> HttpResponse:
    """Turn Web Push on or off in this browser, until this session of the back office ends."""
    family = family_of_session(str(request.session.session_key))
    return switch(request, family=family, by=request.user)  # type: ignore[arg-type]


@never_cache
def my_notifications(request: HttpRequest, site: AdminSite) -> HttpResponse:
    """Return the page of all one's notifications, newest first; `before` goes on from one of them."""
    rows = _mine(request)
    before = as_number(request.GET.get("before", ""))
    if before is not None:
        rows = rows.filter(pk__lt=before)
    shown = list(rows[: ON_PAGE + 1])
    context = {
        **site.each_context(request),
        "title": _("Notifications"),
        "trail": [(_("Notifications"), "")],
        "notices": _notices(request, shown[:ON_PAGE]),
        "older": shown[ON_PAGE - 1].pk if len(shown) > ON_PAGE else None,
    }
    return TemplateResponse(request, "notifications/mine.html", context)


def _mine(request: HttpRequest) -> Any:
    return Notification.objects.filter(recipient_id=_id(request)).select_related("item").order_by("-pk")


def _notices(request: HttpRequest, rows: Any) -> list[dict[str, Any]]:
    """Return what the list shows of each: its words if its reader may still see the thing, its time, its state."""
    found = list(rows)
    forms = forms_of(found, request.user, get_language() or "ar")
    return [{"row": row, "title": form["title"], "body": form["body"]} for row, form in zip(found, forms, strict=True)]


def _id(request: HttpRequest) -> int:
    assert request.user.pk is not None
    return int(request.user.pk)
