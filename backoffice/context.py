"""Define what every page knows about the site."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest

from core.text import in_language


def site_name() -> str:
    """The site's name in the reader's language."""
    return in_language(settings.SITE_NAME_AR, settings.SITE_NAME_EN)


def site(request: HttpRequest) -> dict[str, Any]:
    """The site's name and logo, and the language that the reader could change to."""
    return {"site_name": site_name(), "site_logo": settings.SITE_LOGO}
