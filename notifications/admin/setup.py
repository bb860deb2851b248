"""The administrator's pages: how channels stand, the defaults of everybody, templates, and mails kept in a folder."""

from __future__ import annotations

import datetime
import email
import email.policy
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar, cast

from csp.decorators import csp_update
from django.conf import settings
from django.contrib import messages
from django.contrib.admin import AdminSite
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.clickjacking import xframe_options_sameorigin

from core.admin import holds
from core.errors import Forbidden
from notifications import digest
from notifications.admin.deliveries import RIGHT, kind_label
from notifications.channel_states import channel_states
from notifications.channels.folder import latest
from notifications.choices import Choices
from notifications.kinds import kinds
from notifications.models import Audience, Channel
from notifications.operations import set_defaults
from notifications.rendering import mail

SETTINGS = "support.settings.manage"
SEALED = "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:"
"""A mail is shown without scripts, without addresses of the site's own, and without fetching anything."""


View = TypeVar("View", bound=Callable[..., HttpResponse])


def _shows_frame(view: View) -> View:
    """Let a page show a mail of this site in a frame."""
    return cast(View, csp_update({"frame-src": ["'self'"]})(view))


def _page(request: HttpRequest, site: AdminSite, template: str, title: str, **context: Any) -> TemplateResponse:
    return TemplateResponse(
        request,
        f"notifications/{template}.html",
        {**site.each_context(request), "title": title, "trail": [(title, "")], **context},
    )


def _refuse_without(request: HttpRequest, right: str) -> None:
    if not holds(request, right):
        raise Forbidden(right)


@never_cache
def channels(request: HttpRequest, site: AdminSite) -> HttpResponse:
    """Return the page of channels: on or off, what is missing, what waits, what went wrong."""
    _refuse_without(request, RIGHT)
    now = timezone.now()
    rows = [{"state": row, "label": Channel(row.channel).label} for row in channel_states(now)]
    return _page(request, site, "channels", _("Notification channels"), rows=rows, now=now, demo=settings.DEMO)


@never_cache
def defaults(request: HttpRequest, site: AdminSite) -> HttpResponse:
    """Return and take the administrator's defaults: for each audience which channels tell of which kind."""
    _refuse_without(request, SETTINGS)
    if request.method == "POST":
        for audience in Audience.values:
            set_defaults(_chosen(request, audience), audience=audience, by=request.user)  # type: ignore[arg-type]
        messages.success(request, _("The defaults were saved."))
        return HttpResponseRedirect(reverse("admin:notification_defaults"))
    stored = Choices.of([], kinds()).defaults
    tables = [{"label": Audience(audience).label, "rows": _rows(audience, stored)} for audience in Audience.values]
    labels = [channel.label for channel in Channel]
    return _page(request, site, "defaults", _("What people are told by default"), tables=tables, channels=labels)


def _kinds_of(audience: str) -> list[Any]:
    return [kind for kind in kinds().values() if kind.optional and audience in kind.audiences]


def _chosen(request: HttpRequest, audience: str) -> dict[str, dict[str, bool]]:
    """Return what the form says of an audience; a box that is not ticked is not sent."""
    return {
        kind.slug: {channel: f"{audience}.{kind.slug}.{channel}" in request.POST for channel in kind.channels}
        for kind in _kinds_of(audience)
    }


def _rows(audience: str, stored: dict[tuple[str, str, str], bool]) -> list[dict[str, Any]]:
    rows = []
    for kind in _kinds_of(audience):
        boxes = [
            {
                "name": f"{audience}.{kind.slug}.{channel.value}",
                "label": f"{kind.label}: {channel.label}",
                "known": channel in kind.channels,
                "on": stored.get((kind.slug, audience, channel), kind.on_by_default(channel, audience)),
            }
            for channel in Channel
        ]
        rows.append({"label": kind.label, "boxes": boxes})
    return rows


