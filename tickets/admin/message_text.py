"""A message's text as the page shows it: text, with safe links, and with mentions and numbers kept in one piece."""

from __future__ import annotations

import re

from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

_PIECE = re.compile(
    r"(?P<url>https?://[^\s<>\"'«»]{3,2000})"
    r"|(?P<mention>@[\w.+-]{1,64}@[\w-]+(?:\.[\w-]+)+)"
    r"|(?P<number>\bTKT-\d{4}-\d{6,}\b)",
    re.IGNORECASE | re.ASCII,
)
_END = ".,;:!?)]}،؛؟"


def with_links(text: str) -> SafeString:
    """Return escaped text whose addresses are links, opened apart and told nothing of this page."""
    pieces: list[tuple[str | SafeString]] = []
    end = 0
    for found in _PIECE.finditer(text):
        shown = found[0].rstrip(_END) if found["url"] else found[0]
        pieces += [(text[end : found.start()],), (_piece(found, shown),)]
        end = found.start() + len(shown)
    return format_html_join("", "{}", [*pieces, (text[end:],)])


def _piece(found: re.Match[str], shown: str) -> SafeString:
    if found["url"]:
        link = '<a href="{}" target="_blank" rel="noopener noreferrer nofollow"><bdi dir="ltr">{}</bdi></a>'
        return format_html(link, shown, shown)
    if found["number"]:
        address = reverse("admin:tickets_ticket_change", args=[shown.upper()])
        return format_html('<a href="{}"><bdi dir="ltr">{}</bdi></a>', address, shown)
    return format_html('<bdi dir="ltr" class="mention">{}</bdi>', shown)
