"""Uploads and files through a real daphne: large bodies, files from the loop, and the same on S3."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import threading
import time
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from urllib.request import urlopen

import boto3
import orjson
import psutil
import pytest
from django.conf import settings
from django.db import connection
from moto.server import ThreadedMotoServer

from accounts.tokens import open_family
from tests.realtime.servers import wait_until
from tests.soak import sized
from tests.uploads import zoo
from tests.uploads.door import as_json
from uploads import image_process

pytestmark = pytest.mark.slow
ROOT = Path(__file__).resolve().parent.parent.parent
MEGABYTE = 1 << 20


class Site:
    """One daphne with the project as it is."""

    def __init__(self, folder: Path, **environment: str) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port: int = free.getsockname()[1]
        self.log = folder / "daphne.log"
        database = urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{connection.settings_dict['NAME']}").geturl()
        env = {**os.environ, "DATABASE_URL": database, "DATA_DIR": str(folder), "DEBUG": "0"}
        env |= {"SECRET_KEY": settings.SECRET_KEY, **environment}
        with self.log.open("wb") as out:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "daphne", "-p", str(self.port), "config.asgi:application"],
                cwd=ROOT, env=env, stdout=out, stderr=out,
            )  # fmt: skip
        until = time.monotonic() + 100
        while not self._answers():
            assert time.monotonic() < until, self.log.read_text()
            time.sleep(0.1)

    def _answers(self) -> bool:
        try:
            return self.request("GET", "/health/live")[0] == 200
        except OSError:
            return False

    def request(self, method: str, path: str, body: Any = None, **headers: str) -> tuple[int, dict[str, str], bytes]:
        client = HTTPConnection("127.0.0.1", self.port, timeout=60)
        with suppress(BrokenPipeError):  # a refusal comes before all of a large body was sent
            client.request(method, path, body, {name.replace("_", "-"): value for name, value in headers.items()})
        answer = client.getresponse()
        try:
            return answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read()
        finally:
            client.close()

    def upload(self, token: str, body: Any, content_type: str = "application/json") -> tuple[int, Any]:
        sent = {"Authorization": f"Bearer {token}", "Content_Type": content_type, "Accept_Language": "en"}
        status, _headers, content = self.request("POST", "/tickets/upload", body, **sent)
        return status, orjson.loads(content)

    def fetch(self, url: str, method: str = "GET") -> tuple[int, dict[str, str], bytes]:
        address = urlsplit(url)
        return self.request(method, f"{address.path}?{address.query}")

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait(15)


@contextmanager
def serving(folder: Path, **environment: str) -> Iterator[Site]:
    site = Site(folder, **environment)
    try:
        yield site
    finally:
        site.stop()


@pytest.fixture
def token(committed_cast: Any) -> str:
    return open_family(committed_cast.customer).access


def test_files_come_in_and_go_out_through_daphne(token: str, tmp_path: Path) -> None:
    with serving(tmp_path) as site:
        film = zoo.iso_media(b"isom", b"mp42") + zoo.box(b"free", bytes(9 * MEGABYTE))
        status, answer = site.upload(token, orjson.dumps(as_json([("a.png", zoo.picture("PNG")), ("b.mp4", film)])))
        assert status == 201, answer
        picture, big = answer["data"]["attachments"]
        status, headers, content = site.fetch(big["url"])
        assert (status, content) == (200, film)
        assert headers["content-type"] == "video/mp4"
        assert headers["content-disposition"] == 'attachment; filename="b.mp4"'
        status, headers, content = site.fetch(picture["url"], "HEAD")
        assert (status, content, headers["content-length"]) == (200, b"", str(picture["size"]))
        assert headers["content-disposition"] == 'inline; filename="a.png"'
        assert headers["x-content-type-options"] == "nosniff"
        assert "sandbox" in headers["content-security-policy"]
        assert headers["cache-control"] == "private, no-store"
        status, headers, content = site.fetch(big["url"][:-1])
        assert (status, orjson.loads(content)["error"]["code"]) == (404, "not_found")

        boundary = b'--x\r\nContent-Disposition: form-data; name="files"; filename="a.txt"\r\n\r\nhello\r\n--x--\r\n'
        status, answer = site.upload(token, boundary, "multipart/form-data; boundary=x")
        assert (status, answer["data"]["attachments"][0]["filename"]) == (201, "a.txt")


def test_a_body_above_every_cap_is_413_in_json_before_it_is_read(token: str, tmp_path: Path) -> None:
    with serving(tmp_path, MAX_UPLOAD_BYTES="1048576", MAX_UPLOAD_FILES="2") as site:
        for content_type in ("application/json", "multipart/form-data; boundary=x"):
            status, answer = site.upload(token, b"x" * 4 * MEGABYTE, content_type)
            assert (status, answer["error"]["code"]) == (413, "too_large")


def test_ten_files_of_ten_megabytes_are_taken_in_bounded_memory(token: str, tmp_path: Path) -> None:
    encoded = b64encode(b"0123456789abcde\n" * (10 * MEGABYTE // 16)).decode()
    body = orjson.dumps({"files": [{"base64": encoded, "filename": f"{number}.txt"} for number in range(10)]})
    with serving(tmp_path) as site:
        site.upload(token, orjson.dumps(as_json([("a.png", zoo.picture("PNG"))])))
        process = psutil.Process(site.process.pid)

        def own() -> int:
            """Without pages of files, which the system takes back whenever it likes."""
            memory = process.memory_info()
            return int(memory.rss - memory.shared)

        before = own()
        peak, done = before, threading.Event()

        def watch() -> None:
            nonlocal peak
            while not done.wait(0.01):
                peak = max(peak, own())

        watcher = threading.Thread(target=watch)
        watcher.start()
        started = time.monotonic()
        status, answer = site.upload(token, body)
        seconds = time.monotonic() - started
        done.set()
        watcher.join()
        assert status == 201, answer
        assert [one["size"] for one in answer["data"]["attachments"]] == [10 * MEGABYTE] * 10
        grown = (peak - before) / MEGABYTE
        print(f"{len(body) / MEGABYTE:.0f} MB in {seconds:.1f} s, memory grew by {grown:.0f} MB")  # noqa: T201
        assert grown < 80


def test_beside_twenty_pictures_of_ten_megabytes_others_are_answered_first(token: str, tmp_path: Path) -> None:
    """Few are decoded at a time, in processes of their own; the rest wait outside the threads that answer others."""
    pictures = sized(10, 20)
    photo = zoo.heavy_photo(10 * MEGABYTE - 1000)
    head = b'--x\r\nContent-Disposition: form-data; name="files"; filename="a.jpg"\r\n\r\n'
    body = head + photo + b"\r\n--x--\r\n"
    answers: list[tuple[int, Any]] = []
    with serving(tmp_path, RATE_UPLOAD="100/hour", UPLOAD_QUOTA_BYTES=str(1000 * MEGABYTE)) as site:

        def upload() -> None:
            answers.append(site.upload(token, body, "multipart/form-data; boundary=x"))

        def decoding() -> int:
            return len(psutil.Process(site.process.pid).children(recursive=True))

        uploads = [threading.Thread(target=upload) for _number in range(pictures)]
        [thread.start() for thread in uploads]
        wait_until(lambda: decoding() > 0, 30)
        at_once = 0
        for _time in range(5):
            assert site.request("GET", "/tickets", Authorization=f"Bearer {token}")[0] == 200
            at_once = max(at_once, decoding())
        finished = len(answers)
        while any(thread.is_alive() for thread in uploads):
            at_once = max(at_once, decoding())
            uploads[0].join(0.02) if uploads[0].is_alive() else uploads.pop(0)
        assert finished < pictures // 2, "the pictures went before the ordinary requests"
        assert 1 <= at_once <= image_process.AT_ONCE
        assert [status for status, _answer in answers] == [201] * pictures, answers


def test_the_project_as_configured_keeps_its_files_on_s3(token: str, tmp_path: Path) -> None:
    moto = ThreadedMotoServer(ip_address="127.0.0.1", port=0)
    moto.start()
    host, port = moto.get_host_and_port()
    keys = {"aws_access_key_id": "key", "aws_secret_access_key": "secret", "region_name": "us-east-1"}
    bucket = boto3.resource("s3", endpoint_url=f"http://{host}:{port}", **keys).create_bucket(Bucket="files")
    environment = {
        "S3_BUCKET": "files",
        "S3_ENDPOINT_URL": f"http://{host}:{port}",
        "S3_REGION": "us-east-1",
        "S3_ACCESS_KEY": "key",
        "S3_SECRET_KEY": "secret",
    }
    try:
        with serving(tmp_path, **environment) as site:
            status, answer = site.upload(token, orjson.dumps(as_json([("a.pdf", zoo.pdf())])))
            assert status == 201, answer
            assert len(list(bucket.objects.all())) == 1
            status, headers, _content = site.fetch(answer["data"]["urls"][0])
            assert status == 302
            with urlopen(headers["location"]) as got:
                assert got.read() == zoo.pdf()
        assert not (tmp_path / "files").exists()
    finally:
        moto.stop()