def templates(request: HttpRequest, site: AdminSite) -> HttpResponse:
    """Return the page of all e-mail templates, with a way to each in each language."""
    _refuse_without(request, SETTINGS)
    rows = [{"slug": slug, "label": kind_label(slug)} for slug in (*kinds(), digest.SLUG)]
    return _page(request, site, "templates", _("E-mail templates"), rows=rows, languages=settings.LANGUAGES)


@_shows_frame
def template(request: HttpRequest, site: AdminSite, slug: str, language: str) -> HttpResponse:
    """Return the page of one template in one language: subject, the e-mail in a sealed frame, its plain text."""
    _refuse_without(request, SETTINGS)
    told = _sample_mail(slug, language)
    frame = reverse("admin:notification_template_body", args=[slug, language])
    more = {"mail": told, "frame": frame, "language": language}
    steps = [(_("E-mail templates"), reverse("admin:notification_templates")), (kind_label(slug), "")]
    return _page(request, site, "template", kind_label(slug), **more | {"trail": steps})


@xframe_options_sameorigin
def template_body(request: HttpRequest, slug: str, language: str) -> HttpResponse:
    """Return the HTML of a template with sample data, sealed."""
    _refuse_without(request, SETTINGS)
    return _sealed(_sample_mail(slug, language).html)


def _sample_mail(slug: str, language: str) -> Any:
    if language not in dict(settings.LANGUAGES) or slug not in {*kinds(), digest.SLUG}:
        raise Http404
    entry = digest.sample(language) if slug == digest.SLUG else kinds()[slug].sample(language)
    return mail(slug, [entry], language, f"{settings.SITE_URL}/notifications/unsubscribe/sample")


def _sealed(html: str) -> HttpResponse:
    response = HttpResponse(html)
    response.headers["Content-Security-Policy"] = SEALED
    return response


@never_cache
def mailbox(request: HttpRequest, site: AdminSite) -> HttpResponse:
    """Return the page of the latest mails in the folder that stands in for a mail server."""
    _refuse_without(request, SETTINGS)
    rows = [{"name": file.name, "mail": _parsed(file)} for file in latest()]
    return _page(request, site, "mailbox", _("Mails in the folder"), rows=rows, folder=settings.EMAIL_FILE_PATH)


@_shows_frame
@never_cache
def kept_mail(request: HttpRequest, site: AdminSite, name: str) -> HttpResponse:
    """Return the page of one mail of the folder."""
    _refuse_without(request, SETTINGS)
    found = _read(name)
    steps = [(_("Mails in the folder"), reverse("admin:notification_mailbox")), (found["subject"], "")]
    frame = reverse("admin:notification_kept_mail_body", args=[name])
    more = {"trail": steps, "mail": found, "frame": frame}
    return _page(request, site, "kept_mail", str(found["subject"]), **more)


@xframe_options_sameorigin
@never_cache
def kept_mail_body(request: HttpRequest, name: str) -> HttpResponse:
    """Return the HTML of one mail of the folder, sealed."""
    _refuse_without(request, SETTINGS)
    return _sealed(str(_read(name)["html"]))


def _read(name: str) -> dict[str, Any]:
    """Return a mail of the folder; Http404 for a name that the folder does not hold."""
    file = next((file for file in latest() if file.name == name), None)
    if file is None:
        raise Http404
    return _parsed(file)


def _written_at(header: Any) -> datetime.datetime | None:
    """Return the time of a mail; the header's `-0000` means that it is told in UTC."""
    at = header.datetime if header else None
    return at.replace(tzinfo=datetime.UTC) if at and at.tzinfo is None else at


def _parsed(file: Path) -> dict[str, Any]:
    """Return what is shown of a mail's file."""
    found = email.message_from_bytes(file.read_bytes(), policy=email.policy.default)
    text, html = found.get_body(("plain",)), found.get_body(("html",))
    return {
        "subject": str(found["Subject"] or ""),
        "to": str(found["To"] or ""),
        "date": _written_at(found["Date"]),
        "text": text.get_content() if text else "",
        "html": html.get_content() if html else "",
    }
