"""Attaching uploads: by id or link, by their uploader, once, in the order named; and reading them per owner."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pytest
import time_machine
from django.db import IntegrityError, transaction

from accounts.models import User
from core.errors import Invalid, Problem
from core.operation import operation_scope
from tests.uploads.cases import REFUSED
from tests.uploads.door import in_session
from uploads.incoming import IncomingFile
from uploads.links import signed_url
from uploads.models import Attachment, UnnamedKey
from uploads.operations import attach, store_files
from uploads.queries import attachments_of

pytestmark = pytest.mark.django_db


def files(count: int, by: User) -> list[Attachment]:
    return store_files([IncomingFile.of(f"{number}.txt", b"hello") for number in range(count)], by=by)


def give(references: list[Any], by: User, owner_id: int = 1) -> list[Attachment]:
    return attach(references, owner_type="message", owner_id=owner_id, by=by)


def test_files_are_attached_in_the_order_named_with_one_statement(cast: Any, django_assert_num_queries: Any) -> None:
    first, second, third = files(3, cast.customer)
    references = [
        str(third.pk),
        signed_url(str(first.pk), first.filename, in_session(cast.customer)),
        str(second.pk).upper(),
    ]
    with django_assert_num_queries(3) as seen:  # the transaction's savepoint around it
        found = give(references, cast.customer)
    assert [query["sql"].split()[0].lower() for query in seen.captured_queries] == ["savepoint", "update", "release"]
    assert [one.pk for one in found] == [third.pk, first.pk, second.pk]
    assert all(one.attached_at and one.owner_type == "message" for one in found)
    assert [one.pk for one in attachments_of("message", [1])[1]] == [third.pk, first.pk, second.pk]


def test_no_reference_costs_no_query(cast: Any, django_assert_num_queries: Any) -> None:
    with operation_scope(), django_assert_num_queries(0):
        assert give([], cast.customer) == []


def test_an_expired_link_of_ours_still_names_its_file(cast: Any, settings: Any) -> None:
    [file] = files(1, cast.customer)
    url = signed_url(str(file.pk), file.filename, in_session(cast.customer))
    with time_machine.travel(time.time() + 100_000):
        assert give([url], cast.customer)


def test_the_path_of_a_link_alone_still_names_its_file(cast: Any, settings: Any) -> None:
    [file] = files(1, cast.customer)
    url = signed_url(str(file.pk), file.filename, in_session(cast.customer))
    assert give([url.removeprefix(settings.SITE_URL)], cast.customer)


def refused(references: list[Any], by: User) -> list[str]:
    with pytest.raises(Invalid) as error, transaction.atomic():
        give(references, by)
    assert set(error.value.fields or {}) == {"attachments"}
    return [str(text) for text in (error.value.fields or {})["attachments"]]


def test_what_is_not_ones_own_unattached_file_is_refused_and_nothing_is_taken(cast: Any) -> None:
    mine, used = files(2, cast.customer)
    [theirs] = files(1, cast.stranger)
    give([str(used.pk)], cast.customer)
    url = signed_url(str(mine.pk), mine.filename, in_session(cast.customer))
    wrong: list[Any] = [
        str(theirs.pk),
        str(used.pk),
        str(mine.pk),  # twice
        "00000000-0000-4000-8000-000000000000",
        mine.pk.hex,
        "rubbish",
        "",
        "x" * 5000,
        None,
        12,
        ["x"],
        url.replace("signature=", "signature=x"),
        url.replace(mine.filename, "other.txt"),
        url.replace("/files/", "/elsewhere/"),
        signed_url(str(mine.pk), mine.filename, None),
        "http://[bad",
        "https://evil.example/files/x/y?reader=1",
    ]
    for reference in wrong:
        [text] = refused([str(mine.pk), reference], cast.customer)
        assert "2" in text
    assert len(refused([str(theirs.pk), str(mine.pk), "rubbish"], cast.customer)) == 1
    mine.refresh_from_db()
    assert not mine.owner_type
    assert give([str(mine.pk)], cast.customer)


def test_an_agent_cannot_attach_a_customers_upload(cast: Any) -> None:
    [file] = files(1, cast.customer)
    refused([str(file.pk)], cast.agent)


def test_more_references_than_files_may_be_sent_are_refused(cast: Any, settings: Any) -> None:
    found = [str(file.pk) for file in [*files(10, cast.customer), *files(1, cast.customer)]]
    refused(found, cast.customer)
    assert len(give(found[:10], cast.customer)) == 10


def test_one_query_reads_the_attachments_of_many_owners(cast: Any, django_assert_num_queries: Any) -> None:
    given = {}
    for owner_id in (1, 2, 3):
        given[owner_id] = [
            file.pk for file in give([str(f.pk) for f in files(2, cast.customer)], cast.customer, owner_id)
        ]
    attach([str(files(1, cast.customer)[0].pk)], owner_type="other", owner_id=1, by=cast.customer)
    with django_assert_num_queries(1):
        found = attachments_of("message", [1, 2, 4])
    assert {owner: [file.pk for file in rows] for owner, rows in found.items()} == {1: given[1], 2: given[2]}
    with django_assert_num_queries(0):
        assert attachments_of("message", []) == {}


def test_the_database_refuses_half_an_owner(cast: Any) -> None:
    [file] = files(1, cast.customer)
    for change in ({"owner_type": "message"}, {"owner_id": 1}, {"owner_type": "message", "owner_id": 1}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Attachment.objects.filter(pk=file.pk).update(**change)


def test_an_uploader_cannot_be_deleted(cast: Any) -> None:
    files(1, cast.stranger)
    with pytest.raises(Exception, match="protected"):
        cast.stranger.delete()


@pytest.mark.parametrize("case", ["svg", "empty", "a picture of 60 megapixels"])
def test_code_that_stores_files_is_refused_as_a_request_is(
    case: str, cast: Any, stored: Callable[[], list[Any]]
) -> None:
    name, content, code = REFUSED[case]
    with pytest.raises(Problem) as error:
        store_files([IncomingFile.of("a.txt", b"x"), IncomingFile.of(name, content)], by=cast.customer)
    assert error.value.code == code
    assert stored() == []


def test_a_storage_that_refuses_is_503_and_what_it_took_is_swept(
    cast: Any, send: Any, folder: Any, stored: Callable[[], list[Any]]
) -> None:
    folder.parent.joinpath("files").write_bytes(b"a file where the folder should be")
    response = send(cast.customer, ("a.txt", b"x"))
    assert (response.status_code, response.json()["error"]["code"]) == (503, "unavailable")
    assert not Attachment.objects.exists()
    assert UnnamedKey.objects.count() == 1
