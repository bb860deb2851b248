"""verify_audit finds whatever was done to the log, and nothing where nothing was."""

import datetime
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import connection

from audit.anchors import anchors, write_anchor
from audit.erasure import erase_details
from audit.models import Entry, Link
from audit.recorder import record
from audit.verify import CANONICAL, DIGEST, GUARDS, Verification
from core.operation import operation_scope
from tests.audit.acts import Person, Thing, act, damage, tampering

pytestmark = pytest.mark.usefixtures("transactional_db")
NOW = datetime.datetime(2026, 3, 1, 12, tzinfo=datetime.UTC)


def _command(*arguments: str) -> tuple[int, str, str]:
    out, err = StringIO(), StringIO()
    try:
        call_command("verify_audit", *arguments, stdout=out, stderr=err)
    except SystemExit as end:
        return int(str(end.code)), out.getvalue(), err.getvalue()
    return 0, out.getvalue(), err.getvalue()


@pytest.mark.parametrize("count", [0, 1, 2, 3, 4, 7])
def test_a_log_as_it_was_written_is_in_order(count):
    act(count)
    report = Verification(batch=3).run()
    assert report.damage == []
    assert (report.entries, report.links) == (count, count)


def test_the_command_says_so_and_ends_with_0():
    act(2)
    code, said, complaints = _command()
    assert code == 0
    assert "2 entries, 2 links" in said
    assert complaints == ""


def test_the_command_names_the_entry_and_ends_with_1():
    entries = act(3)
    with tampering() as hand:
        hand.execute("update audit_entry set action = 'OTHER' where id = %s", [entries[1]])
    code, _, complaints = _command("--batch", "2")
    assert code == 1
    assert f"Entry {entries[1]} or link 2 was changed" in complaints
    assert "damaged: 1 findings" in complaints


@pytest.mark.parametrize(
    "change",
    [
        "action = 'OTHER'",
        "entity_type = 'other'",
        "entity_id = '2'",
        "actor_id = 8",
        "actor_id = null",
        "actor_model = 'Bot'",
        "created_at = created_at + interval '1 microsecond'",
        "id = id + 1000",
    ],
)
@pytest.mark.parametrize("place", [0, 3, 6])
def test_a_changed_entry_is_found(change, place):
    entries = act(7)
    with tampering() as hand:
        hand.execute(f"update audit_entry set {change} where id = %s", [entries[place]])
        if change.startswith("id"):  # taking its detail and link along
            hand.execute("update audit_detail set entry_id = entry_id + 1000 where entry_id = %s", [entries[place]])
            hand.execute("update audit_link set entry_id = entry_id + 1000 where entry_id = %s", [entries[place]])
    found = damage()
    assert len(found) == 1
    assert f"link {place + 1} was changed" in found[0]


@pytest.mark.parametrize(
    "change",
    [
        "entity_name = 'x'",
        "actor_name = 'x'",
        "old_values = '{\"a\": 1}'",
        "new_values = '{}'",
        "metadata = '{\"a\": null}'",
        "ip_address = '1.1.1.1'",
        "user_agent = 'x'",
        "salt = gen_random_uuid()",
    ],
)
def test_a_changed_detail_is_found(change):
    entries = act(5)
    with tampering() as hand:
        hand.execute(f"update audit_detail set {change} where entry_id = %s", [entries[3]])
    assert damage() == [f"The detail of entry {entries[3]} was changed."]


def test_a_change_with_a_digest_to_match_is_found():
    entries = act(5)
    with tampering() as hand:
        hand.execute("update audit_detail set new_values = '{}' where entry_id = %s", [entries[3]])
        hand.execute(f"update audit_entry e set digest = {DIGEST} from audit_detail d where d.entry_id = e.id")
    assert damage() == [f"Entry {entries[3]} or link 4 was changed, or stands in another's place."]


@pytest.mark.parametrize("place", [0, 2, 4])
def test_a_removed_entry_is_found(place):
    entries = act(5)
    with tampering() as hand:
        hand.execute("delete from audit_entry where id = %s", [entries[place]])
        hand.execute("delete from audit_detail where entry_id = %s", [entries[place]])
    assert damage() == [f"Entry {entries[place]} was removed: link {place + 1} names it."]


