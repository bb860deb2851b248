"""Every registered event is produced by a test, and every operation emits or says why it does not (S2)."""

from __future__ import annotations

import pytest

from realtime.registry import events
from tests.crosscut.mirror import check_forms, latest
from tests.crosscut.test_operations import CASES
from tests.realtime.servers import ROOT

# Signals are not stored: who produces them on a real socket, and looks at their form.
SIGNALS = {
    "presence:updated": "tests/realtime/test_presence.py",
    "typing:start": "tests/realtime/test_access.py",
    "typing:stop": "tests/realtime/test_access.py",
    "chat:read": "tests/chat/test_sockets.py",
    "chat:session:position": "tests/chat/test_sockets.py",
}
EMITTING = sorted(name for name, case in CASES.items() if case.emitted)


def test_s2_every_stored_event_is_emitted_by_an_operations_case():
    produced = {event for case in CASES.values() for event in case.emitted}
    assert produced == {name for name, spec in events().items() if spec.stored}


def test_s2_every_signal_is_produced_by_a_test():
    assert SIGNALS.keys() == {name for name, spec in events().items() if not spec.stored}
    for name, file in SIGNALS.items():
        assert name in (ROOT / file).read_text(), f"{file} says nothing of {name}"


def test_s2_an_operation_that_emits_nothing_says_why():
    assert {name for name, case in CASES.items() if not case.emitted and not case.silent} == set()


@pytest.mark.parametrize("name", EMITTING)
def test_s1_what_an_operation_emits_fits_the_form_of_each_room(cast, storage, settle, name):
    run = CASES[name].prepare(cast)
    settle()
    before = latest()
    run()
    settle()
    assert check_forms(before) == CASES[name].emitted
