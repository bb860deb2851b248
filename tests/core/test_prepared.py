"""Queries written once: the same rows as Django's own, for every call and thread, and never another's values."""

import threading
from contextlib import nullcontext

import pytest
from django.db import DatabaseError, DataError, connection, transaction
from psycopg.pq import TransactionStatus
from structlog.testing import capture_logs

from accounts.models import User
from core.database import compiled
from core.database.compiled import Prepared
from core.prepared import AnyOf, execute, execute_all, execute_planned_once
from tickets.models import Ticket
from tickets.operations import NewTicket, create_ticket


@pytest.mark.django_db
def test_rows_are_those_that_django_would_read(cast):
    made = [create_ticket(NewTicket(subject=f"n {n}", description="d", tags=[]), by=cast.customer) for n in range(3)]
    complete = Prepared(lambda ids: Ticket.objects.complete().filter(AnyOf("pk", ids)), ids=[-1])
    for some in ([made[0].pk], [], [made[1].pk, made[2].pk, 10**12]):
        expected = {row.pk: row for row in Ticket.objects.complete().filter(pk__in=some)}
        found = complete.fetch(ids=some)
        assert {row.pk for row in found} == expected.keys()
        for row in found:
            other = expected[row.pk]
            assert {name: value for name, value in row.__dict__.items() if name != "_state"} == {
                name: value for name, value in other.__dict__.items() if name != "_state"
            }
            assert row.customer.email == cast.customer.email
            assert row._state.fields_cache.keys() == other._state.fields_cache.keys()


@pytest.mark.django_db
def test_a_value_that_equals_a_constant_is_not_taken_for_it(cast):
    users = Prepared(lambda pk: User.objects.filter(pk=pk, is_active=True), pk=-1)
    assert [user.pk for user in users.fetch(pk=cast.agent.pk)] == [cast.agent.pk]
    assert users.fetch(pk=-1) == []


@pytest.mark.django_db
def test_a_query_that_loses_a_value_is_refused(cast):
    with pytest.raises(RuntimeError, match="does not take its values"):
        Prepared(lambda pk: User.objects.all(), pk=-1).fetch(pk=1)


@pytest.mark.django_db
@pytest.mark.parametrize("hidden", ["as_sql", "execute_sql", "get_converters"])
def test_without_a_name_of_djangos_compiler_the_query_is_compiled_at_each_call(cast, monkeypatch, hidden):
    monkeypatch.setattr(compiled, "_COMPILER", (*compiled._COMPILER, f"{hidden}_no_more"))
    users = Prepared(lambda pk: User.objects.filter(pk=pk), pk=-1)
    with capture_logs() as logs:
        for _ in range(2):
            assert [user.pk for user in users.fetch(pk=cast.agent.pk)] == [cast.agent.pk]
    assert [line["event"] for line in logs] == ["django_compiler_unknown"]


def test_threads_do_not_share_what_they_read(committed_cast):
    users, wrong = Prepared(lambda pk: User.objects.filter(pk=pk), pk=-1), []
    ids = list(User.objects.values_list("pk", flat=True))

    def read() -> None:
        for turn in range(60):
            pk = ids[turn % len(ids)]
            if [user.pk for user in users.fetch(pk=pk)] != [pk]:
                wrong.append(pk)
        connection.close()

    threads = [threading.Thread(target=read) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []


@pytest.mark.usefixtures("db")
def test_a_statement_is_in_fact_prepared_once_and_stays_so():
    """Django switches prepared statements off, and psycopg then ignores that one is asked for."""
    for number in range(3):
        assert execute("select %s::int + 41", [number]) == [(number + 41,)]
        assert execute_planned_once("select %s::int + 43", [number], off=["enable_seqscan"]) == [(number + 43,)]
    with connection.cursor() as cursor:
        cursor.execute(
            "select statement, generic_plans + custom_plans from pg_prepared_statements"
            " where statement ~ '41$|43$' order by 1"
        )
        assert cursor.fetchall() == [("select $1::int + 41", 3), ("select $1::int + 43", 3)]


SAME = "select %s::int * 2, %s::text"


@pytest.mark.usefixtures("db")
def test_one_statement_sent_twice_in_a_round_trip_is_answered_twice():
    for turn in range(3):
        asked = [(SAME, [turn, "one"]), (SAME, [turn + 10, "two"]), (SAME, [2**20, None])]
        assert execute_all(*asked) == [[(turn * 2, "one")], [(turn * 2 + 20, "two")], [(2**21, None)]]
        assert execute(SAME, [7, "seven"]) == [(14, "seven")]


@pytest.mark.usefixtures("db")
def test_a_cursor_that_failed_is_not_used_again():
    assert execute("select 1 / %s::int", [1]) == [(1,)]
    with pytest.raises(DataError), transaction.atomic():
        execute("select 1 / %s::int", [0])
    assert execute("select 1 / %s::int", [1]) == [(1,)]


@pytest.mark.usefixtures("transactional_db")
def test_the_first_statement_of_a_transaction_takes_its_begin_along():
    with transaction.atomic():
        assert execute("select %s::int", [1]) == [(1,)]
        assert connection.connection.info.transaction_status == TransactionStatus.INTRANS
    with pytest.raises(DataError), transaction.atomic():
        execute("select 1 / %s::int", [0])
    with pytest.raises(DataError), transaction.atomic():
        execute("select %s::text", ["a\0b"])
    with transaction.atomic():
        execute("select set_config(%s, %s, true)", ["application_name", "mine"])
        assert execute("select current_setting(%s)", ["application_name"]) == [("mine",)]
        transaction.set_rollback(True)
    assert execute("select current_setting(%s)", ["application_name"]) != [("mine",)]


@pytest.mark.usefixtures("transactional_db")
@pytest.mark.parametrize("inside", [False, True])
def test_statements_larger_than_what_the_socket_holds_do_not_wait_for_each_other(inside):
    text = "ش" * 3_000_000
    asked = [("select %s::text", [text])] * 3
    with transaction.atomic() if inside else nullcontext():
        assert execute_all(*asked) == [[(text,)]] * 3
        assert execute(*asked[0]) == [(text,)]


@pytest.mark.usefixtures("transactional_db")
def test_a_statement_that_fails_among_others_leaves_the_connection_usable():
    for inside in (False, True):
        for bad in ([0], ["no number"], ["a\0b"]):
            with pytest.raises(DataError), transaction.atomic() if inside else nullcontext():
                execute_all(("select %s::int", [1]), ("select 1 / %s::int", bad), ("select %s::int", [2]))
            assert execute_all(("select %s::int", [1]), ("select 1 / %s::int", [1])) == [[(1,)], [(1,)]]


@pytest.mark.usefixtures("transactional_db")
def test_what_libpq_refuses_leaves_the_connection_usable():
    many = "select " + ", ".join(["%s::int"] * 70_000)
    for inside in (False, True):
        with pytest.raises(DatabaseError), transaction.atomic() if inside else nullcontext():
            execute_all(("select %s::int", [1]), (many, [1] * 70_000))
        assert execute("select %s::int", [1]) == [(1,)]
