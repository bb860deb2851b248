"""Open tickets for the measurements of the SLA monitor, made by generate_series, and some of them let fall due."""

from __future__ import annotations

import sys
import time
from typing import Any

from benchmarks.ground import FLOOR, Ground

HOURS = 60 * 24
"""The first response is promised in so many hours: nothing falls due by itself while the data is used."""
OPENED = """from (select g, now() - interval '20 days' * random() as at
    from generate_series(1, %(count)s) g) t"""


class OpenTickets:
    """Open tickets of the last 20 days, nothing of them due, and the floor's table of as many clocks."""

    def __init__(self, ground: Ground) -> None:
        self.floor = ground.floor
        self.count = ground.size.tickets

    def prepare(self) -> None:
        """Migrate, promise something, and make the tickets that are missing."""
        from django.core.management import call_command

        from backoffice.seed.people import make_people
        from tickets.sla.models import SlaPolicy

        call_command("migrate", verbosity=0, interactive=False)
        if not SlaPolicy.objects.filter(is_default=True).exists():
            promise(HOURS * 60)
        if self.floor.execute("select count(*) < %s from public.tickets_ticket", [self.count]).fetchone()[0]:
            begun = time.monotonic()
            self._fill(make_people(1_000))
            print(f"{time.monotonic() - begun:6.1f} s  {self.count} open tickets", file=sys.stderr, flush=True)

    def _fill(self, people: Any) -> None:
        from backoffice.seed.rebuild import rebuilt_after

        statements = _rows(self.count, people)  # read before the tables are locked
        tables = ("public.tickets_ticket", "public.tickets_message", "public.tickets_change")
        with self.floor.transaction(), self.floor.cursor() as cursor:
            cursor.execute("set local session_replication_role = replica")
            cursor.execute("set local search_path = public")
            with rebuilt_after(cursor, tables, lambda _line: None):
                for statement in statements:
                    cursor.execute(*statement)
        for statement in (FLOOR / "sla_clock.sql").read_text().replace("%(count)s", str(self.count)).split(";")[:-1]:
            self.floor.execute(statement)
        for table in (*tables, "floor.sla_clock"):
            self.floor.execute(f"vacuum (analyze) {table}")
        self.floor.execute("checkpoint")

    def make_due(self, many: int) -> list[int]:
        """Let so many tickets be older, so that their promise is missed and nobody knows; return their ids."""
        ids = [pk for (pk,) in self.floor.execute(DUE, {"many": many}).fetchall()]
        self.floor.execute(
            "update floor.sla_clock set state = 1, due_at = now() - interval '1 minute' where ticket_id = any(%s)",
            [ids],
        )
        self.floor.execute("vacuum (analyze) public.tickets_ticket")
        return ids

    def rows_read(self) -> int:
        """Return how many rows of tickets were read until now."""
        self.floor.execute("select pg_stat_force_next_flush(), pg_stat_clear_snapshot()")
        sql = "select seq_tup_read + idx_tup_fetch from pg_stat_user_tables where relid = %s::regclass"
        return int(self.floor.execute(sql, ["public.tickets_ticket"]).fetchone()[0])

    def check_told_once(self, ids: list[int]) -> None:
        """Raise RuntimeError unless each of these was told of once: stored, audited, notified, sent to rooms."""
        for number in self.floor.execute(TOLD, {"ids": ids}).fetchone():
            if number != len(ids):
                raise RuntimeError("Not every ticket was told of once.")


def promise(minutes: int) -> None:
    """Set the default policy to a first response in so many minutes, around the clock."""
    from accounts.models import User
    from tickets import operations
    from tickets.operations.sla_policies import PolicyValues, Version
    from tickets.sla.models import SlaPolicy
    from tickets.states import PRIORITIES

    boss = User.objects.with_rights().filter(email="boss@seed.test").first() or _boss()
    default = SlaPolicy.objects.filter(is_default=True).first()
    version = Version(targets={"first_response": dict.fromkeys(PRIORITIES, minutes)})
    values = PolicyValues("الوعد", "The promise", [version], is_default=True)
    operations.save_policy(default.pk if default else None, values, by=boss)


def _boss() -> Any:
    from accounts.models import User
    from accounts.operations import create_staff

    create_staff("boss@seed.test", name="Boss", role="administrator", by=None)
    return User.objects.with_rights().get(email="boss@seed.test")


