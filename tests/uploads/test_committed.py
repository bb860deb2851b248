"""Uploads with transactions that really commit: crashes, races, repeats."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connection, transaction

from core.errors import Invalid, Unavailable
from tests.api import data
from tests.uploads.test_attach import files, give
from uploads import operations
from uploads.models import Attachment, UnnamedKey


def test_two_messages_cannot_have_the_same_file(committed_cast: Any) -> None:
    customer = committed_cast.customer
    [file] = files(1, customer)

    def one(owner_id: int) -> bool:
        try:
            give([str(file.pk)], customer, owner_id)
        except Invalid:
            return False
        finally:
            connection.close()
        return True

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(one, range(1, 9))) == 1


def test_storing_inside_a_transaction_is_refused(committed_cast: Any) -> None:
    with pytest.raises(RuntimeError), transaction.atomic():
        files(1, committed_cast.customer)


def test_a_file_is_known_before_its_first_byte_and_named_with_the_commit(
    committed_cast: Any, monkeypatch: pytest.MonkeyPatch, stored: Callable[[], list[Any]]
) -> None:
    def crash(*args: Any, **kwargs: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(operations, "record", crash)
    with pytest.raises(KeyboardInterrupt):
        files(2, committed_cast.customer)
    assert len(stored()) == 2
    assert {key.key.rpartition("/")[2] for key in UnnamedKey.objects.all()} == {path.name for path in stored()}
    assert not Attachment.objects.exists()


def test_a_file_the_sweeper_took_is_not_named(committed_cast: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    real = operations.store

    def store_and_lose(*args: Any) -> Any:
        found = real(*args)
        UnnamedKey.objects.all().delete()
        return found

    monkeypatch.setattr(operations, "store", store_and_lose)
    with pytest.raises(Unavailable):
        files(1, committed_cast.customer)
    assert not Attachment.objects.exists()


def test_five_equal_uploads_at_once_with_one_key_keep_one(committed_cast: Any, api: Any) -> None:
    client = api(committed_cast.customer)
    body = {"files": [{"base64": "aGVsbG8=", "filename": "a.txt"}]}

    def one(_number: int) -> Any:
        try:
            return data(
                api(committed_cast.customer, token=client.token).post("/tickets/upload", body, Idempotency_Key="k"),
                201,
            )
        finally:
            connection.close()

    with ThreadPoolExecutor(5) as pool:
        answers = list(pool.map(one, range(5)))
    assert len({answer["attachments"][0]["id"] for answer in answers}) == 1
    assert Attachment.objects.count() == 1
