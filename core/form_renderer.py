"""Write the fields of forms: the plain inputs and selects, of which a page has dozens, without a template each.

Django renders an option by a template that includes another one for its attributes; a select of forty agents took
longer than the queries of the page around it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.forms.renderers import DjangoTemplates
from django.utils.html import conditional_escape, escape

Widget = dict[str, Any]
_FOLDER = "django/forms/widgets/"
_INPUTS = ("checkbox", "date", "email", "file", "hidden", "number", "password", "search", "text", "time", "url")


class FormRenderer(DjangoTemplates):
    """Write what the templates of Django's inputs, text areas and selects say; leave the rest to the templates.

    Django marks as safe what comes back, so that all of it is escaped here.
    """

    def render(self, template_name: str, context: dict[str, Any], request: Any = None) -> str:
        writer = WRITERS.get(template_name)
        if writer is None:
            return super().render(template_name, context, request)
        return writer(context["widget"])


def _attributes(widget: Widget) -> str:
    """Return the attributes as HTML, each with a space before it: False is left out, True stands alone."""
    return "".join(
        f" {escape(name)}" if value is True else f' {escape(name)}="{_text(value)}"'
        for name, value in widget["attrs"].items()
        if value is not False
    )


def _text(value: Any) -> str:
    return str(conditional_escape(value if isinstance(value, str) else str(value)))


def _input(widget: Widget) -> str:
    value = "" if widget["value"] is None else f' value="{_text(widget["value"])}"'
    return f'<input type="{widget["type"]}" name="{_text(widget["name"])}"{value}{_attributes(widget)}>'


def _textarea(widget: Widget) -> str:
    value = _text(widget["value"]) if widget["value"] else ""
    return f'<textarea name="{_text(widget["name"])}"{_attributes(widget)}>\n{value}</textarea>'


def _select(widget: Widget) -> str:
    groups = "".join(_group(name, options) for name, options, _ in widget["optgroups"])
    return f'<select name="{_text(widget["name"])}"{_attributes(widget)}>{groups}\n</select>'


def _group(name: Any, options: list[Widget]) -> str:
    inside = "".join(
        f'\n  <option value="{_text(option["value"])}"{_attributes(option)}>{_text(option["label"])}</option>'
        for option in options
    )
    return f'\n  <optgroup label="{_text(name)}">{inside}\n  </optgroup>' if name else inside


WRITERS: dict[str, Callable[[Widget], str]] = {
    **{f"{_FOLDER}{kind}.html": _input for kind in _INPUTS},
    f"{_FOLDER}textarea.html": _textarea,
    f"{_FOLDER}select.html": _select,
}
