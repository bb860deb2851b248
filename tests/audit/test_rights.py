"""Nobody changes the log: not the application, not its owner; and the application can forge no link."""

import os

import psycopg
import pytest
from django.db import connection

from audit.models import Link
from tests.audit.acts import act, damage

pytestmark = pytest.mark.usefixtures("transactional_db")
TABLES = ("audit_entry", "audit_detail", "audit_link")


def _as(url: str) -> psycopg.Connection:
    return psycopg.connect(os.environ[url], dbname=connection.settings_dict["NAME"], autocommit=True)


@pytest.fixture(params=["DATABASE_URL", "DATABASE_OWNER_URL"], ids=["application", "owner"])
def role(request):
    act(2)
    with _as(request.param) as found:
        yield found
    assert damage() == []


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize("statement", ["update {} set {} = {}", "delete from {}", "truncate {}"])
def test_no_row_is_changed_or_removed(role, table, statement):
    column = {"audit_entry": "action", "audit_detail": "user_agent", "audit_link": "hash"}[table]
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        role.execute(statement.format(table, column, column))


@pytest.mark.parametrize("table", TABLES)
def test_nothing_is_changed_by_an_upsert_or_a_merge(role, table):
    key = "seq" if table == "audit_link" else "entry_id" if table == "audit_detail" else "id"
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        role.execute(
            f"insert into {table} select * from {table} on conflict ({key}) do update set {key} = excluded.{key}"
        )
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        role.execute(f"merge into {table} t using {table} s on t.{key} = s.{key} when matched then delete")


@pytest.fixture
def application():
    act(2)
    with _as("DATABASE_URL") as found:
        yield found
    assert damage() == []


def _refused(application: psycopg.Connection, statement: str) -> None:
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        application.execute(statement)


def test_the_application_writes_no_link(application):
    _refused(application, "insert into audit_link (seq, entry_id, hash) values (3, 99, '')")


def test_the_application_cannot_borrow_the_chain_for_a_table_of_its_own(application):
    """A temporary table may carry any trigger whose function one may execute, and this one runs as the owner."""
    application.execute("create temporary table forged (like audit_entry)")
    _refused(
        application, "create trigger forge after insert on forged for each row execute function public.audit_chain()"
    )


def test_a_borrowed_chain_refuses_even_when_the_right_was_given(application):
    with _as("DATABASE_OWNER_URL") as owner:
        owner.execute("grant execute on function audit_chain() to public")
    try:
        application.execute("create temporary table forged (like audit_entry)")
        application.execute(
            "create trigger forge after insert on forged for each row execute function public.audit_chain()"
        )
        _refused(application, "insert into forged select * from audit_entry limit 1")
    finally:
        with _as("DATABASE_OWNER_URL") as owner:
            owner.execute("revoke execute on function audit_chain() from public")


def test_the_application_cannot_pass_for_the_eraser(application):
    """Neither the eraser's mark nor a catalogue of one's own opens the way."""
    application.execute("create temporary table pg_class as select oid, 10::oid as relowner from pg_catalog.pg_class")
    with application.transaction():
        application.execute("select set_config('support.audit_erasure', pg_current_xact_id()::text, true)")
        _refused(application, "delete from audit_detail")


@pytest.mark.parametrize(
    "statement",
    [
        "set session_replication_role = replica",
        "alter table audit_entry disable trigger all",
        "alter table audit_link disable trigger audit_link_refuse",
        "drop trigger audit_chain on audit_entry",
        "drop table audit_link",
        "create or replace function public.audit_canonical(e audit_entry) returns bytea language sql as 'select null'",
        "create function public.mine() returns int language sql as 'select 1'",
        "create table public.mine (id int)",
        "alter function audit_refuse() owner to current_user",
        "create rule r as on insert to audit_entry do instead nothing",
        "select setval('audit_entry_id_seq', 1)",
        "create trigger t before update on audit_entry for each row "
        "execute function suppress_redundant_updates_trigger()",
    ],
)
def test_the_application_cannot_change_the_rules(application, statement):
    _refused(application, statement)


def test_an_entry_is_chained_whatever_way_it_came_in(application):
    application.execute(
        "insert into audit_entry (id, action, entity_type, entity_id, actor_model, created_at, digest) "
        "values (-5, 'X', 'x', '1', 'Agent', now(), audit_digest('00000000-0000-0000-0000-000000000000', '', '', "
        "'{}', '{}', '{}', '', ''))"
    )
    application.execute(
        "insert into audit_detail values (-5, '00000000-0000-0000-0000-000000000000', '', '', '{}', '{}', '{}', '', '')"
    )
    assert Link.objects.latest("seq").entry_id == -5


def test_every_table_of_the_log_is_named_here():
    with connection.cursor() as cursor:
        cursor.execute("select tablename from pg_tables where schemaname = 'public' and tablename like 'audit%'")
        assert {name for (name,) in cursor.fetchall()} == set(TABLES)
