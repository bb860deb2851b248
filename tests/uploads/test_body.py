"""Reading JSON with long texts on disk gives what reading it in memory gives."""

from __future__ import annotations

import mmap
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import Invalid, TooLarge
from uploads.api import body

JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(max_size=30) | st.text('\\"/ا', max_size=30),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=10), inner, max_size=4),
    max_leaves=20,
)


@contextmanager
def mapped(content: bytes) -> Iterator[mmap.mmap]:
    with tempfile.TemporaryFile() as file:
        file.write(content)
        file.flush()
        with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as source:
            yield source


def put_back(value: Any, texts: dict[str, body.LongText]) -> Any:
    """The parsed skeleton with every placeholder replaced by what it stands for."""
    if isinstance(value, str):
        return (
            orjson.loads(b'"%b"' % texts[value].source[texts[value].start : texts[value].end])
            if value in texts
            else value
        )
    if isinstance(value, list):
        return [put_back(inner, texts) for inner in value]
    if isinstance(value, dict):
        return {put_back(name, texts): put_back(inner, texts) for name, inner in value.items()}
    return value


@settings(max_examples=300)
@given(JSON, st.integers(1, 12))
def test_carving_loses_nothing(value: Any, long: int) -> None:
    written = orjson.dumps({"value": value})
    with mapped(written) as source, patch.object(body, "LONG_BYTES", long):
        skeleton, texts = body.carve(source)
        assert put_back(orjson.loads(skeleton), texts) == {"value": value}
        assert all(len(text) >= long for text in texts.values())


def test_a_guessed_placeholder_is_only_a_text() -> None:
    with mapped(b'{"a": "%b", "b": "0:0"}' % (b"x" * body.LONG_BYTES)) as source:
        skeleton, texts = body.carve(source)
        [name] = texts
        assert len(name) > 30
        assert orjson.loads(skeleton) == {"a": name, "b": "0:0"}


@pytest.mark.parametrize(
    ("content", "refusal"),
    [
        (b'"' + b"x" * 10, Invalid),
        (b'["' + b"\\" * 200 + b'"]', Invalid),
        (b'"",' * 60_000, TooLarge),
        (b" " * (body.MAX_SKELETON_BYTES + 1), TooLarge),
    ],
)
def test_what_would_cost_too_much_is_refused(content: bytes, refusal: type[Exception]) -> None:
    with mapped(content) as source, pytest.raises(refusal):
        body.carve(source)
