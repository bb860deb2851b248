"""The forms of a rule and of the test bench."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.functional import lazy
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from accounts.models import Language
from bot.actions import ReplyAction
from bot.engine import VARIABLES
from bot.models import Rule
from bot.validation import MAX_LABEL, MAX_LINK, MAX_QUICK_REPLIES
from core.row_formset import Rows

ARABIC, ENGLISH = {"dir": "rtl", "lang": "ar"}, {"dir": "ltr", "lang": "en"}
MAX_TRIAL = 4_000
PREFIXES = "و ف ب ك ل ال"
REPLIES = Rows(
    "quick_reply",
    {
        "labelAr": lambda: forms.CharField(
            label=_("Arabic label"), max_length=MAX_LABEL, widget=forms.TextInput(attrs=ARABIC)
        ),
        "labelEn": lambda: forms.CharField(
            label=_("English label"), max_length=MAX_LABEL, widget=forms.TextInput(attrs=ENGLISH)
        ),
        "action": lambda: forms.ChoiceField(label=_("What it does"), choices=ReplyAction.choices),
        "value": lambda: forms.CharField(
            label=_("Text or address"), max_length=MAX_LINK, widget=forms.TextInput(attrs={"dir": "auto"})
        ),
    },
    MAX_QUICK_REPLIES,
)


class LinesField(forms.CharField):
    """A list of short texts, one a line."""

    widget = forms.Textarea

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(map(str, value)) if isinstance(value, list) else value

    def to_python(self, value: Any) -> Any:
        return [line.strip() for line in str(value or "").splitlines() if line.strip()]

    def has_changed(self, initial: Any, data: Any) -> bool:
        return bool(self.to_python(data) != (initial or []))


class _RuleForm(forms.ModelForm):  # type: ignore[type-arg]
    seen_version = forms.IntegerField(label="", widget=forms.HiddenInput, required=False)
    trigger_patterns = LinesField(
        label=_("Keywords and patterns"),
        max_length=20_000,
        widget=forms.Textarea(attrs={"rows": 8, "dir": "auto", "spellcheck": "false"}),
    )

    class Meta:
        model = Rule
        fields = (
            *("name_ar", "name_en", "priority", "is_active"),
            *("trigger_patterns", "response_ar", "response_en"),
        )
        widgets = {
            "name_ar": forms.TextInput(attrs=ARABIC),
            "name_en": forms.TextInput(attrs=ENGLISH),
            "response_ar": forms.Textarea(attrs={**ARABIC, "rows": 5}),
            "response_en": forms.Textarea(attrs={**ENGLISH, "rows": 5}),
        }
        help_texts = {
            "priority": _("0 to 100. When several rules match, the highest wins; then the longest match."),
        }

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        if self.instance.pk:
            self.initial["seen_version"] = self.instance.version
            stored = [reply for reply in self.instance.quick_replies if isinstance(reply, dict)]
            self.initial.update(REPLIES.initial(stored))
        for name, text in _HELP.items():
            if name in self.fields:
                self.fields[name].help_text = text

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        for name in ("response_ar", "response_en"):
            if name in cleaned:
                cleaned[name] = cleaned[name].replace("\r\n", "\n").strip()
        return cleaned

    def changes(self) -> dict[str, Any]:
        """Return what the form says, as the operation takes it."""
        found = {name: self.cleaned_data[name] for name in self.Meta.fields}
        return {**found, "quick_replies": REPLIES.read(self.cleaned_data)}


def _patterns() -> str:
    said = _(
        "One a line. A word or phrase is found however it is written, also behind %(prefixes)s. "
        "Between slashes it is an expression of RE2:"
    )
    return format_html("{} <code dir='ltr'>{}</code>", said % {"prefixes": PREFIXES}, "/order (no|number)/")


def _variables() -> str:
    known = format_html(
        " ".join(["<code dir='ltr'>{}</code>"] * len(VARIABLES)), *(f"{{{name}}}" for name in VARIABLES)
    )
    return format_html("{} {}", _("Filled in when it is used:"), known)


_filled = lazy(_variables, str)()
_HELP = {"trigger_patterns": lazy(_patterns, str)(), "response_ar": _filled, "response_en": _filled}
RuleForm: Any = type("RuleForm", (_RuleForm,), dict(REPLIES.declared()))


class BenchForm(forms.Form):
    """Hold what a customer might write, and the language that is their own."""

    text = forms.CharField(
        label=_("Message"), max_length=MAX_TRIAL, widget=forms.Textarea(attrs={"rows": 3, "dir": "auto"})
    )
    language = forms.ChoiceField(label=_("The customer's language"), choices=Language.choices)
