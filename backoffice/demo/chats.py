"""The chats of the demo: forty that ended over the days, and a few that wait or go on at its end."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from random import Random

from backoffice.demo.people import CUSTOMERS, SIGN_IN_CUSTOMERS, STAFF, Person, Worker, workers_of
from backoffice.demo.steps import Step
from backoffice.demo.texts import LANGUAGES, topics
from backoffice.demo.thread import Thread
from backoffice.demo.timing import minutes, opening_times, staffed

ENDED, ENDED_IN_SMALL_DEMOS, SMALL = 40, 12, 100
_ARABIC_OF_TEN = 6
_RATED = 0.75
_BREAK = timedelta(hours=2)
# Who has the chats that go on at the end, and how many minutes before it each of those begins.
_ACTIVE_AGENTS = {"ar": "agent1", "en": "agent3"}
_BEGINS = {"active": (14.0, 11.5), "waiting": (6.5, 4.6, 3.2)}


@dataclass(frozen=True)
class Script:
    """How one chat goes; `wait` is how many minutes until an agent comes, `now` how it stands at the end."""

    topic: str
    lines: tuple[tuple[str, str], ...]
    rating: tuple[int, str] | None
    wait: tuple[int, int]
    bot: bool
    now: str
    solution: str


@cache
def scripts(language: str) -> tuple[Script, ...]:
    """Return those of a language, in the order of the file."""
    with Path(__file__).with_name("chats.toml").open("rb") as file:
        found = tomllib.load(file)[language]
    return tuple(
        Script(
            topic=one["topic"],
            lines=tuple((who, text) for who, text in one["lines"]),
            rating=tuple(one["rating"]) if "rating" in one else None,
            wait=tuple(one.get("wait", (0, 4))),
            bot=one.get("bot", False),
            now=one.get("now", ""),
            solution=one.get("solution", ""),
        )
        for one in found
    )


def chats(size: int, now: datetime) -> Iterator[list[Step]]:
    """The steps of each chat in a demo of `size` tickets that ends now."""
    count = ENDED if size >= SMALL else ENDED_IN_SMALL_DEMOS
    busy: dict[str, datetime] = {}
    places = dict.fromkeys(LANGUAGES, 0)
    for number, begins in enumerate(opening_times(count, now - _BREAK, Random("demo:chat times"))):
        language = "ar" if number % 10 < _ARABIC_OF_TEN else "en"
        ended = [script for script in scripts(language) if not script.now]
        script = ended[places[language] % len(ended)]
        places[language] += 1
        steps = _Chat(f"chat-{number}", script, language, begins, busy).ended()
        # One that came at night is answered in the morning, which may be later than now: it is left out whole.
        if all(step.at <= now - _BREAK / 2 for step in steps if step.verb.startswith("chat_")):
            yield steps
    yield from _at_the_end(now, busy)


def _at_the_end(now: datetime, busy: dict[str, datetime]) -> Iterator[list[Step]]:
    """Yield those that are open: nobody with a sign-in, so that each of those may begin one."""
    busy |= {one.mailbox: now for one in SIGN_IN_CUSTOMERS}
    for state, times in _BEGINS.items():
        found = [(language, one) for language in LANGUAGES for one in scripts(language) if one.now == state]
        for number, ((language, script), before) in enumerate(zip(found, times, strict=True)):
            begins = now - timedelta(minutes=before)
            yield _Chat(f"chat-{state}-{number}", script, language, begins, busy).standing()


class _Chat:
    """Collects the steps of one chat; what it speaks of comes from a thread of the same topic."""

    def __init__(self, key: str, script: Script, language: str, begins: datetime, busy: dict[str, datetime]) -> None:
        self.key, self.script = key, script
        chance = Random(f"demo:{key}")
        free = [one for one in CUSTOMERS if one.language == language and busy.get(one.mailbox, begins) <= begins]
        customer: Person = chance.choice(free)
        busy[customer.mailbox] = begins + timedelta(days=1)
        topic = next(one for one in topics() if one.slug == script.topic)
        self.thread = Thread(key, topic, customer, begins, chance)
        self.chance, self.language = chance, language
        if script.now == "active":
            self.thread.agent = next(one for one in STAFF if one.mailbox == _ACTIVE_AGENTS[language])
        if not script.bot and not script.now:
            self.thread.now = staffed(self.thread.now, self.thread.times)
        self.accepted = False

    def ended(self) -> list[Step]:
        """The whole chat: its end, its rating, and what became of its ticket."""
        self._talk(self.script.lines)
        thread, customer = self.thread, self.thread.customer.mailbox
        by = thread.agent.mailbox if self.accepted and self.chance.random() < 0.7 else customer
        self._after(40, 150)
        thread.do("chat_end", by)
        if self.script.rating and self.chance.random() < _RATED:
            self._after(10, 60)
            rating, feedback = self.script.rating
            thread.do("chat_rate", customer, feedback, rating=rating)
        if any(who == "ticket" for who, _text in self.script.lines):
            self._solve()
        return thread.steps

    def standing(self) -> list[Step]:
        """The chat as far as it is."""
        self._talk(self.script.lines)
        return self.thread.steps

    def _talk(self, lines: Sequence[tuple[str, str]]) -> None:
        first, *rest = lines
        thread = self.thread
        thread.do("chat_start", thread.customer.mailbox, thread.filled(first[1]), language=self.language)
        for who, text in rest:
            getattr(self, f"_{who}")(thread.filled(text))

    def _after(self, low: int, high: int) -> None:
        """So many seconds later."""
        self.thread.now += timedelta(seconds=self.thread.times.randrange(low, high))

    # --- Kinds of lines ---------------------------------------------------------------------------------------------

    def _customer(self, text: str) -> None:
        self._after(15, 55)
        self.thread.do("chat_say", self.thread.customer.mailbox, text)

    def _choose(self, value: str) -> None:
        self._after(8, 20)
        self.thread.do("chat_choose", self.thread.customer.mailbox, value)

    def _agent(self, text: str) -> None:
        self._accept()
        self._after(15, 50)
        self.thread.do("chat_say", self.thread.agent.mailbox, text)

    def _note(self, text: str) -> None:
        self._after(5, 20)
        self.thread.do("chat_note", self.thread.agent.mailbox, text)

    def _ticket(self, _text: str) -> None:
        self._after(10, 30)
        self.thread.do("chat_ticket", self.thread.agent.mailbox, opens=f"{self.key}.ticket")

    def _transfer(self, note: str) -> None:
        """To another agent, who goes on."""
        self._after(15, 60)
        giver, self.thread.agent = self.thread.agent, self._other()
        self.thread.do("chat_transfer", giver.mailbox, note, agent=self.thread.agent.mailbox)

    def _queue(self, note: str) -> None:
        """Back to the queue, where another agent takes it."""
        self._after(15, 60)
        giver, self.thread.agent = self.thread.agent, self._other()
        self.thread.do("chat_transfer", giver.mailbox, note, agent="")
        self.accepted = False

    def _accept(self) -> None:
        if self.accepted:
            return
        if self.script.now:
            self._after(20, 40)
        else:
            self.thread.now += minutes(self.thread.times, *self.script.wait) + timedelta(seconds=20)
        self.accepted = True
        self.thread.do("chat_accept", self.thread.agent.mailbox)

    def _other(self) -> Worker:
        """Another agent who writes the language."""
        able = [one for team in ("sales", "technical", "returns") for one in workers_of(team, self.language)]
        return self.chance.choice([one for one in able if one != self.thread.agent])

    def _solve(self) -> None:
        """The ticket is taken, answered hours later, and resolved."""
        thread, agent = self.thread, self.thread.agent.mailbox
        ticket = f"{self.key}.ticket"
        self._after(60, 300)
        steps = [Step(thread.now, "assign", ticket, agent, values={"agent": agent, "team": thread.topic.team})]
        thread.now = staffed(thread.now + minutes(thread.times, 240, 1500), thread.times)
        body = thread.agent_text(thread.filled(self.script.solution), last=True)
        steps.append(Step(thread.now, "reply", ticket, agent, body))
        self._after(20, 60)
        steps.append(Step(thread.now, "status", ticket, agent, values={"status": "resolved"}))
        thread.steps += steps
