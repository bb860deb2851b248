"""The form of the widget's looks and texts."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.core.validators import RegexValidator
from django.utils.translation import gettext_lazy as _

from tickets.pages.fields import Line, LongText, OperationForm
from widget.models import COLOR, MOST_SECONDS


class LooksForm(OperationForm):
    """Hold what is left empty stays as the settings file says, which stands in the field in grey."""

    color = forms.CharField(
        label=_("Color"),
        validators=[RegexValidator(f"(?i){COLOR}", _("Write a color as #0a6b67."))],
        widget=forms.TextInput(attrs={"type": "color"}),
    )
    title_ar = Line(label=_("Arabic title"), max_length=60, required=False)
    title_en = Line(label=_("English title"), max_length=60, required=False)
    greeting_ar = LongText(label=_("Arabic greeting"), max_length=300, rows=2, required=False)
    greeting_en = LongText(label=_("English greeting"), max_length=300, rows=2, required=False)
    proactive_seconds = forms.IntegerField(
        label=_("The greeting comes by itself after so many seconds"),
        min_value=0,
        max_value=MOST_SECONDS,
        help_text=_("0 for never. A visitor is greeted once a day, and not in a conversation."),
    )
    proactive_pages = forms.CharField(
        label=_("On pages whose paths begin so"),
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3, "dir": "ltr", "placeholder": "/cart\n/products/"}),
        help_text=_("One a line; none for every page."),
    )
    proactive_text_ar = Line(label=_("Arabic text of it"), max_length=200, required=False)
    proactive_text_en = Line(label=_("English text of it"), max_length=200, required=False)

    def show_defaults(self, default: dict[str, Any]) -> None:
        """Show in grey what applies where a text is empty."""
        for name in ("title", "greeting", "proactive_text"):
            for place, language in enumerate(("ar", "en")):
                self.fields[f"{name}_{language}"].widget.attrs["placeholder"] = default[name][place]

    def clean_color(self) -> str:
        """Return the color; empty for the one that applies without a choice."""
        color = str(self.cleaned_data["color"]).lower()
        return "" if color == settings.WIDGET["color"] else color

    def clean_proactive_pages(self) -> str:
        pages = self.cleaned_data["proactive_pages"].split()
        if any(not page.startswith("/") for page in pages):
            raise forms.ValidationError(_("A path begins with a slash."))
        return "\n".join(pages)
