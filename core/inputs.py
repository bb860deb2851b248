"""Inputs that speak the page's language: the browser's own pickers of days, hours and files speak the browser's."""

from __future__ import annotations

import unicodedata
from typing import Any

from django import forms
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

_PICKER = (
    '<span class="file-picker">{}<label class="button" for="{}"><svg class="icon" aria-hidden="true" focusable="false">'
    '<use href="{}"></use></svg>{}</label><span class="file-names small" aria-live="polite"></span></span>'
)
_TYPED = {"dir": "ltr", "inputmode": "numeric", "autocomplete": "off"}


def ascii_digits(text: str) -> str:
    """Return a text with the digits of every script as ASCII ones."""
    return "".join(str(unicodedata.decimal(char)) if char.isdecimal() else char for char in text)


class DayInput(forms.DateInput):
    """A day as text, `2026-01-31`, in the digits of either script."""

    def __init__(self) -> None:
        super().__init__(attrs={**_TYPED, "placeholder": "2026-01-31", "maxlength": "10"}, format="%Y-%m-%d")

    def value_from_datadict(self, data: Any, files: Any, name: str) -> Any:
        return _typed(super().value_from_datadict(data, files, name))


class HourInput(forms.TimeInput):
    """A time of day as text, `09:30`, in the digits of either script."""

    def __init__(self) -> None:
        super().__init__(attrs={**_TYPED, "placeholder": "09:30", "maxlength": "5"}, format="%H:%M")

    def value_from_datadict(self, data: Any, files: Any, name: str) -> Any:
        return _typed(super().value_from_datadict(data, files, name))


class FilesInput(forms.FileInput):
    """Any number of files: with scripts a button of ours and the names of what was chosen (backoffice.js)."""

    allow_multiple_selected = True

    def render(self, name: str, value: Any, attrs: dict[str, Any] | None = None, renderer: Any = None) -> SafeString:
        field = super().render(name, value, attrs, renderer)
        icon = f"{static('backoffice/icons.svg')}#clip"
        return format_html(_PICKER, field, (attrs or {}).get("id", ""), icon, _("Attach files"))


def _typed(value: Any) -> Any:
    return ascii_digits(value.strip()) if isinstance(value, str) else value
