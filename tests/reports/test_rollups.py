"""Roll-ups answer what counting rows answers, whatever happens and whenever the worker counts."""

from __future__ import annotations

import datetime
import random
import threading
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.core.management import call_command
from django.db import OperationalError, connection, transaction

from accounts.models import User
from reports import ledgers
from reports.asking import Ask
from reports.periods import Period
from reports.registry import reports
from reports.rollups import reading
from reports.rollups.counting import bad_days, count_days, forget_all
from reports.rollups.models import Length, Mark, Span
from reports.rollups.round import age, behind, count_all
from tests.api import Api
from tests.cast import Cast, fresh
from tests.database import superuser
from tests.sla.acts import policy
from tests.tickets.acts import opened, replied
from tickets.models import Category, Ticket

UTC = datetime.UTC
BEGIN = datetime.datetime(2026, 2, 25, 20, 30, tzinfo=UTC)
RIYADH, KATHMANDU, NEW_YORK = "Asia/Riyadh", "Asia/Kathmandu", "America/New_York"


STEPS = 60
DAY = datetime.timedelta(days=1)


class Life:
    """Tickets and chats to which people do, through the API, whatever comes to their minds."""

    def __init__(self, cast: Cast, seed: int) -> None:
        self.cast, self.dice = cast, random.Random(seed)
        self.agents = [cast.agent, cast.colleague, cast.lead]
        self.customers = [cast.customer, cast.stranger]
        self.categories = [Category.objects.create(name_ar=f"ق{n}", name_en=f"K{n}").pk for n in range(2)]
        self.done: dict[str, int] = {}

    def step(self) -> None:
        """Do one thing; what is refused is refused."""
        dice = self.dice
        act = dice.choice([self.open, self.reply, self.reply, self.move, self.move, self.give, self.change, self.rate,
                           self.merge, self.unmerge, self.chat, self.chat_on])  # fmt: skip
        answer = act()
        assert answer is None or answer.status_code < 500, answer.content
        if answer is not None and answer.status_code < 300:
            self.done[act.__name__] = self.done.get(act.__name__, 0) + 1

    def ticket(self) -> Ticket | None:
        found = list(Ticket.objects.order_by("pk"))
        return self.dice.choice(found) if found else None

    def to(self, by: User, what: str, body: Any = None) -> Any:
        ticket = self.ticket()
        return ticket and Api(fresh(by)).post(f"/tickets/{ticket.pk}/{what}", body)

    def open(self) -> Any:
        body = {"subject": "S", "description": "D", "priority": self.dice.choice(["low", "urgent"])}
        if self.dice.random() < 0.7:
            body["categoryId"] = str(self.dice.choice(self.categories))
        return Api(self.dice.choice(self.customers)).post("/tickets", body)

    def reply(self) -> Any:
        ticket = self.ticket()
        by = ticket and self.dice.choice([ticket.customer, *self.agents])
        return ticket and Api(fresh(by)).post(f"/tickets/{ticket.pk}/messages", {"body": "B"})

    def move(self) -> Any:
        status = self.dice.choice(["in_progress", "pending", "resolved", "resolved", "closed", "open"])
        return self.to(self.dice.choice(self.agents), "status", {"status": status})

    def give(self) -> Any:
        agent = self.dice.choice([*self.agents, None])
        return self.to(self.cast.lead, "assign", {"agentId": agent and str(agent.pk)})

    def change(self) -> Any:
        ticket, dice = self.ticket(), self.dice
        body = {"categoryId": str(dice.choice(self.categories)), "priority": dice.choice(["low", "normal", "high"])}
        if dice.random() < 0.5:
            body["teamId"] = str(self.cast.team.pk)
        return ticket and Api(self.cast.lead).patch(f"/tickets/{ticket.pk}", body | {"version": ticket.version})

    def rate(self) -> Any:
        ticket = self.ticket()
        body = {"rating": self.dice.randint(1, 5)}
        return ticket and Api(fresh(ticket.customer)).post(f"/tickets/{ticket.pk}/rate", body)

    def merge(self) -> Any:
        other = self.ticket()
        return other and self.to(self.cast.lead, "merge", {"sourceIds": [str(other.pk)]})

    def unmerge(self) -> Any:
        merged = Ticket.objects.exclude(merged_into=None).first()
        body = {"sourceId": str(merged.pk)} if merged else {}
        return merged and Api(self.cast.lead).post(f"/tickets/{merged.merged_into_id}/unmerge", body)

    def chat(self) -> Any:
        customer = Api(self.dice.choice(self.customers))
        customer.post("/chat/sessions", {})
        return customer.post("/chat/my-session/handover")

    def chat_on(self) -> Any:
        agent, customer = Api(self.dice.choice(self.agents)), Api(self.dice.choice(self.customers))
        session = customer.get("/chat/my-session").json().get("data")
        if not session:
            return None
        if session["status"] == "waiting":
            return agent.post(f"/chat/sessions/{session['id']}/accept")
        if session["status"] == "ended":
            return customer.post("/chat/my-session/rate", {"rating": self.dice.randint(1, 5)})
        return customer.post("/chat/my-session/end")


