"""One ticket's thread in the making: who speaks next, when, and in which words."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from random import Random
from typing import Any

from django.conf import settings

from backoffice.demo import shop
from backoffice.demo.people import CUSTOMERS, Person, Worker, lead_of, workers_of
from backoffice.demo.steps import Step
from backoffice.demo.texts import Line, Opening, Topic, common, split_files
from backoffice.demo.timing import awake, minutes, staffed
from core.days import site_zone

_FIRST_ANSWER = {"urgent": (4, 25), "high": (10, 90), "normal": (15, 240), "low": (30, 420)}


class Thread:
    """Collects the steps of one ticket.

    Its own chance decides what is said, and another one when: neither another thread nor the hour changes a text.
    """

    def __init__(self, key: str, topic: Topic, customer: Person, begins: datetime, chance: Random) -> None:
        self.key, self.topic, self.customer, self.chance = key, topic, customer, chance
        self.times = Random(f"times:{key}")
        self.language = customer.language
        self.now = begins.astimezone(site_zone())
        self.steps: list[Step] = []
        self.words = common(self.language)
        self.line: Line
        self.opening: Opening
        self.take(topic.lines[self.language])
        able = workers_of(topic.team, self.language)
        self.agent: Worker = chance.choices(able, [3 if one.language == self.language else 1 for one in able])[0]
        self.lead = lead_of(topic.team)
        ranks = topic.priorities
        self.priority = chance.choices(list(ranks), list(ranks.values()))[0]
        self.slots = _slots(self)
        self.greeted_with_peace = False
        self.agent_spoke = False
        self.answers = 0

    def take(self, lines: Sequence[Line]) -> None:
        """Go on one of these lines."""
        self.line = self.chance.choice(lines)
        self.opening = self.chance.choice(self.line.openings)

    # --- What is said ----------------------------------------------------------------------------------------------

    def filled(self, text: str) -> str:
        return text.format_map({**self.slots, "agent": self.agent.given(self.language)})

    def some(self, name: str) -> str:
        """One of the common wordings of this name, filled in."""
        return self.filled(self.chance.choice(self.words[name]))

    def customer_text(self, text: str) -> str:
        """An opening as a customer writes it: greeting, matter, closing."""
        greeting = self.chance.choice(self.words["greetings"])
        if greeting in self.words["evening"] and self.now.hour < 15:
            greeting = self.words["greetings"][0]
        if text.startswith(("السلام", "Hello")):
            greeting = ""
        self.greeted_with_peace = "السلام" in greeting or text.startswith("السلام")
        closing = self.chance.choice(self.words["closings"])
        return "\n\n".join(part for part in (greeting, text, closing) if part)

    def agent_text(self, text: str, *, last: bool = False) -> str:
        """An answer: address, matter, signature; less of both in the middle of a conversation."""
        first, self.agent_spoke = not self.agent_spoke, True
        words = list(self.words["first_words" if first else "next_words"])
        if first and self.language == "ar":
            words = [words[2]] if self.greeted_with_peace else words[:2]
        address = self.filled(self.chance.choice(words))
        if text.startswith("أهلًا") and address:
            address = self.filled("{title} {name}،")
        signed = first or last or self.chance.random() < 0.3
        signature = self.chance.choice(self.words["signatures"]) if signed else ""
        return "\n\n".join(part for part in (address, text, self.filled(signature)) if part)

    # --- What is done ----------------------------------------------------------------------------------------------

    def do(self, verb: str, by: str, body: str = "", files: Sequence[str] = (), **values: Any) -> None:
        self.steps.append(Step(self.now, verb, self.key, by, body, tuple(files), values))

    def soon(self, verb: str, by: str, body: str = "", **values: Any) -> None:
        """Within a minute or two of the step before."""
        self.now += timedelta(seconds=self.times.randrange(15, 120))
        self.do(verb, by, body, **values)

    def opens(self, *, subject: str = "", text: str = "", by: Worker | None = None) -> None:
        """The customer opens the ticket, or a worker does for him on the telephone."""
        text, files = split_files(self.filled(text or self.opening.text))
        body = self.words["by_phone"].format(said=text) if by else self.customer_text(text)
        self.do(
            "create",
            by.mailbox if by else self.customer.mailbox,
            body,
            () if by else files,
            subject=self.filled(subject or self.chance.choice(self.opening.subjects)),
            category=self.topic.category,
            priority=self.priority,
            order=self.slots["order"] if self.topic.category != "sales" else "",
            product=self.slots["product_code"],
            customer=self.customer.mailbox if by else "",
        )

    def goes_to_agent(self) -> None:
        """Its lead gives the ticket to an agent, or the agent takes it."""
        low, high = _FIRST_ANSWER[self.priority]
        given = self.chance.random() < 0.45
        self.now = staffed(self.now + minutes(self.times, low, high), self.times)
        by = self.lead.mailbox if given else self.agent.mailbox
        self.do("assign", by, agent=self.agent.mailbox, team=self.topic.team)
        if self.topic.tags and self.chance.random() < 0.12:
            self.soon("update", self.agent.mailbox, tags=list(self.topic.tags))

    def agent_says(self, text: str, *, wait: tuple[int, int] = (20, 900), last: bool = False) -> None:
        """The agent answers when at work, `wait` minutes later."""
        self.now = staffed(self.now + minutes(self.times, *wait), self.times)
        text, files = split_files(self.filled(text))
        self.do("reply", self.agent.mailbox, self.agent_text(text, last=last), files)

    def customer_says(self, text: str, *, wait: tuple[int, int] = (10, 1300)) -> None:
        self.now = awake(self.now + minutes(self.times, *wait), self.times)
        self.answers += 1
        text, files = split_files(self.filled(text))
        self.do("reply", self.customer.mailbox, text, files)

    def note(self, text: str) -> None:
        """The agent's internal note; whoever is mentioned may answer it."""
        if "{mention}" in text and self.slots["mention"] == self.agent.email:
            return
        self.now = staffed(self.now + minutes(self.times, 5, 60), self.times)
        self.do("note", self.agent.mailbox, self.filled(text))
        if "{mention}" in text and self.chance.random() < 0.7:
            self.now = staffed(self.now + minutes(self.times, 5, 150), self.times)
            answer = self.some("mention_answers" if self.slots["mention"] != self.lead.email else "lead_notes")
            self.do("note", self.slots["mention"].partition("@")[0], answer)


