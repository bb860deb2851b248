"""Small pieces of the back office's pages: icons, the trail above a page, page numbers."""

from __future__ import annotations

from functools import cache
from typing import Any

from django import template
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import capfirst

from core.admin import list_url

register = template.Library()


@register.simple_tag
@cache
def icon(name: str, classes: str = "") -> SafeString:
    """A picture from the sprite, for the eye alone: the words beside it say what it means."""
    return format_html(
        '<svg class="icon {}" aria-hidden="true" focusable="false"><use href="{}#{}"></use></svg>',
        classes,
        static("backoffice/icons.svg"),
        name,
    )


@register.inclusion_tag("backoffice/trail.html", takes_context=True)
def trail(context: Any) -> dict[str, Any]:
    """Where this page stands: home, area, list, the thing itself.

    A page names its own steps as `trail`, a list of (label, url); else they follow from `opts` and `original`.
    """
    if "trail" in context:
        steps = list(context["trail"])
        area, _label = _place(context, None)
        return {"area": "" if steps and str(steps[0][0]) == area else area, "steps": steps}
    changelist = context.get("cl")
    opts = context.get("opts") or getattr(changelist, "opts", None)
    if opts is None:
        return {"area": "", "steps": []}
    area, label = _place(context, opts)
    address = list_url(context["request"], f"admin:{opts.app_label}_{opts.model_name}_changelist")
    steps = [(label, "" if changelist else address)]
    if not changelist:
        steps.append((str(context.get("subtitle") or context.get("original") or context.get("title") or ""), ""))
    return {"area": area, "steps": steps}


def _place(context: Any, opts: Any) -> tuple[str, str]:
    """Return the area and the navigation's name of the list that this page belongs to."""
    for section in context.get("areas", ()):
        for link in section.links:
            if link.is_here:
                return section.title, link.label
    return "", capfirst(str(opts.verbose_name_plural)) if opts else ""


@register.filter
def initials(name: str) -> str:
    """The first letter of a name, for the round mark beside it."""
    return name.strip()[:1].upper()


@register.filter
def chosen(choices: list[dict[str, Any]]) -> str:
    """Return what a filter is set to."""
    return next((str(choice["display"]) for choice in choices if choice.get("selected")), "")


@register.filter
def is_set(choices: list[dict[str, Any]]) -> bool:
    """Return whether a filter is set to anything but its first choice, which is always `All`."""
    return not (choices and choices[0].get("selected"))
