"""How tickets go: each function plays one thread to the end that gives it its name."""

from __future__ import annotations

from datetime import timedelta

from backoffice.demo.texts import Turn
from backoffice.demo.thread import Thread
from backoffice.demo.timing import awake, minutes, staffed

_STARS = {"good": (55, 28, 10, 4, 3), "late": (20, 30, 25, 13, 12)}


def ordinary(thread: Thread) -> None:
    """Opened, answered, solved, often rated, at last closed."""
    _begin(thread)
    _talk(thread, thread.line.turns[:-1])
    solve(thread)
    finish(thread)


def quick(thread: Thread) -> None:
    """One good answer is enough."""
    _begin(thread)
    thread.agent_says(thread.line.answer, wait=(3, 90), last=True)
    thread.soon("status", thread.agent.mailbox, status="resolved")
    finish(thread)


def nudged(thread: Thread) -> None:
    """The customer asks for news before he gets an answer."""
    thread.opens()
    thread.goes_to_agent()
    thread.customer_says(thread.some("nudges"), wait=(1200, 2400))
    thread.agent_says(thread.some("nudge_answers"), wait=(15, 240))
    _talk(thread, thread.line.turns[:-1])
    solve(thread)
    finish(thread, mood="late")


def by_phone(thread: Thread) -> None:
    """An agent opens the ticket for a customer who called."""
    thread.now = staffed(thread.now, thread.times)
    thread.opens(by=thread.agent)
    thread.soon("assign", thread.agent.mailbox, agent=thread.agent.mailbox, team=thread.topic.team)
    _talk(thread, thread.line.turns[:-1])
    solve(thread)
    finish(thread)


def silent(thread: Thread) -> None:
    """The customer never answers a question; after days the agent closes the ticket."""
    thread.opens()
    thread.goes_to_agent()
    thread.agent_says(thread.chance.choice(thread.line.turns[0].texts), wait=(3, 90))
    thread.soon("status", thread.agent.mailbox, status="pending")
    thread.now += timedelta(days=thread.times.randrange(4, 8))
    thread.agent_says(thread.some("silence"), wait=(5, 300), last=True)
    thread.soon("close", thread.agent.mailbox)


def alone(thread: Thread) -> None:
    """The customer solves it himself and closes the ticket."""
    thread.opens()
    thread.goes_to_agent()
    thread.agent_says(thread.chance.choice(thread.line.turns[0].texts), wait=(3, 90))
    thread.customer_says(thread.some("solved_alone"), wait=(60, 900))
    thread.now += minutes(thread.times, 1, 4)
    thread.do("close", thread.customer.mailbox)


def held(thread: Thread) -> None:
    """Waits some days for a third party, then goes on."""
    _begin(thread)
    turns = thread.line.turns
    _talk(thread, turns[:2])
    thread.agent_says(thread.line.hold, wait=(30, 400))
    thread.soon("status", thread.agent.mailbox, status="on_hold")
    thread.now += timedelta(days=int(thread.slots["days"]) - 1)
    thread.now = staffed(thread.now, thread.times)
    thread.do("status", thread.agent.mailbox, status="in_progress")
    _talk(thread, turns[2:-1])
    solve(thread)
    finish(thread)


def escalated(thread: Thread) -> None:
    """The customer is kept waiting, the agent escalates, the lead takes over and ends it."""
    _begin(thread)
    _talk(thread, thread.line.turns[:2])
    thread.customer_says(thread.some("nudges"), wait=(1500, 2900))
    thread.now = staffed(thread.now + minutes(thread.times, 10, 120), thread.times)
    thread.do("escalate", thread.agent.mailbox, thread.some("escalations"), agent=thread.lead.mailbox)
    thread.soon("watch", thread.agent.mailbox, user=thread.agent.mailbox)
    thread.agent, thread.agent_spoke, thread.greeted_with_peace = thread.lead, False, False
    thread.agent_says(thread.some("lead_words"), wait=(10, 120))
    _talk(thread, thread.line.turns[2:-1])
    solve(thread)
    finish(thread, mood="late")


