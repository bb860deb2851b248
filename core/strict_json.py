"""JSON as every door reads it: quick, and no deeper than a form has use for."""

from typing import Any

import orjson

MAX_DEPTH = 32


def loads(content: bytes | str) -> Any:
    """Return the value of a JSON text; raises ValueError for what is no JSON or nests more than 32 deep."""
    try:
        value = orjson.loads(content)
    except RecursionError as error:
        raise ValueError("too deep") from error
    # Counting is much quicker than looking, and nearly everything has fewer brackets than it may have levels.
    if _brackets(content) > MAX_DEPTH and _is_deep(value):
        raise ValueError("too deep")
    return value


def _brackets(content: bytes | str) -> int:
    if isinstance(content, str):
        return content.count("[") + content.count("{")
    return content.count(b"[") + content.count(b"{")


def _is_deep(value: Any) -> bool:
    level = [value]
    for _ in range(MAX_DEPTH):
        level = [
            inner
            for outer in level
            for inner in (outer.values() if isinstance(outer, dict) else outer if isinstance(outer, list) else ())
            if isinstance(inner, dict | list)
        ]
        if not level:
            return False
    return True
