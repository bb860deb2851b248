"""The chain's head is written down outside the database, once an hour."""

import datetime
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection
from structlog.testing import capture_logs

from audit.anchors import anchors, write_anchor
from audit.models import Link
from audit.tasks import anchor as task
from tests.audit.acts import act

pytestmark = pytest.mark.usefixtures("transactional_db")
NOW = datetime.datetime(2026, 3, 1, 23, 59, 30, 123456, tzinfo=datetime.UTC)
MINUTE = datetime.timedelta(minutes=1)


def test_beats_of_two_hours_write_two_anchors():
    act(2)
    for beat in range(120):
        write_anchor(NOW + beat * MINUTE)
    found = list(anchors())
    assert [anchor.at.minute for anchor in found] == [59, 59]
    assert {(anchor.seq, anchor.hash) for anchor in found} == {(2, bytes(Link.objects.get(seq=2).hash).hex())}


def test_an_empty_log_has_no_anchor_and_its_first_entry_is_anchored_at_the_next_beat():
    assert write_anchor(NOW) is None
    act(1)
    assert write_anchor(NOW + MINUTE) is not None


def test_many_timers_at_once_write_one():
    act(1)

    def beat(_: int) -> bool:
        try:
            return write_anchor(NOW) is not None
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(beat, range(32))) == 1
    assert len(list(anchors())) == 1


def test_the_log_says_it_too():
    act(1)
    with capture_logs() as logs:
        anchor = write_anchor(NOW)
    assert {"event": "audit_anchor", "log_level": "info", "seq": 1, "hash": anchor.hash} in logs


def test_an_anchor_that_could_not_be_written_is_tried_again_at_the_next_beat(storage):
    act(1)
    (storage / "audit").write_text("a file where the folder belongs")
    with pytest.raises(OSError):
        write_anchor(NOW)
    (storage / "audit").unlink()
    assert write_anchor(NOW + MINUTE) is not None


def test_the_task_writes_one(storage):
    act(1)
    task()
    task()
    [name] = list(storage.rglob("*.txt"))
    assert name.read_text().split()[1:] == ["1", bytes(Link.objects.get().hash).hex()]


def test_a_file_that_is_no_anchor_is_passed_over(storage):
    act(1)
    write_anchor(NOW)
    (storage / "audit/anchors/2026/03/readme.txt").write_text("hello")
    assert len(list(anchors())) == 1
