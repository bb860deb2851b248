"""Carries the steps of a plan out through the operations, each at its moment, many to a transaction."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from accounts.models import Team, User
from backoffice.demo import chatting
from backoffice.demo.checkpoint import Mark, chats_made, tickets_made
from backoffice.demo.people import DOMAIN
from backoffice.demo.pictures import file_named
from backoffice.demo.shop import CATEGORIES, TEAMS
from backoffice.demo.steps import Step
from core import clock
from core.operation import operation_scope
from core.request_context import request_context
from tickets import operations
from tickets.models import Category, LinkKind
from tickets.operations import NewMessage, NewTicket
from tickets.states import PRIORITIES
from uploads.incoming import IncomingFile
from uploads.operations import store_files

_AT_ONCE = 20


class Player:
    """Does steps. Knows people, teams and categories by the words of the plan, and the tickets and chats so far."""

    def __init__(self, size: int, steps: Sequence[Step]) -> None:
        self.size, self.steps = size, steps
        everybody = User.objects.with_rights().filter(email__endswith=f"@{DOMAIN}")
        self.people: dict[str, User] = {user.email.partition("@")[0]: user for user in everybody}
        teams = dict(Team.objects.values_list("name_en", "pk"))
        self.teams = {key: teams[name.en] for key, name in TEAMS.items()}
        categories = dict(Category.objects.values_list("name_en", "pk"))
        self.categories = {key: categories[name.en] for key, (name, _parent) in CATEGORIES.items()}
        self.tickets = {steps[number - 1].opens: pk for number, pk in tickets_made().items()}
        self.chats = {steps[number - 1].ticket: pk for number, pk in chats_made().items()}

    def play(self, done: int, tell: Callable[[int], None]) -> None:
        """Do every step after the first `done`, telling after each transaction how many tickets there are."""
        for batch in _batches(self.steps, done):
            ready = [(number, self._uploaded(number, step) if step.files else step) for number, step in batch]
            with operation_scope():
                for number, step in ready:
                    with request_context(self._mark(number).origin()), clock.at(step.at):
                        _VERBS[step.verb](self, step)
            tell(len(self.tickets))

    def _mark(self, number: int) -> Mark:
        return Mark(self.size, number, len(self.steps))

    def _uploaded(self, number: int, step: Step) -> Step:
        """The step with attachments for its pictures.

        Before the step's own transaction, and marked as of the step before: it may be done again.
        """
        by = self.people[step.by]
        files = [IncomingFile.of(*file_named(name, by.language)) for name in step.files]
        with request_context(self._mark(number - 1).origin()), clock.at(step.at):
            return replace(step, files=tuple(str(attachment.pk) for attachment in store_files(files, by=by)))

    # --- The verbs -------------------------------------------------------------------------------------------------

    def create(self, step: Step) -> None:
        values = step.values
        new = NewTicket(
            subject=values["subject"],
            description=step.body,
            category_id=self.categories[values["category"]],
            priority=PRIORITIES[values["priority"]],
            order_id=values["order"],
            product_id=values["product"],
            attachments=step.files,
            customer_id=self.people[values["customer"]].pk if values["customer"] else None,
        )
        self.tickets[step.ticket] = operations.create_ticket(new, by=self.people[step.by]).pk

    def reply(self, step: Step) -> None:
        new = NewMessage(step.body, attachments=step.files)
        written = operations.add_message(self.tickets[step.ticket], new, by=self.people[step.by])
        if step.opens and written.opened:
            self.tickets[step.opens] = written.opened.pk

    def note(self, step: Step) -> None:
        new = NewMessage(step.body, is_internal=True)
        operations.add_message(self.tickets[step.ticket], new, by=self.people[step.by])

    def assign(self, step: Step) -> None:
        operations.assign(
            self.tickets[step.ticket],
            agent_id=self.people[step.values["agent"]].pk,
            team_id=self.teams[step.values["team"]],
            by=self.people[step.by],
        )

    def status(self, step: Step) -> None:
        operations.change_status(self.tickets[step.ticket], step.values["status"], by=self.people[step.by])

    def escalate(self, step: Step) -> None:
        agent = self.people[step.values["agent"]].pk
        operations.escalate(self.tickets[step.ticket], reason=step.body, by=self.people[step.by], agent_id=agent)

    def update(self, step: Step) -> None:
        changes = dict(step.values)
        if "priority" in changes:
            changes["priority"] = PRIORITIES[changes["priority"]]
        operations.update_ticket(self.tickets[step.ticket], changes=changes, by=self.people[step.by])

    def close(self, step: Step) -> None:
        operations.close(self.tickets[step.ticket], by=self.people[step.by])

    def rate(self, step: Step) -> None:
        operations.rate(
            self.tickets[step.ticket], rating=step.values["rating"], feedback=step.body, by=self.people[step.by]
        )

    def watch(self, step: Step) -> None:
        user = self.people[step.values["user"]].pk
        operations.watch(self.tickets[step.ticket], user, by=self.people[step.by])

    def link(self, step: Step) -> None:
        other = self.tickets[step.values["other"]]
        operations.link(self.tickets[step.ticket], other, kind=LinkKind.RELATED, by=self.people[step.by])

    def merge(self, step: Step) -> None:
        source = self.tickets[step.values["source"]]
        operations.merge(self.tickets[step.ticket], [source], by=self.people[step.by])


_VERBS: dict[str, Callable[[Player, Step], None]] = {
    "create": Player.create,
    "reply": Player.reply,
    "note": Player.note,
    "assign": Player.assign,
    "status": Player.status,
    "escalate": Player.escalate,
    "update": Player.update,
    "close": Player.close,
    "rate": Player.rate,
    "watch": Player.watch,
    "link": Player.link,
    "merge": Player.merge,
    **chatting.VERBS,
}


def _batches(steps: Sequence[Step], done: int) -> Iterator[list[tuple[int, Step]]]:
    """Steps in their order with their numbers from 1, many to a transaction but no ticket twice in one: each operation
    finds what the one before it left in the database, as it would in life."""
    batch: list[tuple[int, Step]] = []
    touched: set[str] = set()
    for number, step in enumerate(steps[done:], done + 1):
        if len(batch) == _AT_ONCE or touched & step.touches:
            yield batch
            batch, touched = [], set()
        batch.append((number, step))
        touched |= step.touches
    if batch:
        yield batch