def reopened(thread: Thread) -> None:
    """Solved, back again within days, solved for good."""
    _begin(thread)
    _talk(thread, thread.line.turns[:-1])
    solve(thread)
    thread.customer_says(thread.some("again"), wait=(1500, 4800))
    thread.now = staffed(thread.now + minutes(thread.times, 10, 90), thread.times)
    thread.do("assign", thread.lead.mailbox, agent=thread.agent.mailbox, team=thread.topic.team)
    thread.soon("update", thread.lead.mailbox, priority="high")
    thread.agent_says(thread.some("again_answers"), wait=(5, 60))
    thread.agent_says(thread.some("again_solved"), wait=(1500, 4000), last=True)
    thread.soon("status", thread.agent.mailbox, status="resolved")
    finish(thread, mood="late")


def merged(thread: Thread) -> None:
    """The customer writes a second ticket about the same thing; the lead merges it into the first."""
    thread.opens()
    thread.goes_to_agent()
    thread.now = awake(thread.now + minutes(thread.times, 900, 1700), thread.times)
    first, second = thread.key, f"{thread.key}.2"
    thread.key = second
    thread.opens(subject=thread.chance.choice(thread.words["duplicate_subjects"]), text=thread.some("duplicates"))
    thread.key = first
    thread.now = staffed(thread.now + minutes(thread.times, 20, 120), thread.times)
    thread.do("merge", thread.lead.mailbox, source=second)
    thread.soon("note", thread.lead.mailbox, thread.some("duplicate_notes"))
    thread.agent_says(thread.some("nudge_answers"), wait=(5, 60))
    _talk(thread, thread.line.turns[:-1])
    solve(thread)
    finish(thread, mood="late")


def followed_up(thread: Thread) -> None:
    """Solved and closed; a later question of the customer becomes a ticket of its own."""
    _begin(thread)
    _talk(thread, thread.line.turns[:-1])
    solve(thread)
    thread.now = staffed(thread.now + timedelta(days=3), thread.times)
    thread.do("close", thread.agent.mailbox)
    thread.now = awake(thread.now + timedelta(days=8), thread.times)
    thread.do("reply", thread.customer.mailbox, thread.some("later_questions"), opens=f"{thread.key}.2")
    thread.key = f"{thread.key}.2"
    thread.goes_to_agent()
    thread.agent_says(thread.some("later_answers"), wait=(3, 60), last=True)
    thread.soon("status", thread.agent.mailbox, status="resolved")
    finish(thread)


def solve(thread: Thread) -> None:
    """The last turn of the line, and the ticket is resolved."""
    last = thread.line.turns[-1]
    thread.agent_says(thread.chance.choice(last.texts), wait=(20, 700), last=True)
    thread.soon("status", thread.agent.mailbox, status="resolved")


def finish(thread: Thread, *, mood: str = "good") -> None:
    """Do the rest: a rating, mostly, and the closing."""
    chance = thread.chance
    if chance.random() < 0.55:
        thread.now = awake(thread.now + minutes(thread.times, 10, 2000), thread.times)
        stars = chance.choices((5, 4, 3, 2, 1), _STARS[mood])[0]
        feedback = chance.choice(thread.words["feedback"][f"{stars}"])
        if mood == "late" and stars == 5:
            feedback = thread.words["patient_feedback"]
        thread.do("rate", thread.customer.mailbox, feedback, rating=stars)
    how = chance.random()
    if how < 0.6:
        thread.now = staffed(thread.now + timedelta(days=thread.times.randrange(3, 7)), thread.times)
        thread.do("close", thread.agent.mailbox)
    elif how < 0.7:
        thread.now = awake(thread.now + minutes(thread.times, 5, 600), thread.times)
        thread.do("close", thread.customer.mailbox)


def _begin(thread: Thread) -> None:
    thread.opens()
    thread.goes_to_agent()


def _talk(thread: Thread, turns: tuple[Turn, ...]) -> None:
    """The turns in order; a question may leave the ticket waiting, a word of the customer may call for a note."""
    for turn in turns:
        text = thread.chance.choice(turn.texts)
        if not turn.by_agent:
            thread.customer_says(text)
            if thread.line.notes and thread.line.notes_after == thread.answers and thread.chance.random() < 0.5:
                thread.note(thread.chance.choice(thread.line.notes))
            continue
        thread.agent_says(text, wait=(3, 120) if not thread.agent_spoke else (20, 900))
        if turn.asks and thread.chance.random() < 0.4:
            thread.soon("status", thread.agent.mailbox, status="pending")
