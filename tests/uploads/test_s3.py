"""The same on S3, against a real server on this machine."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, quote, urlsplit
from urllib.request import urlopen

import boto3
import orjson
import pytest
import time_machine
from django.utils import timezone
from moto.server import ThreadedMotoServer

from config import settings as project
from tests.api import data, refusal
from tests.uploads import zoo
from tests.uploads.door import fetch
from uploads.apps import check_files
from uploads.bucket import check_bucket
from uploads.incoming import IncomingFile
from uploads.models import Attachment, UnnamedKey
from uploads.operations import attach, store_files
from uploads.sweeps import orphans

pytestmark = pytest.mark.django_db
BUCKET = "support-files"


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    moto = ThreadedMotoServer(ip_address="127.0.0.1", port=0)
    moto.start()
    host, port = moto.get_host_and_port()
    yield f"http://{host}:{port}"
    moto.stop()


@pytest.fixture
def bucket(server: str, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """An empty bucket, and the project's own storage options pointing to it."""
    keys = {"aws_access_key_id": "key", "aws_secret_access_key": "secret", "region_name": "us-east-1"}
    found = boto3.resource("s3", endpoint_url=server, **keys).create_bucket(Bucket=BUCKET)
    options = {
        **project._s3_files["OPTIONS"],
        "bucket_name": BUCKET,
        "endpoint_url": server,
        "region_name": "us-east-1",
        "access_key": "key",
        "secret_key": "secret",
    }
    settings.STORAGES = {**settings.STORAGES, "default": {**project._s3_files, "OPTIONS": options}}
    settings.S3_BUCKET = BUCKET
    yield found
    found.objects.all().delete()
    found.delete()


def keys_of(bucket: Any) -> list[str]:
    return [found.key for found in bucket.objects.all()]


def test_a_file_goes_to_the_bucket_and_comes_back_by_a_link_of_a_minute(bucket: Any, cast: Any, send: Any) -> None:
    [attachment] = data(send(cast.customer, ("فاتورة.pdf", zoo.pdf())), 201)["attachments"]
    [key] = keys_of(bucket)
    response = fetch(attachment["url"])
    assert response.status_code == 302
    assert response.headers["Cache-Control"] == "private, no-store"
    address = response.headers["Location"]
    assert key in address
    query = parse_qs(urlsplit(address).query)
    assert query["X-Amz-Expires"] == ["60"]
    assert query["X-Amz-Algorithm"] == ["AWS4-HMAC-SHA256"]
    with urlopen(address) as got:
        assert got.read() == zoo.pdf()
        assert got.headers["Content-Type"] == "application/pdf"
        assert got.headers["Content-Disposition"] == "attachment; filename*=utf-8''" + quote("فاتورة.pdf")
        assert got.headers["Cache-Control"] == "private, no-store"


def test_a_picture_is_shown_from_the_bucket(bucket: Any, cast: Any, send: Any) -> None:
    [url] = data(send(cast.customer, ("a.png", zoo.picture("PNG"))), 201)["urls"]
    with urlopen(fetch(url).headers["Location"]) as got:
        assert got.headers["Content-Disposition"].startswith("inline")
        assert got.read().startswith(b"\x89PNG")


def test_a_file_is_uploaded_whole_above_the_size_of_one_part(bucket: Any, cast: Any, send: Any) -> None:
    content = b"0123456789abcde\n" * (9 << 16)
    [url] = data(send(cast.customer, ("a.txt", content)), 201)["urls"]
    with urlopen(fetch(url).headers["Location"]) as got:
        assert got.read() == content


def test_head_answers_the_redirect(bucket: Any, cast: Any, send: Any) -> None:
    [url] = data(send(cast.customer, ("a.txt", b"hello")), 201)["urls"]
    assert fetch(url, "head").status_code == 302


def test_a_refused_upload_leaves_the_bucket_empty(bucket: Any, cast: Any, send: Any) -> None:
    refusal(send(cast.customer, ("a.txt", b"x"), ("x.html", zoo.SCRIPT)), 415, "unsupported_type")
    assert keys_of(bucket) == []


def test_orphans_leave_the_bucket_after_a_day_and_attached_files_stay(
    bucket: Any, cast: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def one(name: str) -> Any:
        return store_files([IncomingFile.of(name, b"hello")], by=cast.customer)[0]

    kept = one("kept.txt")
    one("forgotten.txt")
    attach([str(kept.pk)], owner_type="message", owner_id=1, by=cast.customer)
    with monkeypatch.context() as broken:
        broken.setattr("uploads.operations.keep_files", lambda files, by: [None])
        one("never named.txt")
    assert len(keys_of(bucket)) == 3
    orphans()
    assert len(keys_of(bucket)) == 3
    with time_machine.travel(timezone.now() + timedelta(hours=25)):
        orphans()
    assert keys_of(bucket) == [kept.key]
    assert [row.pk for row in Attachment.objects.all()] == [kept.pk]
    assert not UnnamedKey.objects.exists()


def test_a_bucket_that_is_away_is_503(bucket: Any, cast: Any, send: Any, settings: Any) -> None:
    options = {**settings.STORAGES["default"]["OPTIONS"], "bucket_name": "absent"}
    settings.STORAGES = {**settings.STORAGES, "default": {**settings.STORAGES["default"], "OPTIONS": options}}
    refusal(send(cast.customer, ("a.txt", b"x")), 503, "unavailable")
    assert not Attachment.objects.exists()


def test_the_deployment_check_speaks_of_a_bucket_that_is_absent_or_public(bucket: Any, settings: Any) -> None:
    assert check_files() == check_bucket() == []
    everybody = {"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": f"arn:aws:s3:::{BUCKET}/*"}
    bucket.Policy().put(Policy=orjson.dumps({"Statement": [everybody]}).decode())
    assert [found.id for found in check_bucket()] == ["uploads.E002"]
    bucket.Policy().delete()
    bucket.Acl().put(ACL="public-read")
    assert [found.id for found in check_bucket()] == ["uploads.E002"]
    options = {**settings.STORAGES["default"]["OPTIONS"], "bucket_name": "absent"}
    settings.STORAGES = {**settings.STORAGES, "default": {**settings.STORAGES["default"], "OPTIONS": options}}
    assert [found.id for found in check_bucket()] == ["uploads.E001"]


def test_the_deployment_check_is_silent_about_a_local_folder() -> None:
    assert check_files() == check_bucket() == []