def figures(user: User, first: str, last: str, zone: str, group: str = "day") -> dict[str, Any]:
    """Every table of every report."""
    period = Period(datetime.date.fromisoformat(first), datetime.date.fromisoformat(last), ZoneInfo(zone))
    ask = Ask(user, period, group)
    return {
        f"{key} {table.key}": [(line.key, line.figures) for line in table.lines] + [table.total]
        for key, report in reports().items()
        if key not in ("agents", "categories")  # parts of others
        for table in report.tables(ask)
    }


def assert_alike(
    user: User, first: str = "2026-02-20", last: str = "2026-04-20", group: str = "day", zone: str = RIYADH
) -> None:
    """Roll-ups answer what is counted from rows while no day is good."""
    rolled = figures(user, first, last, zone, group)
    with transaction.atomic():
        forget_all()
        counted = figures(user, first, last, zone, group)
        transaction.set_rollback(True)
    assert rolled == counted


@pytest.fixture
def life(committed_cast: Cast, settings: Any) -> Life:
    settings.TIME_ZONE = RIYADH
    policy(committed_cast.administrator, first=600, following=600, resolution=6000)
    return Life(committed_cast, seed=11)


@pytest.mark.timeout(400)
def test_whatever_happens_roll_ups_answer_what_the_rows_do(life):
    reader, moment = fresh(life.cast.manager), BEGIN
    for number in range(1, STEPS + 1):
        moment += datetime.timedelta(hours=life.dice.choice([0, 0, 1, 5, 20]), microseconds=1)
        with time_machine.travel(moment, tick=False):
            life.step()
            if life.dice.random() < 0.08:
                count_all()
            if number % 25 == 0:
                assert_alike(reader)
    moment = max(moment, datetime.datetime(2026, 4, 2, tzinfo=datetime.UTC))
    with time_machine.travel(moment, tick=False):
        count_all()
        assert behind() == 0
        assert_alike(reader)
        assert_alike(reader, "2026-02-27", "2026-03-10", "hour")
        assert_alike(reader, "2026-01-15", "2026-03-31", "month")
        for zone in (KATHMANDU, NEW_YORK):
            assert_alike(reader, "2026-02-28", "2026-03-20", "day", zone)
        assert_alike(reader, "2026-03-07", "2026-03-09", "hour", NEW_YORK)
    assert {"open", "reply", "move", "give", "change", "rate", "merge", "chat", "chat_on"} <= set(life.done), life.done
    march = Period(datetime.date(2026, 3, 1), datetime.date(2026, 3, 31), ZoneInfo(RIYADH))
    assert Span.objects.filter(length=Length.MONTH, first=march.first).exists()
    # The figures did come out of roll-ups.
    assert left(Ask(reader, march), reading.Want(ledgers.RESOLUTIONS, ("agent",), spread=True)) == []
    nepal = Ask(reader, Period(march.first, march.last, ZoneInfo(KATHMANDU)))
    assert left(nepal, reading.Want(ledgers.RESOLUTIONS, ("bucket",))) == []
    # Of days that the site's days do not end with, what they do not hold is counted: two pieces of a day.
    assert [each.end - each.start < DAY for each in left(nepal, reading.Want(ledgers.CREATED, ("category",)))] == [
        True
    ] * 2


def left(ask: Ask, want: reading.Want) -> list[reading.Stretch]:
    [found] = reading.read(ask, [want])
    return found.left


@pytest.fixture
def old(life: Life) -> dict[str, Any]:
    """A ticket of 25 February, whose day has been counted."""
    with time_machine.travel(BEGIN, tick=False):
        ticket = opened(life.cast.customer)
    with time_machine.travel(BEGIN + datetime.timedelta(days=40), tick=False):
        count_all()
        assert behind() == 0
    return ticket


