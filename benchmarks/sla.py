"""F8 and the edit of a policy: the SLA monitor and the refresh over many open tickets.

    python -m benchmarks.sla                          100,000 open tickets
    python -m benchmarks.sla --open 1000000 --only F8
    python -m benchmarks.sla --size ci                small, to see that it works

Data lives in var/bench-sla-<open>, made once by generate_series and used again. Prints a table and writes
benchmarks/results/*.json.
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from benchmarks.ground import FLOOR, ROOT, Ground, Size, hurry, services
from benchmarks.table import RESULTS, Row, save, show

SIZES = {"ci": (2_000, 50, 1), "default": (100_000, 500, 3)}
"""Open tickets, those that are due in a round, rounds."""
SWEEP = (FLOOR / "sweep.sql").read_text()
HOURS = 30
"""The first response is promised in so many hours; the warning comes after four fifths of them."""


def main(arguments: list[str]) -> int:
    """Measure what was asked for; 0 when it could be measured, whatever the ratios."""
    options = _read(arguments)
    count, due, rounds = SIZES[options.size]
    count, rounds = options.open or count, options.rounds or rounds
    data = (options.data or ROOT / "var" / f"bench-sla-{count}").resolve()
    rows: list[Row] = []
    with services(data):
        if options.hurry:
            hurry(data)
        made = OpenTickets(Ground(data, Size(count, 1, 1.0, rounds, 1)), due)
        try:
            made.prepare()
            for name, measure in (("F8", made.sweep), ("F8w", made.edit)):
                if name in options.only:
                    rows += measure()
        finally:
            made.ground.floor.close()
    print(show(rows))
    path = save(rows, {"open": count, "due": due, "size": options.size}, options.results)
    print(f"\nWritten to {path}")
    return 0


def _read(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        "benchmarks.sla", description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--size", choices=list(SIZES), default="default")
    parser.add_argument("--open", type=int, help="another number of open tickets")
    parser.add_argument("--rounds", type=int, help="another number of rounds; medians are shown")
    parser.add_argument("--only", nargs="+", choices=("F8", "F8w"), default=["F8", "F8w"])
    parser.add_argument("--hurry", action="store_true", help="take a larger share of a busy machine (root)")
    parser.add_argument("--data", type=Path, help="where data is kept (var/bench-sla-<open>)")
    parser.add_argument("--results", type=Path, default=RESULTS, help="where figures are written as JSON")
    return parser.parse_args(arguments)


class OpenTickets:
    """Open tickets of the last 23 hours, nothing of them due, and the floor's table of as many clocks."""

    def __init__(self, ground: Ground, due: int) -> None:
        self.ground, self.due = ground, due
        self.count = ground.size.tickets

    def prepare(self) -> None:
        """Migrate, promise something, and make the tickets that are missing."""
        from django.core.management import call_command

        from backoffice.seed.people import make_people
        from tickets.sla.models import SlaPolicy

        call_command("migrate", verbosity=0, interactive=False)
        floor = self.ground.floor
        if not SlaPolicy.objects.filter(is_default=True).exists():
            _promise(HOURS * 60)
        if floor.execute("select count(*) < %s from public.tickets_ticket", [self.count]).fetchone()[0]:
            begun = time.monotonic()
            self._fill(make_people(1_000))
            print(f"{time.monotonic() - begun:6.1f} s  {self.count} open tickets", file=sys.stderr, flush=True)
        self._quiet()

    def _fill(self, people: Any) -> None:
        from backoffice.seed.rebuild import rebuilt_after

        floor = self.ground.floor
        tables = ("public.tickets_ticket", "public.tickets_message", "public.tickets_change")
        with floor.transaction(), floor.cursor() as cursor:
            cursor.execute("set local session_replication_role = replica")
            cursor.execute("set local search_path = public")
            with rebuilt_after(cursor, tables, lambda _line: None):
                for statement in _rows(self.count, people):
                    cursor.execute(*statement)
        self.ground.floor.execute(SCHEMA.replace("{count}", str(self.count)))

    def _quiet(self) -> None:
        """Bring all tickets into the last 23 hours, computed, with nothing due, and let the tables rest."""
        floor = self.ground.floor
        floor.execute(QUIET, {"count": self.count, "hours": HOURS, "rules": _rules_version(), "policy": _policy_id()})
        for table in ("public.tickets_ticket", "public.tickets_message", "public.tickets_change", "floor.sla_clock"):
            floor.execute(f"vacuum (analyze) {table}")
        floor.execute("checkpoint")

    def sweep(self) -> list[Row]:
        """F8: the monitor's round over what is due, beside one statement that does as much at least."""
        ours, floor, read = [], [], []
        for number in range(self.ground.size.rounds):
            ids = self._make_due(number)
            floor.append(self.due / _seconds(lambda: self.ground.floor.execute(SWEEP, [self.due])))
            before = self._rows_touched()
            ours.append(self.due / _seconds(lambda: _monitor(self.due)))
            read.append((self._rows_touched() - before) / self.due)
            self._told_once(ids)
        what = f"SLA sweep, {self.due} due of {self.count:,} open"
        return [
            Row("F8", f"{what}, clocks told with audit and outbox", "/s", ours, floor),
            Row("F8r", f"{what}, rows of tickets read for one that is due", "", read, []),
        ]

    def _make_due(self, number: int) -> list[int]:
        """Let a round's tickets be older by a day and more, so that their promise is missed and nobody knows."""
        floor = self.ground.floor
        found = floor.execute(DUE, {"first": number * self.due, "many": self.due, "hours": HOURS}).fetchall()
        floor.execute("update floor.sla_clock set due_at = now() - interval '1 minute' where ticket_id = any(%s)",
                      [[number * self.due + n for n in range(1, self.due + 1)]])  # fmt: skip
        floor.execute("vacuum (analyze) public.tickets_ticket")
        return [pk for (pk,) in found]

    def _rows_touched(self) -> int:
        floor = self.ground.floor
        floor.execute("select pg_stat_force_next_flush(), pg_stat_clear_snapshot()")
        sql = "select seq_tup_read + idx_tup_fetch from pg_stat_user_tables where relid = %s::regclass"
        return int(floor.execute(sql, ["public.tickets_ticket"]).fetchone()[0])

    def _told_once(self, ids: list[int]) -> None:
        sql = """select count(*), count(distinct t.id) from public.tickets_slaevent e
                 join public.tickets_ticket t on t.id = e.ticket_id and t.created_at = e.started_at
                 where e.kind = 'breach' and e.metric = 'first_response' and t.id = any(%s)"""
        if self.ground.floor.execute(sql, [ids]).fetchone() != (self.due, self.due):
            raise RuntimeError("Not every ticket was told of once.")

    def edit(self) -> list[Row]:
        """F8w: milliseconds of opening a ticket while all open ones follow an edited policy, beside the same alone."""
        from tickets.sla.refresh import progress

        alone, meanwhile, speed, seen = [], [], [], []
        for number in range(self.ground.size.rounds):
            alone.append(_write(lambda: False, 5.0))
            _promise((HOURS + 1 + number % 2) * 60)
            begun, left = time.perf_counter(), progress().left
            worker = subprocess.Popen([sys.executable, "-m", "benchmarks.sla_refresh"], cwd=ROOT)
            took = _write(partial(_has_ended, worker), 600.0, lambda: seen.append(progress().percent))
            meanwhile.append(took)
            worker.wait()
            speed.append(left / (time.perf_counter() - begun))
            if progress().left:
                raise RuntimeError("Tickets were left behind.")
        print("  progress seen:", sorted(set(seen)), file=sys.stderr, flush=True)
        what = f"an edited policy, {self.count:,} open tickets"
        return [
            Row("F8w", f"{what}: opening a ticket meanwhile, against alone, median", "ms", meanwhile, alone),
            Row("F8e", f"{what}: tickets that followed", "/s", speed, []),
        ]


