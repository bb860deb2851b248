"""A long log is walked in batches; `make soak GROUP=audit` makes it really long (AUDIT_ENTRIES)."""

import os
import time
from io import StringIO

import pytest
from django.core.management import call_command

from audit.models import Entry
from audit.recorder import record
from core.operation import operation_scope
from tests.audit.acts import Person, Thing, tampering

ENTRIES = int(os.environ.get("AUDIT_ENTRIES", "2500"))
AT_ONCE = 1000


@pytest.mark.timeout(60 + ENTRIES // 500)
def test_a_long_log_is_verified_and_one_changed_detail_in_it_found(transactional_db):
    began = time.monotonic()
    for start in range(0, ENTRIES, AT_ONCE):
        with operation_scope():
            for number in range(start, min(start + AT_ONCE, ENTRIES)):
                record("THING_CHANGED", Thing(), by=Person(), old={"status": "open"}, new={"number": number, "x": "نص"})
    written = time.monotonic() - began
    out, began = StringIO(), time.monotonic()
    call_command("verify_audit", stdout=out)
    seconds = time.monotonic() - began
    print(f"{ENTRIES:,} entries: written {ENTRIES / written:,.0f}/s, verified {ENTRIES / seconds:,.0f}/s")  # noqa: T201
    assert f"{ENTRIES:,} entries, {ENTRIES:,} links" in out.getvalue()
    middle = Entry.objects.order_by("id")[ENTRIES // 2]
    with tampering() as hand:
        hand.execute("update audit_detail set user_agent = 'x' where entry_id = %s", [middle.id])
    err = StringIO()
    with pytest.raises(SystemExit):
        call_command("verify_audit", stdout=out, stderr=err)
    assert f"The detail of entry {middle.id} was changed." in err.getvalue()
