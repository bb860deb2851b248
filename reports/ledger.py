"""Define what a ledger is, and the words of SQL that ledgers have in common.

A row is a ticket (or a chat) with a moment, the agent it is credited to, an amount (seconds, stars) and a mark. A
ledger over `t` sees the tickets of the question, one over `s` its chats (reports.scope); `%(start)s` and `%(end)s` are
the ends of the period, half-open.
"""

from __future__ import annotations

from dataclasses import dataclass

from tickets.states import DONE, WORKING


@dataclass(frozen=True)
class Ledger:
    """Rows as parts of a SELECT; `at`, `agent`, `amount` and `mark` are expressions, `joins` and `where` SQL.

    `day` names the moment that places a row in the period (`created_at` or `at`); the rows of a period are then those
    of its days together, and roll-ups keep them (reports.rollups). It is empty where that is not so. `kept` are the
    groupings (reports.counting.BY) that roll-ups keep beside the whole, `classes` says that they keep durations too.
    """

    name: str
    where: str
    at: str = "t.created_at"
    agent: str = "null::bigint"
    amount: str = "null::numeric"
    mark: str = "''"
    joins: str = ""
    of_chats: bool = False
    day: str = "created_at"
    kept: tuple[str, ...] = ()
    classes: bool = False

    @property
    def created(self) -> str:
        """The moment at which its ticket or chat was created."""
        return "s.created_at" if self.of_chats else "t.created_at"

    @property
    def moment(self) -> str:
        """The moment that places a row in the period; empty where none does."""
        return {"created_at": self.created, "at": self.at}.get(self.day, "")

    @property
    def sql(self) -> str:
        """The SELECT of its rows."""
        traits = "null::bigint as category_id, null::bigint as team_id, null::int as priority"
        if not self.of_chats:
            traits = "t.category_id, t.team_id, t.priority::int as priority"
        thing = "s" if self.of_chats else "t"
        return (
            f"select {thing}.id, {self.at} as at, {self.agent} as agent_id, {self.amount} as amount,"
            f" {self.mark} as mark, {thing}.created_at, {traits} from {thing} {self.joins} where {self.where}"
        )


def _list(words: tuple[str, ...]) -> str:
    return "(" + ", ".join(f"'{word!s}'" for word in words) + ")"


OVER, AT_WORK = _list(tuple(map(str, DONE))), _list(tuple(map(str, WORKING)))


def within(column: str) -> str:
    """Return the condition that a moment lies in the period."""
    return f"{column} >= %(start)s and {column} < %(end)s"


def seconds(start: str, end: str) -> str:
    """Return the seconds between two moments, none below zero."""
    return f"greatest(extract(epoch from {end} - {start}), 0)"


CREATED_IN = within("t.created_at")
# A change of status that merging made, or undid, is nobody's work. Two conditions, so that each becomes an anti join.
NOT_OF_MERGE = (
    "not exists (select from tickets_change m"
    " where m.ticket_id = {c}.ticket_id and m.field = 'merged' and m.at = {c}.at)"
    " and not exists (select from tickets_merge g where g.target_id = {c}.ticket_id and g.undone_at = {c}.at)"
)
RESOLVING = (
    f"c.field = 'status' and c.old in {AT_WORK} and c.new in {OVER} and c.by_id is distinct from t.customer_id"
    f" and {NOT_OF_MERGE.format(c='c')}"
)
REOPENING = f"c.field = 'status' and c.old in {OVER} and c.new in {AT_WORK} and {NOT_OF_MERGE.format(c='c')}"
CHANGES = "join tickets_change c on c.ticket_id = t.id"
# A value rather than a join: where nobody asks for the agent, nothing is looked up.
HOLDER_THEN = """(
  select nullif(a.new, '')::bigint from tickets_change a
  where a.ticket_id = c.ticket_id and a.field = 'assignee' and (a.at, a.id) <= (c.at, c.id)
  order by a.at desc, a.id desc limit 1
)"""
HOLDER = f"left join lateral (select {HOLDER_THEN} as agent_id) holder on true"