def _has_ended(process: subprocess.Popen[bytes]) -> bool:
    return process.poll() is not None


def _seconds(run: Callable[[], Any]) -> float:
    begun = time.perf_counter()
    run()
    return time.perf_counter() - begun


def _monitor(expected: int) -> None:
    from tickets import monitor

    checked = monitor.run()
    if not expected <= checked <= expected * 1.1:
        raise RuntimeError(f"{checked} tickets were checked, {expected} are due.")


def _write(ended: Callable[[], bool], most_seconds: float, now_and_then: Callable[[], object] = int) -> float:
    """Open tickets with a pause between until it has ended; return the median in milliseconds."""
    from accounts.models import User
    from tickets.operations import NewTicket, create_ticket

    customer = User.objects.with_rights().filter(email__endswith="@seed.test", role="customer").first()
    took: list[float] = []
    until = time.monotonic() + most_seconds
    while time.monotonic() < until and not ended():
        spent = _seconds(
            lambda: create_ticket(NewTicket(subject="Where is it", description="It is late."), by=customer)
        )
        took.append(spent * 1000)
        if len(took) % 20 == 0:
            now_and_then()
        time.sleep(0.02)
    return statistics.median(took)


def _promise(minutes: int) -> None:
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


def _policy_id() -> int:
    from tickets.sla.models import SlaPolicy

    return SlaPolicy.objects.get(is_default=True).pk


