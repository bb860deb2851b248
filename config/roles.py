"""Two database roles: the owner migrates; the application has no DDL and cannot touch the audit log's past."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings
from django.db.backends.base.base import BaseDatabaseWrapper

APPEND_ONLY = ("audit_entry", "audit_detail")
READ_ONLY = ("audit_link", "django_migrations")
# They run with the owner's rights or guard them: only triggers call them.
OWNERS_ALONE = ("audit_chain()", "audit_refuse()")


@contextmanager
def as_owner(connection: BaseDatabaseWrapper) -> Iterator[str]:
    """Reconnect as DATABASE_OWNER_URL says, without statement time-outs; the application's role again afterwards.

    Yields the application's role.
    """
    before = dict(connection.settings_dict)
    owner = settings.DATABASE_OWNER
    connection.close()
    connection.settings_dict.update({key: owner[key] for key in ("USER", "PASSWORD", "HOST", "PORT")})
    connection.settings_dict["OPTIONS"] = {**before["OPTIONS"], "options": ""}
    try:
        yield before["USER"]
    finally:
        connection.close()
        connection.settings_dict.clear()
        connection.settings_dict.update(before)


def grant_application(connection: BaseDatabaseWrapper, role: str) -> None:
    """Grant the application its rights on the tables as they are; does nothing when owner and application are one."""
    with connection.cursor() as cursor:
        cursor.execute("select current_user")
        if cursor.fetchone()[0] == role:
            return
        name = connection.ops.quote_name(role)
        cursor.execute(f"grant usage on schema public to {name}")
        cursor.execute(f"grant select, insert, update, delete on all tables in schema public to {name}")
        cursor.execute(f"grant usage, select on all sequences in schema public to {name}")
        cursor.execute(f"grant execute on all functions in schema public to {name}")
        for table in (*APPEND_ONLY, *READ_ONLY):
            cursor.execute("select to_regclass(%s) is not null", [table])
            if cursor.fetchone()[0]:
                kept = "update, delete" if table in APPEND_ONLY else "insert, update, delete"
                cursor.execute(f"revoke {kept} on {table} from {name}")
        for function in OWNERS_ALONE:
            cursor.execute("select to_regprocedure(%s) is not null", [function])
            if cursor.fetchone()[0]:
                cursor.execute(f"revoke all on function {function} from {name}, public")
