"""The widget's looks and texts as they are: what an administrator chose, else what the settings file says."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.forms.models import model_to_dict

from core.text import in_language
from widget.models import Looks


def chosen() -> Looks:
    """Return what was chosen in the back office; an empty row for nothing."""
    return Looks.objects.filter(pk=1).first() or Looks()


def looks() -> dict[str, Any]:
    """Return title, greeting, color and the proactive greeting, in the active language."""
    own, default = chosen(), settings.WIDGET

    def text(name: str) -> str:
        arabic, english = (getattr(own, f"{name}_{language}") for language in ("ar", "en"))
        return in_language(arabic or default[name][0], english or default[name][1])

    is_own = own.proactive_seconds is not None
    return {
        "title": text("title"),
        "greeting": text("greeting"),
        "color": own.color or default["color"],
        "proactive": {
            "seconds": own.proactive_seconds if is_own else default["proactive_seconds"],
            "pages": own.proactive_pages.split() if is_own else default["proactive_pages"],
            "text": text("proactive_text"),
        },
    }


def values_of(row: Looks) -> dict[str, Any]:
    """Return the fields of a row by name, without its key."""
    return {name: value for name, value in model_to_dict(row).items() if name != "id"}
