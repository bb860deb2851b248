"""E-mail from a folder of templates: subject, text and HTML in the reader's language, right to left in Arabic."""

from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.utils import translation

from core.text import in_language


def send_mail(slug: str, address: str, language: str, context: Mapping[str, Any]) -> None:
    """Send `templates/email/<slug>/` to one address; raises what the mail backend raises."""
    with translation.override(language):
        site = in_language(settings.SITE_NAME_AR, settings.SITE_NAME_EN)
        full = {"site_name": site, "site_url": settings.SITE_URL, "language": language, **context}
        full["direction"] = "rtl" if language == "ar" else "ltr"
        subject = " ".join(render_to_string(f"email/{slug}/subject.txt", full).split())
        message = EmailMultiAlternatives(
            subject, render_to_string(f"email/{slug}/body.txt", full), settings.DEFAULT_FROM_EMAIL, [address]
        )
        message.attach_alternative(render_to_string(f"email/{slug}/body.html", full), "text/html")
        message.send()
