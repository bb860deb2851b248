"""An occasion is queued once, with the operation that gave it, or not at all."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import pytest
from django.db import connection

from core.operation import attempt, operation_scope
from notifications.kinds import kinds
from notifications.models import Item
from notifications.outbox import notify
from tests.undone import undone


@dataclass(frozen=True)
class Thing:
    pk: int = 1
    audit_name: str = "thing"
    audit_type: str = "thing"


@pytest.fixture
def kind() -> str:
    return min(kinds())


@pytest.mark.django_db
def test_the_same_occasion_is_queued_once(kind):
    for _ in range(2):
        with operation_scope():
            notify(kind, Thing(), occasion="m1", by=None, data={"n": 1})
            notify(kind, Thing(), occasion="m1", by=None, data={"n": 2})
    item = Item.objects.get()
    assert (item.key, item.data, item.expanded_at) == (f"{kind}:thing:1:m1", {"n": 1}, None)


@pytest.mark.django_db
def test_another_occasion_or_thing_is_another_item(kind):
    with operation_scope():
        notify(kind, Thing(), occasion="m1", by=None)
        notify(kind, Thing(), occasion="m2", by=None)
        notify(kind, Thing(2), occasion="m1", by=None)
    assert Item.objects.count() == 3


@pytest.mark.django_db
def test_what_is_undone_is_not_queued(kind):
    with operation_scope():
        notify(kind, Thing(), occasion="kept", by=None)
        with undone(attempt()):
            notify(kind, Thing(), occasion="undone", by=None)
    assert [item.key.rpartition(":")[2] for item in Item.objects.all()] == ["kept"]
    with undone(operation_scope()):
        notify(kind, Thing(), occasion="undone", by=None)
    assert Item.objects.count() == 1


@pytest.mark.django_db
def test_a_kind_nobody_declared_and_a_call_outside_an_operation_are_refused(kind):
    with pytest.raises(ValueError, match="not declared"), operation_scope():
        notify("nothing", Thing(), occasion="m", by=None)
    with pytest.raises(RuntimeError):
        notify(kind, Thing(), occasion="m", by=None)


@pytest.mark.django_db
def test_data_with_what_postgres_cannot_keep_is_queued_without_it(kind):
    with operation_scope():
        notify(kind, Thing(), occasion="m", by=None, data={"text": "a\x00b\ud800", "code": "\\u0000"})
    assert Item.objects.get().data == {"text": "ab\ufffd", "code": "\\u0000"}


def test_two_that_tell_the_same_occasions_in_opposite_order_do_not_block_each_other(transactional_db, kind):
    """As two timers do that find the same tickets late."""

    def tell(numbers: list[int]) -> None:
        try:
            for start in range(0, 300, 10):
                with operation_scope():
                    for number in numbers:
                        notify(kind, Thing(start + number), occasion="late", by=None)
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        for done in [pool.submit(tell, list(range(10))[::step]) for step in (1, -1, 1, -1)]:
            done.result()
    assert Item.objects.count() == 300
