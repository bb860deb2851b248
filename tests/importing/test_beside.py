"""Batches of an import that are written beside each other, and whoever else writes meanwhile."""

from __future__ import annotations

import io
import json
import threading
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, OperationalError, connection

from accounts.models import User
from audit.models import Entry
from tests.conftest import superuser, waits_for_lock
from tests.realtime.servers import wait_until
from tickets.importing import run, writers
from tickets.importing.mapping import Mapped
from tickets.models import Imported, Message, Ticket

REFUSE = """
create function refuse_one() returns trigger language plpgsql as $$
begin
  if new.subject = 'Refuse' then raise exception 'refused'; end if;
  return new;
end $$;
create trigger refuse_one before insert on tickets_ticket for each row execute function refuse_one();
"""
ADMIT = "drop trigger if exists refuse_one on tickets_ticket; drop function if exists refuse_one()"
CONNECTIONS = "select count(*) from pg_stat_activity where datname = %s and usename = %s"


def record(number: int, **more: Any) -> dict[str, Any]:
    return {
        "id": f"OLD-{number}", "subject": f"S {number}", "customerEmail": f"c{number // 3}@old.example",
        "createdAt": "2025-02-01T10:00:00Z", **more,
    }  # fmt: skip


@pytest.fixture
def bring(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Runs the command in batches of five."""
    monkeypatch.setattr(run, "BATCH", 5)

    def bring(records: list[dict[str, Any]], *arguments: str) -> str:
        path = tmp_path / "old.jsonl"
        path.write_text("\n".join(json.dumps(one) for one in records))
        said = io.StringIO()
        call_command("import_tickets", str(path), *arguments, stdout=said, stderr=said)
        return said.getvalue()

    return bring


def test_what_is_written_beside_each_other_stands_in_the_order_of_the_file(bring, committed_cast):
    with superuser(connection.settings_dict["NAME"]) as other:
        whose = [connection.settings_dict["NAME"], connection.settings_dict["USER"]]
        before = other.execute(CONNECTIONS, whose).fetchone()
        said = bring([record(number) for number in range(33)])
        wait_until(lambda: other.execute(CONNECTIONS, whose).fetchone() == before)
    assert "33 tickets, 11 new customers, 0 imported before, 0 wrong" in said
    subjects = [f"S {number}" for number in range(33)]
    assert list(Ticket.objects.order_by("number").values_list("subject", flat=True)) == subjects
    assert list(Ticket.objects.order_by("id").values_list("subject", flat=True)) == subjects
    assert Message.objects.count() == Imported.objects.count() == 33
    assert Entry.objects.filter(action="TICKET_IMPORTED").count() == 33
    assert Entry.objects.filter(action="USER_CREATED", entity_id__in=_customers()).count() == 11
    call_command("verify_audit", stdout=io.StringIO())


def test_an_id_that_comes_twice_is_wrong_however_far_apart_and_in_a_dry_run(bring, committed_cast):
    many = [*(record(number) for number in range(21)), record(0, subject="again")]
    for arguments in (["--dry-run"], []):
        with pytest.raises(CommandError, match="1 lines"):
            bring(many, *arguments)
    assert Ticket.objects.count() == 21
    assert not Ticket.objects.filter(subject="again").exists()


def test_a_dry_run_counts_a_new_customer_once(bring, committed_cast):
    said = bring([record(number, customerEmail="one@old.example") for number in range(12)], "--dry-run")
    assert "12 tickets, 1 new customers" in said


def test_a_batch_that_is_refused_ends_the_import_and_the_next_run_brings_the_rest(bring, committed_cast):
    many = [record(number) for number in range(30)]
    many[12]["subject"] = "Refuse"
    with superuser(connection.settings_dict["NAME"]) as other:
        other.execute(REFUSE)
        try:
            with pytest.raises(DatabaseError, match="refused"):
                bring(many)
        finally:
            other.execute(ADMIT)
    first = set(Imported.objects.values_list("source_id", flat=True))
    assert first >= {f"OLD-{number}" for number in range(10)}
    assert not first & {f"OLD-{number}" for number in range(10, 15)}
    said = bring(many, "--resume")
    assert f"{30 - len(first)} tickets" in said
    assert Ticket.objects.count() == Imported.objects.count() == Message.objects.count() == 30
    call_command("verify_audit", stdout=io.StringIO())


def test_who_signs_up_while_his_tickets_are_imported_is_their_customer(bring, committed_cast):
    name = connection.settings_dict["NAME"]
    with superuser(name) as other, superuser(name) as watch:
        other.execute("begin")
        other.execute(
            "insert into accounts_user select (jsonb_populate_record(u, %s)).* from accounts_user u where id = %s",
            [json.dumps({"id": 999_999, "email": "c1@old.example"}), committed_cast.customer.pk],
        )

        def sign_up() -> None:
            wait_until(lambda: waits_for_lock(watch))
            other.execute("commit")

        signing_up = threading.Thread(target=sign_up)
        signing_up.start()
        said = bring([record(number) for number in range(6)])
        signing_up.join()
    assert "6 tickets, 1 new customers" in said
    assert set(Ticket.objects.filter(customer_id=999_999).values_list("subject", flat=True)) == {"S 3", "S 4", "S 5"}
    assert Entry.objects.filter(action="USER_CREATED", entity_id__in=_customers()).count() == 1


def test_every_batch_is_told_also_where_all_of_it_is_there(committed_cast, tmp_path, monkeypatch):
    monkeypatch.setattr(run, "BATCH", 5)
    path = tmp_path / "old.jsonl"
    path.write_text("\n".join(json.dumps(record(number)) for number in range(12)))
    told: list[int] = []
    for resume in (False, True):
        run.run(path, Mapped(), run.Options("old", resume=resume), lambda progress: told.append(progress.there))
    assert len(told) == 6
    assert told[-1] == 12


def test_a_writer_that_cannot_connect_says_why(bring, committed_cast, monkeypatch):
    def refused() -> None:
        raise OperationalError("too many clients")

    monkeypatch.setattr(writers, "_gather_words", refused)
    monkeypatch.setattr(run, "words_gathered", nullcontext)
    with pytest.raises(OperationalError, match="too many clients"):
        bring([record(number) for number in range(6)])


def _customers() -> list[str]:
    return [str(pk) for pk in User.objects.filter(email__endswith="@old.example").values_list("pk", flat=True)]