def _rules_version() -> int:
    from tickets.sla.rules import rules_version

    return rules_version()


def _rows(count: int, people: Any) -> list[tuple[str, Any]]:
    """Return the statements that make open tickets with an opening message and the facts of their opening."""
    from backoffice.seed.rows import insert
    from tickets.models import Change, Message, Ticket

    given = {"count": count, "customers": people.customers, "agents": people.agents, "categories": people.categories}
    ticket = {
        "id": "g", "number": "'TKT-2000-' || lpad(g::text, 7, '0')", "subject": "'Order ' || g",
        "description": "'Where is order ' || g", "status": "'open'", "priority": "2", "message_count": "1",
        "customer_id": "(%(customers)s::bigint[])[1 + g %% cardinality(%(customers)s::bigint[])]",
        "created_by_id": "(%(customers)s::bigint[])[1 + g %% cardinality(%(customers)s::bigint[])]",
        "assignee_id": "(%(agents)s::bigint[])[1 + g %% cardinality(%(agents)s::bigint[])]",
        "category_id": "(%(categories)s::bigint[])[1 + g %% cardinality(%(categories)s::bigint[])]",
    }  # fmt: skip
    message = {
        "ticket_id": "t.id", "first_ticket_id": "t.id", "opens_id": "t.id", "author_id": "t.customer_id",
        "author_type": "'customer'", "body": "t.description", "is_internal": "false",
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
        (Ticket, ticket, "from generate_series(1, %(count)s) g"), (Message, message, "from tickets_ticket t"),
        (Change, change, facts),
    ):  # fmt: skip
        sql, defaults = insert(model, values, source)
        made.append((sql, given | {f"default_{n}": value for n, value in enumerate(defaults)}))
    made.append(("select setval(pg_get_serial_sequence('tickets_ticket', 'id'), %(count)s)", given))
    return made


SCHEMA = """
create schema if not exists floor;
drop table if exists floor.sla_clock, floor.sla_audit, floor.sla_outbox;
create table floor.sla_clock (ticket_id bigint not null, kind smallint not null, due_at timestamptz not null,
  state smallint not null default 1, fired_at timestamptz);
insert into floor.sla_clock select g, 1, now() + interval '10 years' + interval '1 second' * (g % 1000000), 1, null
  from generate_series(1, {count}) g;
alter table floor.sla_clock add primary key (ticket_id, kind);
create index on floor.sla_clock (due_at) where state = 1;
create table floor.sla_audit (id bigint generated always as identity primary key, at timestamptz not null default now(),
  actor_id bigint, action text not null, object_type text not null, object_id bigint not null, data jsonb not null);
create index on floor.sla_audit (object_type, object_id, at);
create table floor.sla_outbox (id bigint generated always as identity primary key, topic text not null,
  payload jsonb not null, created_at timestamptz not null default now(), sent_at timestamptz);
create index on floor.sla_outbox (id) where sent_at is null;
"""
QUIET = """
with due as (
  update public.tickets_ticket set created_at = x.at, last_activity_at = x.at, last_message_at = x.at,
    customer_waits_since = x.at, first_response_due_at = x.at + interval '1 hour' * %(hours)s,
    sla_due_at = x.at + interval '1 hour' * %(hours)s, sla_warning_at = x.at + interval '1 hour' * %(hours)s * 0.8,
    check_at = x.at + interval '1 hour' * %(hours)s * 0.8, sla_rules_version = %(rules)s, sla_policy_id = %(policy)s,
    sla_breached = false
  from (select id, now() - interval '22 hours' * random() as at from public.tickets_ticket) x
  where x.id = tickets_ticket.id returning x.id, x.at
), messages as (update public.tickets_message m set created_at = due.at from due where due.id = m.ticket_id)
update public.tickets_change c set at = due.at from due where due.id = c.ticket_id
"""
DUE = """
with due as (
  update public.tickets_ticket set created_at = x.at, last_activity_at = now(), last_message_at = x.at,
    customer_waits_since = x.at, first_response_due_at = x.at + interval '1 hour' * %(hours)s,
    sla_due_at = x.at + interval '1 hour' * %(hours)s, check_at = x.at + interval '1 hour' * %(hours)s
  from (select id, now() - interval '1 hour' * (%(hours)s + 1) - interval '1 second' * (id %% 1800) as at
        from public.tickets_ticket order by id offset %(first)s limit %(many)s) x
  where x.id = tickets_ticket.id returning x.id, x.at
), messages as (update public.tickets_message m set created_at = due.at from due where due.id = m.ticket_id),
changes as (update public.tickets_change c set at = due.at from due where due.id = c.ticket_id)
select id from due
"""

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
