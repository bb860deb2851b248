"""Values as PostgreSQL can keep them: no NUL, no half of a surrogate pair, whatever text somebody sent."""

from collections.abc import Mapping
from typing import Any

import orjson

_OPTIONS = orjson.OPT_NON_STR_KEYS


def clean_text(text: str) -> str:
    """The text without NUL characters; half surrogates become U+FFFD."""
    if "\x00" in text:
        text = text.replace("\x00", "")
    return text if text.isascii() else text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def jsonb_text(value: Any) -> str:
    """JSON that a jsonb column takes; what JSON does not know (decimals, model choices) goes in as text."""
    try:
        dumped = orjson.dumps(value, default=str, option=_OPTIONS)
    except TypeError:  # half a surrogate pair somewhere, or an integer of more than 64 bits
        return orjson.dumps(_clean(value), default=str, option=_OPTIONS).decode()
    if b"\\u0000" in dumped:  # a NUL, or the harmless text of a backslash and u0000
        dumped = orjson.dumps(_clean(value), default=str, option=_OPTIONS)
    return dumped.decode()


def _clean(value: Any) -> Any:
    if isinstance(value, str):
        return clean_text(value)
    if isinstance(value, Mapping):
        return {_clean(name): _clean(inner) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_clean(inner) for inner in value]
    if isinstance(value, int) and not isinstance(value, bool) and value.bit_length() > 63:
        return str(value)
    return value
