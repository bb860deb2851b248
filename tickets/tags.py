"""Tags as every door takes them: commas of either script part them, wherever they are written."""

from __future__ import annotations

import re
from collections.abc import Iterable

MAX_TAGS, MAX_TAG = 20, 40
_COMMA = re.compile("[,،]")


def split_tags(values: Iterable[str]) -> list[str]:
    """Return the tags of these values, parted at commas, with single blanks inside, each once, in their order."""
    parts = (" ".join(part.split()) for value in values for part in _COMMA.split(value))
    return list(dict.fromkeys(part for part in parts if part))