def test_a_change_that_is_committed_while_a_day_is_counted_is_not_lost(life, old):
    with time_machine.travel(BEGIN + datetime.timedelta(days=40), tick=False):
        with superuser(connection.settings_dict["NAME"]) as other:
            with other.transaction():
                other.execute("update tickets_ticket set priority = 4 where id = %s", [int(old["id"])])
                assert count_days() == 0  # sees nothing of it
            assert behind() == 1
        assert_alike(fresh(life.cast.manager))
        count_all()
        assert behind() == 0
        assert_alike(fresh(life.cast.manager))


def test_a_worker_that_is_killed_in_the_middle_loses_nothing(life, old):
    with time_machine.travel(BEGIN + datetime.timedelta(days=40), tick=False):
        replied(life.cast.agent, old)
        marks = Mark.objects.count()
        assert marks
        with superuser(connection.settings_dict["NAME"]) as other, other.transaction():
            other.execute("lock table reports_rollup in share mode")  # it stops after it deleted the marks
            killer = threading.Thread(target=_kill_who_waits, args=(connection.settings_dict["NAME"],))
            killer.start()
            with pytest.raises(OperationalError):
                count_days()
            killer.join()
        connection.close()
        assert Mark.objects.count() == marks
        assert_alike(fresh(life.cast.manager))
        count_all()
        assert behind() == 0
        assert_alike(fresh(life.cast.manager))


def _kill_who_waits(name: str) -> None:
    waiting = "select pid from pg_stat_activity where datname = %s and wait_event_type = 'Lock'"
    with superuser(name) as server:
        while not (found := server.execute(waiting, [name]).fetchall()):
            pass
        for (pid,) in found:
            server.execute("select pg_terminate_backend(%s)", [pid])


def test_of_two_workers_one_counts_and_writers_wait_for_neither(life, old):
    with time_machine.travel(BEGIN + datetime.timedelta(days=40), tick=False):
        with superuser(connection.settings_dict["NAME"]) as other:
            other.execute("select pg_advisory_lock(4245)")
            assert count_all() is None
            other.execute("select pg_advisory_unlock(4245)")
        # Two transactions mark the same day at once, and neither waits.
        name = connection.settings_dict["NAME"]
        with superuser(name) as one, superuser(name) as two:
            two.execute("set lock_timeout = '1s'")
            with one.transaction(), two.transaction():
                for writer in (one, two):
                    writer.execute(
                        "insert into tickets_change (ticket_id, field, old, new, at) values (%s, 'status', 'open', "
                        "'pending', %s)", [int(old["id"]), BEGIN],
                    )  # fmt: skip
        assert behind() == 1
        assert count_all() == 0
        assert age() == 0


def test_other_rules_and_the_command_let_everything_be_counted_anew(life, old, settings):
    with time_machine.travel(BEGIN + datetime.timedelta(days=40), tick=False):
        settings.REOPEN_WINDOW_DAYS += 1
        assert behind() == 40
        call_command("rebuild_rollups")
        assert behind() == 0
        today = (BEGIN + datetime.timedelta(days=40)).astimezone(ZoneInfo(RIYADH)).date()
        assert bad_days(today) == []
        # Of a day that is not over nothing is kept, its marks neither.
        replied(life.cast.customer, opened(life.cast.customer))
        count_all()
        assert not Mark.objects.exists()
        assert not Span.objects.filter(last__gte=today).exists()


def stretch(first: int, last: int) -> reading.Stretch:
    """Return the time of some days of January."""
    return reading.Stretch(
        datetime.datetime(2026, 1, first, tzinfo=UTC), datetime.datetime(2026, 1, last, tzinfo=UTC) + DAY
    )


@pytest.mark.parametrize(
    ("spans", "left"),
    [
        ([], [(1, 31)]),
        ([(1, 31)], []),
        ([(2, 3), (4, 4), (9, 30)], [(1, 1), (5, 8), (31, 31)]),
        # The closest of more ranges than are counted apart become one.
        ([(2, 10), (12, 12), (14, 20), (22, 30)], [(1, 1), (11, 13), (21, 21), (31, 31)]),
    ],
)
def test_what_is_left_over_is_a_few_stretches(spans, left):
    assert reading.left_over(stretch(1, 31), (stretch(*span) for span in spans)) == [stretch(*each) for each in left]
