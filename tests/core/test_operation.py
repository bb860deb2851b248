"""Define what an operation promises: one transaction, one pipeline, nothing half done."""

import threading
import time
from itertools import pairwise

import psycopg
import pytest
from django.db import DatabaseError, OperationalError, connection, transaction
from structlog.testing import capture_logs

from accounts.models import Team, User
from audit.models import Entry
from audit.recorder import record
from core.after_commit import after_commit
from core.operation import (
    OPERATIONS,
    Insert,
    attempt,
    call_after_commit,
    in_operation,
    operation,
    operation_scope,
    run_later,
    wake_after_commit,
    write_later,
)
from realtime.models import Event, Room
from realtime.publish import emit
from tests.api import data
from tests.audit.acts import Person, Thing
from tests.undone import Undone, undone

ROUND_TRIPS = 8
_TEAMS = Insert("insert into accounts_team (name_ar, name_en, is_active) select a, a, true from unnest(%s::text[]) a")
_MEMBERS = Insert(
    "insert into accounts_teammembership (team_id, user_id, is_lead) "
    "select t, u, false from unnest(%s::bigint[], %s::bigint[]) as r(t, u)"
)


@operation
def _act(name: str, *, also: str = "") -> None:
    """A write by the ORM, an audit entry and an event; `also` calls another operation."""
    Team.objects.create(name_ar=name, name_en=name)
    record(name, Thing(), by=Person())
    emit("ticket:updated", {"ticket:1": {"name": name}})
    if also:
        _act(also)


del OPERATIONS[f"{__name__}._act"]  # the suites that go through all operations are about the product's


def _written() -> tuple[set[str], set[str], set[str]]:
    teams = set(Team.objects.values_list("name_en", flat=True))
    acts = set(Entry.objects.exclude(entity_type="user").values_list("action", flat=True))
    return teams, acts, {event.data["name"] for event in Event.objects.all()}


def _queries(work: object) -> list[str]:
    connection.force_debug_cursor = True
    connection.queries_log.clear()
    try:
        work()
        return [query["sql"] for query in connection.queries_log]
    finally:
        connection.force_debug_cursor = False


@pytest.mark.usefixtures("transactional_db")
class TestTransaction:
    def test_a_called_operation_joins_the_calling_one(self):
        queries = _queries(lambda: _act("A", also="B"))
        assert _written() == ({"A", "B"},) * 3
        assert [query for query in queries if query in ("BEGIN", "COMMIT")] == ["BEGIN", "COMMIT"]
        assert not [query for query in queries if "SAVEPOINT" in query]

    def test_all_that_is_collected_goes_in_one_round_trip(self):
        def work() -> None:
            with operation_scope():
                for number in range(20):
                    record(f"ACT_{number}", Thing(), by=None)
                    emit("ticket:updated", {"ticket:1": {"name": ""}})
                write_later(_TEAMS, ("x",))
                run_later("select %s::int", (1,))

        queries = _queries(work)
        assert (queries[0], queries[2]) == ("BEGIN", "COMMIT")
        assert all(table in queries[1] for table in ("accounts_team", "audit_entry", "rt_event"))
        assert Entry.objects.filter(entity_type="thing").count() == Event.objects.count() == 20

    def test_an_exception_undoes_the_operation_and_those_it_called(self):
        with undone(operation_scope()):
            _act("A", also="B")
        assert _written() == (set(),) * 3
        assert Room.objects.count() == 0
        assert not in_operation()
        _act("C")
        assert _written() == ({"C"},) * 3

    def test_an_exception_in_the_last_round_trip_undoes_everything(self):
        @operation
        def broken() -> None:
            _act("A")
            write_later(
                Insert("insert into audit_link (seq, entry_id, hash) select x, x, '' from unnest(%s::int[]) x"), (1,)
            )

        with pytest.raises(DatabaseError, match="permission denied"):
            broken()
        assert _written() == (set(),) * 3
        assert not in_operation()
        OPERATIONS.pop(f"{broken.__module__}.{broken.__qualname__}")

    def test_an_exception_at_the_commit_itself_undoes_everything(self, committed_cast):
        """A foreign key is looked at when the transaction commits, after the last round trip."""

        def work() -> None:
            with operation_scope():
                _act("A")
                write_later(_MEMBERS, (10**9, committed_cast.agent.pk))

        with pytest.raises(DatabaseError, match="foreign key"):
            work()
        assert _written()[1:] == (set(), set())

    def test_a_few_rows_and_many_are_written_alike(self):
        for count in (1, 4, 5):
            with operation_scope():
                for number in range(count):
                    record(f"MANY_{count}", Thing(), by=None, new={"number": number})
            found = Entry.objects.filter(action=f"MANY_{count}").order_by("id")
            assert [entry.detail.new_values["number"] for entry in found] == list(range(count))

    def test_a_failed_connection_leaves_no_open_unit(self):
        def work() -> None:
            with operation_scope():
                _act("A")
                connection.connection.pgconn.finish()

        with pytest.raises(OperationalError):
            work()
        assert not in_operation()
        connection.close()
        _act("B")
        assert _written() == ({"B"},) * 3

    def test_a_unit_inside_a_transaction_goes_with_it(self):
        with undone(transaction.atomic()):
            _act("A")
        assert _written() == (set(),) * 3

    def test_threads_do_not_share_their_unit(self):
        found = []
        with operation_scope():
            thread = threading.Thread(target=lambda: found.append(in_operation()))
            thread.start()
            thread.join()
        assert found == [False]


