"""The form of one's own choices: kinds by channels, quiet hours, locked screens; for /help and the back office."""

from __future__ import annotations

import zoneinfo
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from core.days import site_zone
from notifications.choices import Choices
from notifications.kinds import kinds_for
from notifications.models import Channel, Settings
from notifications.operations import set_preferences, set_settings

_CLOCK = {"type": "time", "dir": "ltr"}


class QuietForm(forms.Form):
    """Quiet hours, past midnight when the end is not later; both empty for none."""

    use_required_attribute = False
    quiet_start = forms.TimeField(label=_("Quiet from"), required=False, widget=forms.TimeInput(_CLOCK, "%H:%M"))
    quiet_end = forms.TimeField(
        label=_("until"),
        required=False,
        widget=forms.TimeInput(_CLOCK, "%H:%M"),
        help_text=_("What comes meanwhile is told at the end, in one message. Chats and urgent things come at once."),
    )
    time_zone = forms.CharField(
        label=_("Time zone"), max_length=60, required=False, widget=forms.TextInput({"dir": "ltr"})
    )
    text_on_lock_screen = forms.BooleanField(label=_("Show what was written on locked screens"), required=False)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["time_zone"].widget.attrs["placeholder"] = str(site_zone())

    @classmethod
    def of(cls, user: Any) -> QuietForm:
        """Return the form of what a person chose."""
        row = Settings.objects.filter(pk=user.pk).first() or Settings()
        return cls(initial={name: getattr(row, name) for name in cls.base_fields})

    def clean_time_zone(self) -> str:
        name = str(self.cleaned_data["time_zone"])
        if name and name not in zoneinfo.available_timezones():
            raise forms.ValidationError(_("This time zone is not known."))
        return name

    def clean(self) -> dict[str, Any]:
        start, end = self.cleaned_data.get("quiet_start"), self.cleaned_data.get("quiet_end")
        if (start is None) != (end is None) and not self.errors:
            self.add_error("quiet_end", _("Give both times, or none."))
        elif start is not None and start == end:
            self.add_error("quiet_end", _("Quiet hours end at another time than they begin."))
        return self.cleaned_data


def keep(form: QuietForm, post: QueryDict, *, user: Any) -> None:
    """Keep what a valid form and the boxes of the table say; call it in an operation's scope."""
    set_preferences(_chosen(post, user), by=user)
    set_settings(**form.cleaned_data, by=user)


def table(user: Any, post: QueryDict | None = None) -> dict[str, Any]:
    """Return what `notifications/preference_table.html` shows: each kind that may reach a person, by channels.

    The boxes are ticked as in `post`, a form that was refused; without one, as the person chose.
    """
    kinds = kinds_for(user)
    choices = Choices.of([user.pk], [kind.slug for kind in kinds])
    chosen = _chosen(post, user) if post is not None else None
    rows = [
        {
            "label": kind.label,
            "boxes": [
                {
                    "name": f"{kind.slug}:{channel}",
                    "label": channel.label,
                    "ticked": chosen[kind.slug][channel] if chosen else choices.enabled(kind, user, channel),
                }
                if channel in kind.channels
                else None
                for channel in Channel
            ],
        }
        for kind in kinds
    ]
    return {"rows": rows, "channels": list(Channel)}


def _chosen(post: QueryDict, user: Any) -> dict[str, dict[str, bool]]:
    """Return every box of the table, ticked or not."""
    ticked = set(post.getlist("notify"))
    return {
        kind.slug: {str(channel): f"{kind.slug}:{channel}" in ticked for channel in kind.channels}
        for kind in kinds_for(user)
    }