@pytest.mark.parametrize(("first", "last"), [(1, 1), (3, 3), (2, 4), (1, 6)])
def test_entries_removed_with_their_links_are_found(first, last):
    entries = act(7)
    with tampering() as hand:
        gone = entries[first - 1 : last]
        for table, column in (("audit_entry", "id"), ("audit_detail", "entry_id"), ("audit_link", "entry_id")):
            hand.execute(f"delete from {table} where {column} = any(%s)", [gone])
    named = f"Link {first} is" if first == last else f"Links {first} to {last} are"
    assert damage() == [f"{named} missing from the chain."]


def test_entries_removed_with_their_links_and_the_rest_renumbered_are_found():
    entries = act(7)
    with tampering() as hand:
        hand.execute("delete from audit_link where seq = 3")
        hand.execute("delete from audit_detail where entry_id = %s", [entries[2]])
        hand.execute("delete from audit_entry where id = %s", [entries[2]])
        for seq in range(4, 8):
            hand.execute("update audit_link set seq = seq - 1 where seq = %s", [seq])
    assert damage() == [f"Entry {entries[3]} or link 3 was changed, or stands in another's place."]


def test_a_cut_tail_is_found_by_the_anchor():
    entries = act(5)
    write_anchor(NOW)
    with tampering() as hand:
        for table, column in (("audit_entry", "id"), ("audit_detail", "entry_id"), ("audit_link", "entry_id")):
            hand.execute(f"delete from {table} where {column} = %s", [entries[4]])
    assert damage() == [
        "The anchor of 2026-03-01 12:00 UTC knows link 5, which is gone: the log's end was cut off.",
    ]


def test_a_log_written_anew_from_a_point_on_is_found_by_the_anchor():
    entries = act(4)
    write_anchor(NOW)
    with tampering() as hand:
        hand.execute("update audit_entry set actor_id = 99 where id = %s", [entries[1]])
        _rehash(hand)
    assert damage() == [
        "Link 4 is not the one that the anchor of 2026-03-01 12:00 UTC knows: the log was rewritten.",
    ]


def _rehash(hand):
    last = b""
    for seq, hashed in hand.execute(
        f"select l.seq, {CANONICAL} from audit_link l join audit_entry e on e.id = l.entry_id order by 1"
    ).fetchall():
        last = hand.execute("select sha256(%s::bytea || %s::bytea)", [last, hashed]).fetchone()[0]
        hand.execute("update audit_link set hash = %s where seq = %s", [last, seq])


def test_an_emptied_log_is_found_by_the_anchor():
    act(2)
    write_anchor(NOW)
    with tampering() as hand:
        hand.execute("truncate audit_entry, audit_detail, audit_link")
    assert len(damage()) == 1


def test_an_entry_put_in_is_found():
    act(3)
    with tampering() as hand:
        hand.execute(
            "insert into audit_entry (action, entity_type, entity_id, actor_model, created_at, digest) "
            "values ('X', 'x', '1', 'Agent', now(), sha256(''))"
        )
    number = Entry.objects.latest("id").id
    assert damage() == [
        f"Entry {number} is in no link: it was put in, or its link taken out, behind the log's back.",
        f"The detail of entry {number} is gone and no erasure names it.",
    ]


def test_swapped_links_are_found():
    entries = act(4)
    with tampering() as hand:
        hand.execute("update audit_link set entry_id = -1 where seq = 2")
        hand.execute("update audit_link set entry_id = %s where seq = 3", [entries[1]])
        hand.execute("update audit_link set entry_id = %s where seq = 2", [entries[2]])
    assert len(damage()) == 2


def test_a_link_before_the_first_is_found():
    act(2)
    with tampering() as hand:
        hand.execute("insert into audit_link (seq, entry_id, hash) values (0, 999, '')")
    assert damage() == ["Link 0 stands before the first one."]


def test_a_changed_hash_breaks_the_next_link_too():
    act(4)
    with tampering() as hand:
        hand.execute("update audit_link set hash = sha256('') where seq = 2")
    assert len(damage()) == 2


