"""The whole demo as one list of steps in the order of time, the same each time relative to its end."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from random import Random

from backoffice.demo import stories
from backoffice.demo.chats import chats
from backoffice.demo.people import CUSTOMERS, SIGN_IN_CUSTOMERS, Person
from backoffice.demo.steps import Step
from backoffice.demo.texts import Line, Topic, topics
from backoffice.demo.thread import Thread
from backoffice.demo.timing import awake, opening_times, staffed

LEAST = 20
ARABIC_SHARE = 0.65
_SEED = "demo"
_JUST_NOW = timedelta(minutes=1)
Story = Callable[[Thread], None]
# How ordinary tickets go, of a hundred.
_USUAL: tuple[tuple[Story, int], ...] = (
    (stories.quick, 57),
    (stories.ordinary, 16),
    (stories.held, 4),
    (stories.silent, 5),
    (stories.escalated, 4),
    (stories.nudged, 4),
    (stories.reopened, 5),
    (stories.by_phone, 3),
    (stories.alone, 2),
)
# Of the tickets of the last days, the share that is still under way, and how those go.
_LATELY = timedelta(days=14)
_LASTING = 0.7
_LASTING_STORIES: tuple[tuple[Story, int], ...] = (
    (stories.ordinary, 50),
    (stories.held, 30),
    (stories.silent, 10),
    (stories.nudged, 10),
)


def plan(size: int, now: datetime) -> list[Step]:
    """Return what happens until `now` in a demo of `size` tickets (LEAST or more), earliest first."""
    threads, talks = [*_pinned(now), *_doubles(size, now)], list(chats(size, now))
    begun = [*(thread.steps for thread in threads), *talks]
    opened = {step.opens for steps in begun for step in steps if step.opens and step.at <= now - _JUST_NOW}
    threads += _usual(size - len(opened), now)
    _link_alike(threads)
    whole = [*(thread.steps for thread in threads), *talks]
    happened = [(step, place) for steps in whole for place, step in enumerate(steps)]
    happened = [(step, place) for step, place in happened if step.at <= now - _JUST_NOW]
    happened.sort(key=lambda found: (found[0].at, found[0].ticket.partition(".")[0], found[1]))
    return [step for step, _place in happened]


def _usual(count: int, now: datetime) -> Iterator[Thread]:
    """The tickets of every day, Arabic and English in their shares."""
    deal = Random(f"{_SEED}:languages")
    arabic = round(count * ARABIC_SHARE)
    languages = ["ar"] * arabic + ["en"] * (count - arabic)
    deal.shuffle(languages)
    times = opening_times(count, now, Random(f"{_SEED}:times"))
    for number, (language, begins) in enumerate(zip(languages, times, strict=True)):
        chance = Random(f"{_SEED}:{number}")
        thread = _thread(f"usual-{number}", language, begins, chance)
        lasts = begins > now - _LATELY and chance.random() < _LASTING
        story = chance.choices(*zip(*(_LASTING_STORIES if lasts else _USUAL), strict=True))[0]
        _suited(story, thread)(thread)
        if lasts:
            _leave_open(thread)
        yield thread


def _leave_open(thread: Thread) -> None:
    """Stop somewhere before the end, mostly rather late."""
    over = next(
        place
        for place, step in enumerate(thread.steps)
        if step.verb == "close" or step.values.get("status") == "resolved"
    )
    del thread.steps[max(thread.times.randrange(1, over + 1), thread.times.randrange(1, over + 1)) :]


def _suited(story: Story, thread: Thread) -> Story:
    """The story, on a line that it can go; an ordinary one where there is none."""
    able = [line for line in thread.topic.lines[thread.language] if _goes(story, line)]
    if not able or not _makes_sense(story, thread):
        return stories.ordinary
    thread.take(able)
    return story


def _goes(story: Story, line: Line) -> bool:
    """One answer must be able to solve it, a third party be waited for, a question come before silence."""
    if story is stories.quick:
        return bool(line.answer)
    if story is stories.held:
        return bool(line.hold)
    return line.turns[0].asks or story not in (stories.silent, stories.alone)


def _makes_sense(story: Story, thread: Thread) -> bool:
    """Only devices fail again, trifles are not escalated, and somebody must be there to take a call."""
    if story is stories.reopened:
        return thread.topic.team == "technical"
    if story is stories.escalated:
        return thread.priority != "low"
    return story is not stories.by_phone or staffed(thread.now, Random(0)) == thread.now


def _doubles(size: int, now: datetime) -> Iterator[Thread]:
    """Stories of two tickets each, all of them long past."""
    for number in range(max(1, size // 50)):
        chance = Random(f"{_SEED}:merged:{number}")
        begins = awake(now - timedelta(days=20 + 16 * number % 60, minutes=chance.randrange(600)), chance)
        thread = _thread(f"merged-{number}", "ar" if number % 2 == 0 else "en", begins, chance, "late_delivery")
        stories.merged(thread)
        yield thread
    for number in range(max(1, size // 100)):
        chance = Random(f"{_SEED}:follow-up:{number}")
        begins = awake(now - timedelta(days=45 + 17 * number % 40, minutes=chance.randrange(600)), chance)
        thread = _thread(f"follow-up-{number}", "ar" if number % 2 == 0 else "en", begins, chance, "warranty")
        stories.followed_up(thread)
        yield thread


# Key, days before now, language, topic, what happens, and how many of its steps.
_PINNED: tuple[tuple[str, float, str, str, Story, str], ...] = (
    ("new-1", 0.02, "ar", "late_delivery", stories.ordinary, "create"),
    ("new-2", 0.09, "en", "payment_declined", stories.ordinary, "create"),
    ("new-3", 0.2, "ar", "availability", stories.ordinary, "create"),
    ("stuck", 5.2, "ar", "battery", stories.ordinary, "reply"),
    ("waiting", 2.5, "ar", "broken_screen", stories.silent, "status"),
    ("waiting-2", 3.1, "en", "vat_invoice", stories.silent, "status"),
    ("held", 4.4, "ar", "refund", stories.held, "status"),
    ("held-2", 6.3, "en", "trade_in", stories.held, "status"),
    ("escalated", 6.1, "ar", "late_delivery", stories.escalated, "watch"),
    ("solved", 4.2, "en", "software", stories.reopened, "solved"),
    ("reopened", 12.4, "ar", "software", stories.reopened, "again"),
)


def _pinned(now: datetime) -> Iterator[Thread]:
    """One ticket of each state that must be there, whatever the hour, and the urgent one that nobody has taken."""
    for key, days, language, topic, story, last in _PINNED:
        chance = Random(f"{_SEED}:{key}")
        thread = _thread(key, language, now - timedelta(days=days), chance, topic)
        _suited(story, thread)(thread)
        _stop_after(thread, last)
        yield thread
    urgent = _thread("urgent", "ar", now - timedelta(hours=1.3), Random(f"{_SEED}:urgent"), "battery")
    urgent.priority = "urgent"
    urgent.opens(subject=urgent.words["urgent_subject"], text=urgent.words["urgent_text"])
    yield urgent


def _stop_after(thread: Thread, last: str) -> None:
    """Cut a thread after its first step of a verb: so it stands until today."""
    if last in ("again", "solved"):
        done = next(place for place, step in enumerate(thread.steps) if step.values.get("status") == "resolved")
        thread.steps = thread.steps[: done + (2 if last == "again" else 1)]
    elif last:
        wanted = {"pending", "on_hold"} if last == "status" else set()
        for place, step in enumerate(thread.steps):
            if step.verb == last and (not wanted or step.values.get("status") in wanted):
                del thread.steps[place + 1 :]
                return


def _thread(key: str, language: str, begins: datetime, chance: Random, slug: str = "") -> Thread:
    found = topics()
    topic: Topic = (
        next(one for one in found if one.slug == slug)
        if slug
        else chance.choices(found, [one.weight for one in found])[0]
    )
    return Thread(key, topic, _customer(language, chance), begins, chance)


def _customer(language: str, chance: Random) -> Person:
    """Return those with a sign-in write more often, so that each has something to look at."""
    able = [one for one in CUSTOMERS if one.language == language]
    return chance.choices(able, [2 if one in SIGN_IN_CUSTOMERS else 1 for one in able])[0]


def _link_alike(threads: list[Thread]) -> None:
    """Agents link a ticket to an earlier one about the same fault, now and then."""
    chance = Random(f"{_SEED}:links")
    latest: dict[tuple[str, str], str] = {}
    for thread in sorted(threads, key=lambda one: one.steps[0].at):
        alike = (thread.topic.slug, thread.slots["product"])
        earlier = latest.get(alike)
        latest[alike] = thread.steps[0].ticket
        if earlier is None or chance.random() > 0.2:
            continue
        for place, step in enumerate(thread.steps):
            if step.verb == "reply" and step.by == thread.agent.mailbox:
                linked = Step(step.at + timedelta(seconds=5), "link", step.ticket, step.by, values={"other": earlier})
                thread.steps.insert(place + 1, linked)
                break
