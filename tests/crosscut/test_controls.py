"""Controls speak the page's language: the browser's own pickers and complaints would speak the browser's.

The back office puts its own words into the browser's complaints (backoffice.js); other pages let the server complain.
"""

from __future__ import annotations

import re

from django.conf import settings

FORM = re.compile(r"<form\b((?:[^>{]|\{%.*?%\}|\{\{.*?\}\})*)>(.*?)</form>", re.DOTALL)
FRAMED = ("admin", "backoffice", "bot", "chat", "notifications", "reports", "tickets", "widget")
NATIVE = re.compile(r'type="?(?:date|time|datetime-local|month|week)\b')
CHECKED = re.compile(r"\brequired(?=[ {>])|fields\.html|\{\{ (?:form|field)|type=\"(?:email|number|url)")


def test_no_page_has_a_picker_or_a_complaint_of_the_browsers_own() -> None:
    pickers, complaints = [], []
    framed = tuple(f"templates/{app}/" for app in FRAMED)
    for page in sorted(settings.BASE_DIR.glob("templates/**/*.html")):
        text, name = page.read_text(), str(page.relative_to(settings.BASE_DIR))
        pickers += [name for _found in NATIVE.finditer(text)]
        if name.startswith(framed) and 'extends "public/' not in text:
            continue
        for attributes, inside in FORM.findall(text):
            if CHECKED.search(inside) and "novalidate" not in attributes:
                complaints.append(f"{name}: {attributes.strip()}")
    assert pickers == []
    assert complaints == []
