"""Signed links to files: made for one reader and for minutes, never stored."""

from collections.abc import Callable
from functools import cache
from typing import Any

from django.conf import settings
from django.utils.module_loading import import_string


@cache
def _signer() -> Callable[[str, str, Any], str]:
    """The function (attachment id, file name, reader) → URL that settings name in LINK_SIGNER."""
    return import_string(settings.LINK_SIGNER)


def link_to(attachment_id: str, filename: str, reader: Any) -> str:
    """A link for this reader; without one (in events, which many read) the plain address, to fetch with a token."""
    return _signer()(attachment_id, filename, reader)


def refresh_links(content: Any, reader: Any) -> None:
    """Give every attachment in a stored answer a link made now for this reader."""
    if isinstance(content, dict):
        if {"id", "url", "filename", "contentType", "size"} <= content.keys():
            content["url"] = _signer()(content["id"], content["filename"], reader)
        for inner in content.values():
            refresh_links(inner, reader)
    elif isinstance(content, list):
        for inner in content:
            refresh_links(inner, reader)
