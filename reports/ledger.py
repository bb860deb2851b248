"""Define what a ledger is, and the words of SQL that ledgers have in common.

A row is a ticket (or a chat) with a moment, the agent it is credited to, an amount (seconds, stars) and a mark. A
ledger over `t` sees the tickets of the question, one over `s` its chats (reports.scope); `%(start)s` and `%(end)s` are
the ends of the period, half-open.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tickets.states import DONE, WORKING


@dataclass(frozen=True)
class Ledger:
    """Rows as parts of a SELECT; `at`, `agent`, `amount` and `mark` are expressions, `joins` and `where` SQL.

    `among` is the part of its condition that others of the same `joins` have too: they are counted by one reading.
    `day` names the moment that places a row in the period (`created_at` or `at`); the rows of a period are then those
    of its days together, and roll-ups keep them (reports.rollups). It is empty where that is not so. `kept` are the
    groupings (reports.counting.BY) that roll-ups keep beside the whole, `classes` says that they keep durations too.
    """

    name: str
    where: str
    among: str = ""
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
        return rows_of([self])

    @property
    def condition(self) -> str:
        """The whole condition of its rows."""
        return " and ".join(filter(None, (self.among, self.where)))


def rows_of(ledgers: Sequence[Ledger]) -> str:
    """Return the SELECT of a ledger's rows; of several with the same `joins` and `among`, the rows of all of these.

    Of several, `is0` tells whether a row is the first one's, and `amount0` is its amount there; their other traits are
    those of the first.
    """
    one, *others = ledgers
    traits = "null::bigint as category_id, null::bigint as team_id, null::int as priority"
    if not one.of_chats:
        traits = "t.category_id, t.team_id, t.priority::int as priority"
    own = f"{one.amount} as amount"
    if others:
        own += "".join(
            f", ({each.where or 'true'}) as is{n}, {each.amount} as amount{n}" for n, each in enumerate(ledgers)
        )
    thing = "s" if one.of_chats else "t"
    condition = one.among if others else one.condition
    return (
        f"select {thing}.id, {one.at} as at, {one.agent} as agent_id, {own}, {one.mark} as mark, {thing}.created_at,"
        f" {traits} from {thing} {one.joins} where {condition}"
    )


def counts_of(place: int, summed: bool, of: int) -> str:
    """Return the columns that count the rows of a ledger among `of` of rows_of, and where `summed` their amounts."""
    only, amount = (f" filter (where l.is{place})", f"l.amount{place}") if of > 1 else ("", "l.amount")
    return f"count(*){only}, " + (f"coalesce(sum({amount}){only}, 0)" if summed else "0")


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
_RESOLVES = f"c.field = 'status' and c.old in {AT_WORK} and c.new in {OVER} and c.by_id is distinct from t.customer_id"
_REOPENS = f"c.field = 'status' and c.old in {OVER} and c.new in {AT_WORK}"
RESOLVING = f"{_RESOLVES} and {NOT_OF_MERGE.format(c='c')}"
REOPENING = f"{_REOPENS} and {NOT_OF_MERGE.format(c='c')}"
# Changes with the merges that made them: where several ledgers are counted by one reading, one join is cheaper than a
# condition of each.
MOVES = """
join tickets_change c on c.ticket_id = t.id
left join (
  select ticket_id, at from tickets_change where field = 'merged'
  union select target_id, undone_at from tickets_merge where undone_at is not null
) merging on merging.ticket_id = c.ticket_id and merging.at = c.at
"""
RESOLVES = f"{_RESOLVES} and merging.at is null"
REOPENS = f"{_REOPENS} and merging.at is null"
CLOSES = "c.new = 'closed' and c.old not in ('', 'closed') and merging.at is null"
CHANGES = "join tickets_change c on c.ticket_id = t.id"
# A value rather than a join: where nobody asks for the agent, nothing is looked up.
HOLDER_THEN = """(
  select nullif(a.new, '')::bigint from tickets_change a
  where a.ticket_id = c.ticket_id and a.field = 'assignee' and (a.at, a.id) <= (c.at, c.id)
  order by a.at desc, a.id desc limit 1
)"""
HOLDER = f"left join lateral (select {HOLDER_THEN} as agent_id) holder on true"