@pytest.mark.usefixtures("transactional_db")
class TestAttempt:
    def test_it_undoes_its_own_rows_alone(self):
        with operation_scope():
            _act("A")
            with undone(attempt()):
                _act("B")
                write_later(_TEAMS, ("B2",))
                run_later("insert into accounts_team (name_ar, name_en, is_active) values (%s, '', true)", ("B3",))
            _act("C")
        assert _written() == ({"A", "C"},) * 3

    def test_it_nests(self):
        with operation_scope():
            with undone(attempt()):
                _act("A")
                with attempt():
                    _act("B")
            with attempt():
                _act("C")
                with undone(attempt()):
                    _act("D")
        assert _written() == ({"C"},) * 3

    def test_its_exception_is_the_callers_to_handle(self):
        def failing() -> None:
            with operation_scope():
                _act("A")
                with attempt():
                    raise Undone

        with pytest.raises(Undone):
            failing()
        assert _written() == (set(),) * 3

    def test_a_database_error_inside_leaves_the_rest_usable(self):
        with operation_scope():
            _act("A")
            with pytest.raises(DatabaseError), attempt(), connection.cursor() as cursor:
                cursor.execute("select 1 / 0")
            _act("B")
        assert _written() == ({"A", "B"},) * 3

    def test_outside_an_operation_it_is_refused(self):
        with pytest.raises(RuntimeError), attempt():
            pass


@pytest.mark.django_db
@pytest.mark.parametrize(
    "write",
    [
        lambda: record("A", Thing(), by=None),
        lambda: emit("ticket:updated", {"ticket:1": {}}),
        lambda: write_later(_TEAMS, ("x",)),
        lambda: run_later("select 1", ()),
        lambda: wake_after_commit("core.sweep"),
    ],
    ids=["record", "emit", "write_later", "run_later", "wake_after_commit"],
)
def test_a_write_outside_an_operation_is_refused(write):
    with pytest.raises(RuntimeError, match="inside an operation"):
        write()


