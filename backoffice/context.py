"""What every page knows about the site."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest

from core.text import in_language


def site(request: HttpRequest) -> dict[str, Any]:
    """The site's name in the reader's language, and its logo."""
    return {"site_name": in_language(settings.SITE_NAME_AR, settings.SITE_NAME_EN), "site_logo": settings.SITE_LOGO}
