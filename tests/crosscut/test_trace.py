"""The way of a write from the door to the frame on a socket is short: our functions and files on it are counted.

docs/architecture.md tells this way; `pytest tests/crosscut/test_trace.py -s` prints every step.
"""

from __future__ import annotations

import asyncio
import sys
import threading
from collections.abc import Iterator
from types import CodeType, FrameType
from typing import Any

import orjson
import pytest
from asgiref.typing import HTTPScope
from django.conf import settings
from django.core.wsgi import get_wsgi_application

from accounts.tokens import open_family
from core.bridge.app import HttpBridge
from core.protocols import Identity
from realtime import log, rooms, workers
from realtime.frames import Frame
from realtime.hub import Hub
from realtime.session import Session

ROOT = f"{settings.BASE_DIR}/"
# As it is now; the aim is 110 functions in 40 files. Lower them with every hop that goes.
MOST_FUNCTIONS, MOST_FILES = 232, 73
TICKET = {"subject": "Cracked screen", "description": "It fell."}


class Trace:
    """The functions of ours that were called while `on`, in the order of their first calls, in any thread."""

    def __init__(self) -> None:
        self.on = False
        self.called: dict[CodeType, None] = {}

    def __call__(self, frame: FrameType, event: str, _argument: Any) -> None:
        if self.on and event == "call":
            self.called[frame.f_code] = None

    def steps(self) -> list[str]:
        """Return `file function` of each; comprehensions belong to the function they stand in."""
        found = dict.fromkeys(
            f"{code.co_filename.removeprefix(ROOT)} {code.co_qualname}"
            for code in self.called
            if code.co_filename.startswith(ROOT) and not code.co_name.endswith(("comp>", "genexpr>"))
        )
        return [step for step in found if not step.startswith(("tests/", ".venv/"))]


class Reader:
    """A transport that keeps what is written to it."""

    kind, wants_control, address, user_agent, language = "websocket", True, "127.0.0.1", "", "en"

    def __init__(self) -> None:
        self.frames: asyncio.Queue[Frame] = asyncio.Queue()

    def write(self, frame: Frame) -> None:
        self.frames.put_nowait(frame)

    def backlog(self) -> int:
        return 0

    def close(self, code: int) -> None:
        raise AssertionError(code)


@pytest.fixture
def trace() -> Iterator[Trace]:
    found = Trace()
    workers._pool.cache_clear()  # threads are profiled that begin from now on
    threading.setprofile(found)
    sys.setprofile(found)
    yield found
    sys.setprofile(None)
    threading.setprofile(None)


async def post(application: HttpBridge, token: str) -> int:
    """Open a ticket; the status of the answer."""
    body, sent = orjson.dumps(TICKET), []
    headers = [(b"authorization", f"Bearer {token}".encode()), (b"content-type", b"application/json")]
    headers += [(b"host", b"localhost"), (b"content-length", str(len(body)).encode())]
    scope: dict[str, Any] = dict.fromkeys(HTTPScope.__annotations__, None)
    scope |= {"type": "http", "method": "POST", "path": "/tickets", "raw_path": b"/tickets", "query_string": b""}
    scope |= {"headers": headers, "client": ("127.0.0.1", 1), "server": ("localhost", 80), "scheme": "http"}
    scope |= {"root_path": "", "http_version": "1.1", "asgi": {"version": "3.0"}}
    messages: asyncio.Queue[Any] = asyncio.Queue()
    messages.put_nowait({"type": "http.request", "body": body, "more_body": False})

    async def send(message: Any) -> None:
        sent.append(message)

    await application(scope, messages.get, send)
    return int(sent[0]["status"])


async def follow_a_write(trace: Trace, agent: Any, token: str) -> None:
    """Open two tickets, the second one traced until its frame is written to the agent's socket."""
    application, hub, reader = HttpBridge(get_wsgi_application()), Hub(), Reader()
    session = Session(hub, reader, Identity(agent, ""), "agent's")
    names = await workers.in_thread(rooms.automatic, agent)
    for name, seq in (await workers.in_thread(log.latest_seqs, set(names))).items():
        session.follow(name, seq)
    for on in (False, True):
        trace.on = on
        assert await post(application, token) == 201
        while (await asyncio.wait_for(reader.frames.get(), 30)).event != "ticket:created":
            pass
    trace.on = False
    for task in hub.tasks:
        task.cancel()


def test_the_way_from_post_tickets_to_the_frame_is_short(committed_cast, trace):
    asyncio.run(follow_a_write(trace, committed_cast.agent, open_family(committed_cast.customer).access))
    steps = trace.steps()
    files = {step.partition(" ")[0] for step in steps}
    sys.stdout.write("\n".join([*steps, f"{len(steps)} functions in {len(files)} files\n"]))
    assert len(steps) < MOST_FUNCTIONS
    assert len(files) < MOST_FILES