def test_a_removed_detail_is_found():
    entries = act(3)
    with tampering() as hand:
        hand.execute("delete from audit_detail where entry_id = %s", [entries[1]])
    assert damage() == [f"The detail of entry {entries[1]} is gone and no erasure names it."]


def test_a_detail_of_no_entry_is_found():
    act(1)
    with tampering() as hand:
        hand.execute("insert into audit_detail select 999999, salt, entity_name, actor_name, old_values, new_values, "
                     "metadata, ip_address, user_agent from audit_detail")  # fmt: skip
    assert damage() == ["There is a detail of entry 999999, but no such entry."]


def test_erased_details_verify_as_erased():
    entries = act(4)
    assert erase_details(entries[:2], by=Person()) == 2
    report = Verification(batch=3).run()
    assert report.damage == []
    assert (report.erased, report.entries) == (2, 5)


def test_a_detail_said_to_be_erased_that_is_there_is_found():
    entries = act(2)
    with operation_scope():
        record("AUDIT_ERASED", Thing(), by=Person(), metadata={"entryIds": [entries[0]]})
    assert damage() == [f"Entry {entries[0]} is named as erased, but its detail is there."]


@pytest.mark.parametrize("table", sorted(GUARDS))
def test_a_trigger_switched_off_is_found(table):
    with tampering() as hand:
        hand.execute(f"alter table {table} disable trigger user")
    try:
        assert damage() == [
            f"The trigger {name} on {table} is missing or switched off." for name in sorted(GUARDS[table])
        ]
    finally:
        with tampering() as hand:
            hand.execute(f"alter table {table} enable trigger user")


def test_a_function_that_was_changed_cannot_vouch_for_what_it_hides():
    entries = act(2)
    with tampering() as hand:
        kept = hand.execute("select pg_get_functiondef('audit_canonical'::regproc)").fetchone()[0]
        hand.execute("update audit_entry set action = 'OTHER' where id = %s", [entries[0]])
        hand.execute(
            "create or replace function audit_canonical(e audit_entry) returns bytea "
            "language sql as 'select null::bytea'"
        )
        try:
            assert len(damage()) == 1
        finally:
            hand.execute(kept)


@pytest.mark.parametrize(
    "setting",
    ["timezone = 'Asia/Riyadh'", "datestyle = 'German, DMY'", "extra_float_digits = -15", "bytea_output = 'escape'",
     "intervalstyle = 'sql_standard'", "standard_conforming_strings = off"],
)  # fmt: skip
def test_what_a_session_sets_changes_neither_the_chain_nor_its_verification(setting):
    act(2, price=1.1, at="2026-03-01T00:00:00Z")
    with connection.cursor() as cursor:
        cursor.execute(f"set {setting}")
    act(2, price=0.1 + 0.2)
    assert damage() == []
    connection.close()
    assert damage() == []


def test_hostile_texts_and_numbers_are_chained_like_any_other():
    with operation_scope():
        record(
            "ODD\"'\\",
            Thing(audit_name='a\x00b\ud800c"]'),
            by=Person(actor_name="\u202e\u0000"),
            old={"nul": "a\x00b", "escaped": "\\u0000", "half": "\ud800", "big": 2**80, "nan": float("nan")},
            new={1: [], "k\x00": {"deep": ["\x00"]}},
        )
    assert damage() == []
    detail = Entry.objects.get().detail
    assert detail.entity_name == 'ab\ufffdc"]'
    assert detail.old_values == {"nul": "ab", "escaped": "\\u0000", "half": "\ufffd", "big": str(2**80), "nan": None}
    assert detail.new_values == {"1": [], "k": {"deep": [""]}}


def test_entries_of_one_transaction_stand_in_the_order_they_were_made():
    with operation_scope():
        for number in range(50):
            record(f"ACT_{number}", Thing(), by=None)
    chained = Link.objects.order_by("seq").values_list("entry__action", flat=True)
    assert list(chained) == [f"ACT_{number}" for number in range(50)]


def test_anchors_read_back_are_what_was_written():
    act(1)
    anchor = write_anchor(NOW)
    assert list(anchors()) == [anchor]