def _slots(thread: Thread) -> dict[str, str]:
    """Return what the texts of one thread speak of; the same wherever it is named."""
    chance, language, customer = thread.chance, thread.language, thread.customer
    product = chance.choice([one for one in shop.PRODUCTS if _fits(one.kind, thread.topic.product)])
    city, branch = shop.CITIES[CUSTOMERS.index(customer) % len(shop.CITIES)]
    colour, other = chance.sample(shop.COLOURS, 2)
    colleague = chance.choice([thread.lead, *workers_of(thread.topic.team, language)])
    mention = thread.lead if colleague == thread.agent else colleague
    return {
        "name": customer.given(language),
        "title": customer.title,
        "product": product.name.in_(language),
        "product_code": product.code,
        "code": chance.choice(shop.CODES),
        "old_product": chance.choice(shop.OLD_PRODUCTS).in_(language),
        "colour": colour.in_(language),
        "other_colour": other.in_(language),
        "city": city.in_(language),
        "branch": branch.in_(language),
        "team": shop.TEAMS[thread.topic.team].in_(language),
        "site_name": settings.SITE_NAME_AR if language == "ar" else settings.SITE_NAME_EN,
        "card": chance.choice(shop.CARDS).in_(language),
        "company": chance.choice(shop.COMPANIES).in_(language),
        "mention": mention.email,
        "leader": "قائدة" if thread.lead.woman else "قائد",
        "day": _day(thread.now - timedelta(days=chance.randrange(4, 7)), language),
        **_numbers(product, chance),
    }


def _fits(kind: str, wanted: str) -> bool:
    return kind in ("phone", "tablet") if wanted == "any" else kind == wanted


def _numbers(product: shop.Product, chance: Random) -> dict[str, str]:
    price = product.price
    return {
        "amount": f"{price:,}",
        "vat": f"{price * 15 / 115:,.2f}",
        "instalment": f"{price / 4:,.2f}",
        "trade": f"{round(price * chance.uniform(0.2, 0.4), -1):,.0f}",
        "discount": str(chance.choice((50, 100, 120, 150))),
        "order": f"SA-{chance.randrange(104000, 189999)}",
        "tracking": f"772-{chance.randrange(10**7, 10**8)}",
        "imei": f"{chance.randrange(1000, 9999)}",
        "capacity": chance.choice(("128", "256", "512")),
        "days": str(chance.randrange(3, 8)),
        "months": str(chance.randrange(3, 11)),
        "taxno": f"3{chance.randrange(10**12, 10**13)}03",
        "address": f"R{chance.choice('ABHMN')}{chance.choice('ABHK')}A{chance.randrange(2000, 8999)}",
    }


_DAYS_AR = ("الاثنين", "الثلاثاء", "الأربعاء", "الخميس", "الجمعة", "السبت", "الأحد")
_DAYS_EN = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def _day(moment: datetime, language: str) -> str:
    return (_DAYS_AR if language == "ar" else _DAYS_EN)[moment.weekday()]
