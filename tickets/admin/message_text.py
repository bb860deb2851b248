"""Show a message's text to staff: lightly formatted, with mentions and numbers of tickets kept in one piece."""

from __future__ import annotations

import re

from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from core import formatting

_PIECE = re.compile(
    r"(?P<mention>@[\w.+-]{1,64}@[\w-]+(?:\.[\w-]+)+)|(?P<number>\bTKT-\d{4}-\d{6,}\b)", re.IGNORECASE | re.ASCII
)


def for_staff(text: str) -> SafeString:
    """Return a message's text as HTML, in which numbers of tickets lead to them."""
    return formatting.as_html(text, plain=_plain)


def _plain(text: str) -> SafeString:
    pieces: list[tuple[str | SafeString]] = []
    end = 0
    for found in _PIECE.finditer(text):
        pieces += [(text[end : found.start()],), (_piece(found),)]
        end = found.end()
    return format_html_join("", "{}", [*pieces, (text[end:],)])


def _piece(found: re.Match[str]) -> SafeString:
    if found["number"]:
        address = reverse("admin:tickets_ticket_change", args=[found[0].upper()])
        return format_html('<a href="{}"><bdi dir="ltr">{}</bdi></a>', address, found[0])
    return format_html('<bdi dir="ltr" class="mention">{}</bdi>', found[0])
