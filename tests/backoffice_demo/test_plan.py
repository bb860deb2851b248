"""The demo as data: texts that fill, and a plan that holds at any hour of any day."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from random import Random

import pytest

from backoffice.demo.chats import scripts
from backoffice.demo.people import CUSTOMERS
from backoffice.demo.pictures import FILES, file_named
from backoffice.demo.plan import plan
from backoffice.demo.shop import CATEGORIES, TEAMS
from backoffice.demo.texts import LANGUAGES, common, split_files, topics
from backoffice.demo.thread import Thread

SUNDAY = datetime(2026, 3, 1, 9, tzinfo=UTC)
MOMENTS = [SUNDAY + timedelta(hours=17 * step) for step in range(10)]


def opened(steps):
    return [step.opens for step in steps if step.opens]


@pytest.mark.parametrize("now", MOMENTS, ids=str)
def test_a_plan_has_its_size_and_ends_before_now(now):
    steps = plan(60, now)
    assert len(opened(steps)) == len(set(opened(steps))) == 60
    assert [step.at for step in steps] == sorted(step.at for step in steps)
    assert steps[-1].at < now
    assert steps[0].at > now - timedelta(days=91)


@pytest.mark.parametrize("now", MOMENTS, ids=str)
def test_what_must_be_there_is_there_at_any_hour(now):
    last = {step.ticket: step for step in plan(30, now)}
    assert last["urgent"].verb == last["new-1"].verb == "create"
    assert now - last["stuck"].at > timedelta(hours=24)
    assert last["waiting"].values["status"] == "pending"
    assert last["held"].values["status"] == "on_hold"
    assert last["escalated"].verb == "watch"
    assert last["reopened"].verb == "reply"


def test_no_ticket_is_used_before_it_is_opened():
    known: set[str] = set()
    for step in plan(200, SUNDAY):
        assert step.touches <= known | step.begins, step
        known |= step.begins


def test_the_same_moment_gives_the_same_plan_and_another_the_same_texts():
    assert plan(40, SUNDAY) == plan(40, SUNDAY)
    first = {step.ticket: step for step in plan(40, SUNDAY) if step.verb == "create"}
    later = {step.ticket: step for step in plan(40, SUNDAY + timedelta(weeks=9)) if step.verb == "create"}
    same = [key for key in first if first[key].values == later[key].values]
    assert len(same) >= 0.9 * len(first)


@pytest.mark.parametrize("now", MOMENTS, ids=str)
def test_chats_end_before_now_but_those_that_stand_at_its_end(now):
    last = {step.ticket: step for step in plan(200, now) if step.verb.startswith("chat_")}
    open_ones = {key: step for key, step in last.items() if step.verb not in {"chat_end", "chat_rate"}}
    assert len(last) - len(open_ones) >= 35
    assert set(open_ones) == {"chat-active-0", "chat-active-1", *(f"chat-waiting-{number}" for number in range(3))}
    assert all(now - step.at < timedelta(minutes=12) for step in open_ones.values())


def test_nobody_has_two_chats_at_once():
    open_chats: dict[str, str] = {}
    for step in plan(200, SUNDAY):
        if step.verb == "chat_start":
            assert step.by not in open_chats
            open_chats[step.by] = step.ticket
        elif step.verb == "chat_end":
            open_chats = {by: key for by, key in open_chats.items() if key != step.ticket}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_chat_fills(language):
    customer = next(one for one in CUSTOMERS if one.language == language)
    for script in scripts(language):
        topic = next(one for one in topics() if one.slug == script.topic)
        thread = Thread("x", topic, customer, SUNDAY, Random(1))
        for text in (*(text for _who, text in script.lines), script.solution):
            assert "{" not in thread.filled(text)


def test_topics_name_what_there_is():
    assert len(topics()) >= 15
    for topic in topics():
        assert topic.category in CATEGORIES
        assert topic.team in TEAMS


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_text_fills_and_every_picture_is_drawn(language):
    customer = next(one for one in CUSTOMERS if one.language == language)
    for topic in topics():
        thread = Thread("x", topic, customer, SUNDAY, Random(1))
        for line in topic.lines[language]:
            said = [text for turn in line.turns for text in turn.texts]
            said += [text for opening in line.openings for text in (*opening.subjects, opening.text)]
            for text in (*said, *line.notes, line.hold, line.answer):
                shown, files = split_files(thread.filled(text))
                assert "{" not in shown
                assert "[" not in shown
                assert all(file_named(name, language)[1] for name in files)
                assert not shown or _is_in(language, shown), shown


def _is_in(language, text):
    arabic = any("\u0621" <= letter <= "\u064a" for letter in text)
    return arabic is (language == "ar")


def test_common_texts_stand_in_both_languages():
    arabic, english = common("ar"), common("en")
    assert arabic.keys() == english.keys()
    assert arabic["feedback"].keys() == english["feedback"].keys() == {"1", "2", "3", "4", "5"}


def test_every_picture_is_what_its_name_says():
    starts = {"jpg": b"\xff\xd8", "png": b"\x89PNG", "pdf": b"%PDF", "txt": b"system"}
    for name, (_names, ending) in FILES.items():
        filename, content = file_named(name, "ar")
        assert filename.endswith(ending)
        assert content.startswith(starts[ending])
