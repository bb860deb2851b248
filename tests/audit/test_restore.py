"""A backup restored elsewhere: the log verifies, goes on, and its rules came along."""

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from django.db import connection

from audit.erasure import erase_details
from audit.models import Link
from audit.verify import Verification
from tests.audit.acts import Person, act, damage
from tests.conftest import superuser

pytestmark = pytest.mark.usefixtures("transactional_db")


@pytest.fixture
def restored(tmp_path: Path) -> Iterator[str]:
    """The name of a database restored from a dump of the test's, which holds five acts and an erasure."""
    entries = act(5)
    erase_details(entries[:1], by=Person())
    name = f"{connection.settings_dict['NAME']}_restored"
    with superuser("postgres") as server:
        [folder] = server.execute("select setting from pg_config where name = 'BINDIR'").fetchone()
        info = server.info
        where = ["-h", info.host, "-p", str(info.port), "-U", info.user]
        server.execute(f'create database "{name}" template template0')
        try:
            dump = tmp_path / "dump"
            environment = {**os.environ, "PGPASSWORD": info.password}
            for command in (
                ["pg_dump", *where, "-Fc", "-f", str(dump), connection.settings_dict["NAME"]],
                ["pg_restore", *where, "--exit-on-error", "-d", name, str(dump)],
            ):
                subprocess.run([Path(folder) / command[0], *command[1:]], check=True, env=environment)
            yield name
        finally:
            server.execute(f'drop database "{name}" with (force)')


def test_a_restored_log_verifies_goes_on_and_stays_guarded(restored):
    here = connection.settings_dict["NAME"]
    connection.close()
    connection.settings_dict["NAME"] = restored
    try:
        assert damage() == []
        act(2)
        assert damage() == []
        assert Verification().run().erased == 1
        assert list(Link.objects.order_by("seq").values_list("seq", flat=True)) == list(range(1, 9))
        with (
            psycopg.connect(os.environ["DATABASE_URL"], dbname=restored) as application,
            pytest.raises(psycopg.errors.InsufficientPrivilege),
        ):
            application.execute("update audit_entry set action = ''")
    finally:
        connection.close()
        connection.settings_dict["NAME"] = here