@pytest.mark.usefixtures("transactional_db")
class TestAfterCommit:
    def test_what_fails_after_the_commit_is_logged_and_raises_nothing(self):
        done = []

        def fail(word: str) -> None:
            raise OSError(word)

        with capture_logs() as logs, operation_scope():
            after_commit(fail, "broker away")
            after_commit(done.append, 1)
            _act("A")
        assert done == [1]
        assert [log["event"] for log in logs] == ["after_commit_failed"]
        assert _written() == ({"A"},) * 3

    def test_it_sees_what_was_committed(self):
        seen = []
        with operation_scope():
            after_commit(lambda: seen.append(_written()))
            _act("A")
            assert seen == []
        assert seen == [({"A"},) * 3]

    def test_what_was_undone_wakes_nobody(self):
        done = []
        with undone(operation_scope()):
            after_commit(done.append, 1)
        with operation_scope(), undone(attempt()):
            after_commit(done.append, 2)
        assert done == []

    def test_the_same_call_is_made_once_and_after_the_outermost_operation(self):
        done = []
        with operation_scope():
            for word in ("a", "b", "a"):
                with operation_scope():
                    call_after_commit(done.append, word)
            with undone(attempt()):
                call_after_commit(done.append, "undone")
            assert done == []
        assert done == ["a", "b"]

    def test_a_task_is_woken_once_when_the_operation_has_committed(self, monkeypatch):
        woken = []
        monkeypatch.setattr("core.operation.wake", lambda *call: woken.append((*call, len(_written()[0]))))
        with operation_scope():
            _act("A", also="B")
            for _ in range(3):
                wake_after_commit("core.sweep", 7)
        assert woken == [("core.sweep", 7, 2)]
        with undone(operation_scope()):
            wake_after_commit("core.sweep")
        assert len(woken) == 1


def test_foreign_keys_never_wait_while_the_commit_lock_is_held(committed_cast):
    """One holds a person and must commit; the other's row points at that person, and so waits, but not in the way."""
    team, person = committed_cast.team, committed_cast.agent
    held, told = threading.Event(), []

    def holder() -> None:
        try:
            with operation_scope():
                User.objects.select_for_update().get(pk=person.pk)
                held.set()
                time.sleep(0.5)  # the other one is at its commit by now
                record("HELD", Thing(), by=None)
            told.append("committed")
        except OperationalError as error:
            told.append(str(error))
        finally:
            connection.close()

    thread = threading.Thread(target=holder)
    thread.start()
    held.wait()
    with operation_scope():
        record("POINTS", Thing(), by=None)
        write_later(_MEMBERS, (team.pk, person.pk))
    thread.join()
    assert told == ["committed"]


class TestRoundTrips:
    """The whole request, sign-in and doorbell included: what creating a ticket costs on a line with latency."""

    @pytest.fixture
    def counted(self, committed_cast, api):
        def run(user, **headers: str) -> list[str]:
            client = api(user)
            body = {"subject": "شاشة مكسورة", "description": "نص", "orderId": "A-1", "priority": "high"}
            if user.is_agent:
                body["customerId"] = str(committed_cast.customer.pk)
            data(client.post("/tickets", body), 201)  # what is prepared once is prepared
            return _queries(lambda: data(client.post("/tickets", body, **headers), 201))

        return run

    @pytest.mark.parametrize("who", ["customer", "agent"])
    @pytest.mark.parametrize("headers", [{}, {"Idempotency_Key": "one"}], ids=["plain", "with a key"])
    def test_a_ticket_is_created_in_at_most_eight(self, counted, committed_cast, who, headers):
        queries = counted(getattr(committed_cast, who), **headers)
        assert len(queries) <= ROUND_TRIPS, "\n".join(queries)
        assert queries[-1] == "COMMIT", "the numbers that the doorbell rings with come with the commit's answer"
        assert [query for query in queries if "audit_entry" in query and "rt_event" in query], "one pipeline"


def test_the_pipeline_is_two_round_trips_on_the_wire(committed_cast, tmp_path):
    """libpq's own trace: psycopg waits for BEGIN; then rows and COMMIT go out before an answer is waited for."""
    connection.ensure_connection()
    raw: psycopg.Connection = connection.connection
    with operation_scope():  # both statements are prepared once and for all
        record("A", Thing(), by=None)
        write_later(_TEAMS, ("A",))
    trace = tmp_path / "trace"
    with trace.open("wb") as out:
        raw.pgconn.trace(out.fileno())
        with operation_scope():
            record("A", Thing(), by=None)
            write_later(_TEAMS, ("B",))
        raw.pgconn.untrace()
    lines = [line.split("\t") for line in trace.read_text().splitlines()]
    sides = [side[1] for side in lines if len(side) > 2]
    assert sum(1 for before, after in pairwise(sides) if (before, after) == ("F", "B")) == 2
