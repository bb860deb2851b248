"""The database of the tests themselves."""

from __future__ import annotations

from tests import database
from tests.database import superuser


def test_what_a_test_committed_is_gone_afterwards_and_the_first_rows_are_back(contents: database.Contents) -> None:
    with superuser(contents.name) as server:
        server.execute("insert into accounts_team (name_ar, name_en, is_active) values ('أ', 'A', true)")
        server.execute("update bot_rule set priority = 77")
        server.execute("delete from auth_group_permissions")
        contents.restore()
        assert server.execute("select count(*) from accounts_team").fetchone() == (0,)
        assert server.execute("select count(*) from bot_rule where priority = 77").fetchone() == (0,)
        assert server.execute("select count(*) > 20 from auth_group_permissions").fetchone() == (True,)
