"""docs/mobile.md: every command in it is sent as it stands, in order, and answered with success."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from tests.api import Api
from tests.cast import PASSWORD

pytestmark = pytest.mark.django_db
DOC = Path(__file__).resolve().parents[2] / "docs" / "mobile.md"
BLOCK = re.compile(r"```sh\n(.*?)```", re.DOTALL)


def commands() -> list[str]:
    return [line for block in BLOCK.findall(DOC.read_text()) for line in block.splitlines() if line.startswith("curl ")]


def filled(text: str, known: dict[str, str]) -> str:
    """The line with its variables, as a shell puts them in outside of single quotes."""
    return re.sub(r"\$(\w+)", lambda found: known[found[1]], text)


def send(line: str, known: dict[str, str]):
    words = shlex.split(filled(line, known))
    options = {word: words[at + 1] for at, word in enumerate(words) if word in {"-X", "-d"}}
    headers = dict(words[at + 1].split(": ", 1) for at, word in enumerate(words) if word == "-H")
    token = headers.pop("Authorization", "").removeprefix("Bearer ")
    kind = headers.pop("Content-Type", "application/json")
    path = next(word for word in words if word.startswith("/"))
    body = options.get("-d")
    method = options.get("-X") or ("POST" if body is not None else "GET")
    return Api(token=token).request(method, path, body.encode() if body else None, kind, **headers)


def test_every_command_of_the_page_is_answered(cast, storage):
    known = {"B": "", "EMAIL": str(cast.customer.email), "PASSWORD": PASSWORD}
    assert len(commands()) >= 15
    for line in commands():
        answer = send(line, known)
        assert answer.status_code in {200, 201}, (line, answer.content.decode()[:500])
        found = answer.json()["data"]
        if "/auth/login" in line or "/auth/refresh" in line:
            known |= {"TOKEN": found["accessToken"], "REFRESH": found["refreshToken"]}
        elif "/tickets/upload" in line:
            known["FILE"] = found["attachments"][0]["id"]
        elif "Idempotency-Key: ticket-1" in line:
            known["TICKET"] = found["id"]
