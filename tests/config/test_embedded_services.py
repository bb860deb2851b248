"""The embedded PostgreSQL and Valkey: one owner a folder, any folder name, a clean start whatever happened before."""

import os
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
import redis

from config.embedded import Services, ServicesBusy, running, urls
from config.embedded.layout import Layout
from config.embedded.process import leftovers
from tests.config.processes import OWNER, python, wait_for

pytestmark = pytest.mark.slow

ORPHANING = "from config.embedded import process\nprocess.die_with_parent = lambda *_: None\n" + OWNER

COMMAND = """
import sys
from pathlib import Path
from config.embedded import running
with running(Path(sys.argv[1])):
    print("running", flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def data_dir(tmp_path: Path) -> Iterator[Path]:
    folder = tmp_path / "نظام الدعم الفني" / ("with spaces 'and' quotes " + "x" * 150) / "var"
    yield folder
    assert wait_for(lambda: not servers(folder)), f"left running: {servers(folder)}"


def servers(data_dir: Path) -> list[int]:
    """The process ids of the postmasters and Valkeys of a folder (a postmaster's own children left out)."""
    layout = Layout.of(data_dir)
    found = leftovers("postgres", layout.cluster) + leftovers("valkey-server", layout.valkey)
    ids = {pid for pid, _ in found}
    return [pid for pid, parent in found if parent not in ids]


def execute(data_dir: Path, query: str, *, owner: bool = False) -> list[tuple[object, ...]]:
    found = urls(data_dir)
    with psycopg.connect(found.database_owner if owner else found.database, autocommit=True) as connection:
        cursor = connection.execute(query)
        return cursor.fetchall() if cursor.description else []


def test_both_services_work_in_a_folder_of_any_name_and_stop_with_their_owner(data_dir: Path) -> None:
    services = Services(data_dir, tests=True)
    services.start()
    try:
        [(collation, trigrams)] = execute(
            data_dir,
            "SELECT datlocprovider::text || datctype, cardinality(show_trgm('مرحبا')) "
            "FROM pg_database WHERE datname = 'support'",
        )
        assert collation == "bC.UTF-8"
        assert trigrams == 6
        with redis.Redis.from_url(urls(data_dir).redis) as client:
            assert client.ping()
        assert len(servers(data_dir)) == 2
    finally:
        services.stop()
    assert servers(data_dir) == []


def test_the_application_role_cannot_change_the_schema_and_the_owner_can(data_dir: Path) -> None:
    with running(data_dir, redis=False):
        execute(data_dir, "CREATE TABLE kept (id int)", owner=True)
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            execute(data_dir, "CREATE TABLE refused (id int)")
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            execute(data_dir, "CREATE DATABASE refused")


def test_no_tcp_port_is_taken_and_the_sockets_are_private(data_dir: Path) -> None:
    with running(data_dir):
        [(addresses,)] = execute(data_dir, "SHOW listen_addresses")
        assert addresses == ""
        with redis.Redis.from_url(urls(data_dir).redis) as client:
            assert client.config_get("port")["port"] == "0"
            assert client.config_get("maxmemory-policy")["maxmemory-policy"] == "noeviction"
        layout = Layout.of(data_dir)
        assert layout.socket_dir.stat().st_mode & 0o777 == 0o700
        assert len(os.fsencode(layout.socket_dir / ".s.PGSQL.5432")) < 107
    assert not layout.socket_dir.exists()


def test_a_second_owner_is_refused_and_told_who_the_first_is(data_dir: Path) -> None:
    with python(OWNER, data_dir, says="ready") as owner:
        with pytest.raises(ServicesBusy, match=str(owner.pid)) as refusal:
            Services(data_dir).start()
        assert refusal.value.pid == owner.pid
        assert len(servers(data_dir)) == 2
        owner.communicate("")
        assert owner.returncode == 0


def test_after_kill_9_of_the_owner_the_next_start_is_clean_and_has_the_same_data(data_dir: Path) -> None:
    for number in range(3):
        with python(OWNER, data_dir, says="ready") as owner:
            execute(data_dir, "CREATE TABLE IF NOT EXISTS kept (id int)", owner=True)
            execute(data_dir, f"INSERT INTO kept VALUES ({number})", owner=True)
            owner.kill()
    with running(data_dir):
        assert execute(data_dir, "SELECT id FROM kept ORDER BY id", owner=True) == [(0,), (1,), (2,)]
        assert len(servers(data_dir)) == 2


def test_killing_the_owner_takes_both_servers_along(data_dir: Path) -> None:
    with python(OWNER, data_dir, says="ready") as owner:
        assert len(servers(data_dir)) == 2
        owner.kill()
    assert wait_for(lambda: not servers(data_dir))


def test_servers_that_outlived_their_owner_are_replaced_by_one_of_each(data_dir: Path) -> None:
    with python(ORPHANING, data_dir, says="ready") as owner:
        execute(data_dir, "CREATE TABLE kept AS SELECT 7 AS id", owner=True)
        owner.kill()
    orphans = set(servers(data_dir))
    assert len(orphans) == 2, "the set-up must leave orphans"
    with running(data_dir):
        assert execute(data_dir, "SELECT id FROM kept", owner=True) == [(7,)]
        assert len(servers(data_dir)) == 2
        assert not orphans & set(servers(data_dir))


def test_a_lock_file_with_the_id_of_a_stranger_does_not_hinder_the_start(data_dir: Path) -> None:
    with running(data_dir, redis=False):
        pass
    layout = Layout.of(data_dir)
    (layout.cluster / "postmaster.pid").write_text(f"{os.getpid()}\n{layout.cluster}\n1\n5432\n\n\n\nready\n")
    layout.make()
    (layout.socket_dir / ".s.PGSQL.5432.lock").write_text(f"{os.getpid()}\n")
    with running(data_dir, redis=False):
        assert execute(data_dir, "SELECT 1") == [(1,)]


def test_an_interrupted_first_start_is_begun_again(data_dir: Path) -> None:
    with python(OWNER, data_dir) as owner:
        assert wait_for((data_dir / "postgres.new").exists)
        owner.kill()
    assert not (data_dir / "postgres").exists(), "the set-up must interrupt initdb"
    with running(data_dir):
        assert execute(data_dir, "SELECT 1") == [(1,)]


def test_a_command_uses_what_runs_already_and_leaves_it_running(data_dir: Path) -> None:
    with python(OWNER, data_dir, says="ready") as owner:
        before = servers(data_dir)
        with running(data_dir):
            assert execute(data_dir, "SELECT 1") == [(1,)]
            assert servers(data_dir) == before
        assert servers(data_dir) == before
        owner.communicate("")


def test_a_command_waits_for_those_that_joined_it_before_it_stops_the_services(data_dir: Path) -> None:
    with (
        python(COMMAND, data_dir, says="running") as first,
        python(COMMAND, data_dir, says="running") as second,
    ):
        assert first.stdin is not None
        first.stdin.close()
        assert not wait_for(lambda: first.poll() is not None, seconds=0.5)
        assert execute(data_dir, "SELECT 1") == [(1,)]
        second.communicate("")
        assert wait_for(lambda: first.poll() is not None)
        assert (first.returncode, second.returncode) == (0, 0)
