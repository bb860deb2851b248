"""Hold what is written without templates to what Django's templates say, whatever stands in it."""

from __future__ import annotations

import itertools

import pytest
from django import forms
from django.forms.renderers import DjangoTemplates, get_default_renderer
from django.test.html import parse_html
from django.utils.safestring import mark_safe
from django.utils.translation import gettext_lazy

from core.form_renderer import FormRenderer

HOSTILE = "\"'><script>alert(1)</script>&amp; سلام\n\n"
ATTRIBUTES = [
    {},
    {"class": HOSTILE, "id": "id_x", "maxlength": 1000, "required": True, "disabled": False, "data-n": 0, "title": ""},
    {"placeholder": gettext_lazy("Search"), "aria-label": mark_safe("a&nbsp;b")},
]
CHOICES = [
    ("", "—"),
    (1, "One"),
    (HOSTILE, HOSTILE),
    ("Group <b>", [("2", gettext_lazy("Search")), (3, mark_safe("a&nbsp;b"))]),
]
WIDGETS = [
    *(kind() for kind in (forms.TextInput, forms.EmailInput, forms.NumberInput, forms.URLInput, forms.HiddenInput)),
    *(kind() for kind in (forms.FileInput, forms.SearchInput, forms.CheckboxInput, forms.Textarea)),
    *(forms.PasswordInput(render_value=keep) for keep in (True, False)),
    *(kind() for kind in (forms.DateInput, forms.TimeInput)),
    forms.Select(choices=CHOICES),
]


VALUES = [None, "", "1", 3, True, False, HOSTILE, mark_safe("a&nbsp;b"), 1234567, 0.5]


@pytest.mark.parametrize("widget", WIDGETS, ids=lambda widget: type(widget).__name__)
def test_a_widget_says_what_djangos_template_says(widget):
    for attributes, value in itertools.product(ATTRIBUTES, VALUES):
        ours, theirs = (
            widget.render(f"name{HOSTILE}", value, attributes, each) for each in (FormRenderer(), DjangoTemplates())
        )
        assert parse_html(ours) == parse_html(theirs)
        assert "<script" not in ours


def test_a_text_keeps_the_line_it_begins_with():
    body = "\n\n  indented"
    ours, theirs = (forms.Textarea().render("b", body, {}, each) for each in (FormRenderer(), DjangoTemplates()))
    assert ours == theirs


def test_the_project_writes_its_forms_with_it():
    assert isinstance(get_default_renderer(), FormRenderer)