def _due_columns(at: str) -> dict[str, str]:
    """Return the SLA columns of a ticket opened then, as the operation computes them."""
    due = f"{at} + interval '{HOURS} hours'"
    warning = f"{at} + interval '{HOURS} hours' * 0.8"
    return {"first_response_due_at": due, "sla_due_at": due, "sla_warning_at": warning, "check_at": warning}


def _rows(count: int, people: Any) -> list[tuple[str, Any]]:
    """Return the statements that make open tickets with an opening message and the facts of their opening."""
    from backoffice.seed.rows import insert
    from tickets.models import Change, Message, Ticket
    from tickets.sla.models import SlaPolicy
    from tickets.sla.rules import rules_version

    given = {
        "count": count, "policy": SlaPolicy.objects.get(is_default=True).pk, "rules": rules_version(),
        "customers": people.customers, "agents": people.agents, "categories": people.categories,
    }  # fmt: skip
    ticket = {
        "id": "g", "number": "'TKT-2000-' || lpad(g::text, 7, '0')", "subject": "'Order ' || g",
        "description": "'Where is order ' || g", "status": "'open'", "priority": "2", "message_count": "1",
        "customer_id": "(%(customers)s::bigint[])[1 + g %% cardinality(%(customers)s::bigint[])]",
        "created_by_id": "(%(customers)s::bigint[])[1 + g %% cardinality(%(customers)s::bigint[])]",
        "assignee_id": "(%(agents)s::bigint[])[1 + g %% cardinality(%(agents)s::bigint[])]",
        "category_id": "(%(categories)s::bigint[])[1 + g %% cardinality(%(categories)s::bigint[])]",
        "created_at": "t.at", "updated_at": "t.at", "staff_updated_at": "t.at", "last_message_at": "t.at",
        "last_activity_at": "t.at", "customer_waits_since": "t.at", "sla_policy_id": "%(policy)s",
        "sla_rules_version": "%(rules)s", **_due_columns("t.at"),
    }  # fmt: skip
    message = {
        "ticket_id": "t.id", "first_ticket_id": "t.id", "opens_id": "t.id", "author_id": "t.customer_id",
        "author_type": "'customer'", "body": "t.description", "is_internal": "false",
        "created_at": "t.created_at",
    }  # fmt: skip
    change = {
        "ticket_id": "t.id",
        "field": "f.field",
        "old": "''",
        "new": "f.new",
        "by_id": "t.customer_id",
        "at": "t.created_at",
    }
    facts = """from tickets_ticket t cross join lateral (values ('status', 'open'), ('priority', '2'),
        ('category', t.category_id::text), ('assignee', t.assignee_id::text)) f (field, new)"""
    made = []
    for model, values, source in (
        (Ticket, ticket, OPENED), (Message, message, "from tickets_ticket t"),
        (Change, change, facts),
    ):  # fmt: skip
        sql, defaults = insert(model, values, source)
        made.append((sql, given | {f"default_{n}": value for n, value in enumerate(defaults)}))
    made.append(("select setval(pg_get_serial_sequence('tickets_ticket', 'id'), %(count)s)", given))
    return made


DUE = f"""
with due as (
  update public.tickets_ticket set created_at = x.at, last_message_at = x.at, customer_waits_since = x.at,
    {", ".join(f"{name} = {value}" for name, value in _due_columns("x.at").items())}
  from (select id, now() - interval '{HOURS + 3} hours' - interval '1 second' * (id %% 1800) as at
        from public.tickets_ticket where not sla_breached order by id limit %(many)s) x
  where x.id = tickets_ticket.id returning x.id, x.at
), messages as (update public.tickets_message m set created_at = due.at from due where due.id = m.ticket_id),
changes as (update public.tickets_change c set at = due.at from due where due.id = c.ticket_id)
select id from due
"""
TOLD = """
with told as (
  select id, id::text as ref, created_at from public.tickets_ticket where id = any(%(ids)s) and sla_breached
)
select (select count(*) from told),
  (select count(*) from public.tickets_slaevent e join told on told.id = e.ticket_id and told.created_at = e.started_at
   where e.kind = 'breach' and e.metric = 'first_response'),
  (select count(*) from public.audit_entry e join told on e.entity_type = 'ticket' and e.entity_id = told.ref
   join public.audit_link l on l.entry_id = e.id where e.action = 'TICKET_SLA_BREACHED'),
  (select count(*) from public.notifications_item i join told on i.entity_id = told.ref where i.kind = 'sla-breach'),
  (select count(*) from public.rt_event r join told on r.room = 'ticket-staff:' || told.ref where r.seq is not null)
"""
