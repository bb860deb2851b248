"""Define the ledgers: each names, in SQL, the rows behind a figure, so that figure and rows cannot differ.

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


_DONE, _WORKING = _list(tuple(map(str, DONE))), _list(tuple(map(str, WORKING)))


def _within(column: str) -> str:
    return f"{column} >= %(start)s and {column} < %(end)s"


def _seconds(start: str, end: str) -> str:
    return f"greatest(extract(epoch from {end} - {start}), 0)"


CREATED_IN = _within("t.created_at")
# A change of status that merging made, or undid, is nobody's work.
_OF_MERGE = (
    "exists (select from tickets_change m where m.ticket_id = {c}.ticket_id and m.field = 'merged' and m.at = {c}.at)"
    " or exists (select from tickets_merge g where g.target_id = {c}.ticket_id and g.undone_at = {c}.at)"
)
_RESOLVING = (
    f"c.field = 'status' and c.old in {_WORKING} and c.new in {_DONE} and c.by_id is distinct from t.customer_id"
    f" and not ({_OF_MERGE.format(c='c')})"
)
_REOPENING = f"c.field = 'status' and c.old in {_DONE} and c.new in {_WORKING} and not ({_OF_MERGE.format(c='c')})"
_CHANGES = "join tickets_change c on c.ticket_id = t.id"
_HOLDER = """
left join lateral (
  select nullif(a.new, '')::bigint as agent_id from tickets_change a
  where a.ticket_id = c.ticket_id and a.field = 'assignee' and (a.at, a.id) <= (c.at, c.id)
  order by a.at desc, a.id desc limit 1
) holder on true
"""

CREATED = Ledger("created", CREATED_IN, kept=("category", "hour"))
OPEN = Ledger("open", f"{CREATED_IN} and t.status in {_WORKING}", kept=("category",))
DONE_NOW = Ledger("done", f"{CREATED_IN} and t.status in {_DONE}", kept=("category",))
RESOLUTION_TIMES = Ledger(
    "resolution_times",
    f"{CREATED_IN} and t.status in {_DONE} and t.resolved_at is not null",
    amount=_seconds("t.created_at", "t.resolved_at"),
    kept=("category",),
)
RESOLUTIONS = Ledger(
    "resolutions",
    f"{_RESOLVING} and {_within('c.at')}",
    at="c.at",
    agent="holder.agent_id",
    amount=_seconds("t.created_at", "c.at"),
    joins=_CHANGES + _HOLDER,
    day="at",
    kept=("agent",),
    classes=True,
)
CLOSINGS = Ledger(
    "closings",
    f"c.field = 'status' and c.new = 'closed' and c.old not in ('', 'closed') and {_within('c.at')}"
    f" and not ({_OF_MERGE.format(c='c')})",
    at="c.at",
    joins=_CHANGES,
    day="at",
)
REOPENINGS = Ledger("reopenings", f"{_REOPENING} and {_within('c.at')}", at="c.at", joins=_CHANGES, day="at")
FIRST_RESPONSES = Ledger(
    "first_responses",
    f"{CREATED_IN} and t.first_response_at is not null",
    at="t.first_response_at",
    agent="t.first_response_by_id",
    amount=_seconds("t.created_at", "t.first_response_at"),
    kept=("agent",),
    classes=True,
)
# An agent holds a ticket while it is assigned to them and not over; who resolved one in the period held it in it.
HELD = Ledger(
    "held",
    "true",
    day="",
    at="h.at",
    agent="h.agent_id",
    joins=f"""
join (
  select ticket_id, agent_id, min(at) as at from (
    select ticket_id, agent::bigint as agent_id, at from (
      select ticket_id, at, lead(at) over (partition by ticket_id order by at, id) as until,
             first_value(case field when 'assignee' then new end) over (partition by ticket_id, a order by at, id)
               as agent,
             first_value(case field when 'status' then new end) over (partition by ticket_id, s order by at, id)
               as status
      from (
        select c.ticket_id, c.at, c.id, c.field, c.new,
               count(*) filter (where c.field = 'assignee') over steps as a,
               count(*) filter (where c.field = 'status') over steps as s
        from tickets_change c join t on t.id = c.ticket_id
        where c.field in ('assignee', 'status') and c.at < %(end)s and t.created_at < %(end)s
          and not (t.status in {_DONE} and least(t.resolved_at, t.closed_at) < %(start)s)
        window steps as (partition by c.ticket_id order by c.at, c.id)
      ) numbered
    ) spans
    where agent <> '' and status in {_WORKING} and (at >= %(start)s or coalesce(until, 'infinity') > %(start)s)
    union all
    select c.ticket_id, holder.agent_id, c.at from t {_CHANGES} {_HOLDER}
    where {_RESOLVING} and {_within("c.at")} and holder.agent_id is not null
  ) holding group by ticket_id, agent_id
) h on h.ticket_id = t.id
""",
)
RATINGS = Ledger(
    "ratings",
    CREATED_IN,
    at="r.rated_at",
    agent="r.agent_id",
    amount="r.rating::numeric",
    mark="case when r.rating >= 4 then 'satisfied' else 'other' end",
    joins="join tickets_rating r on r.ticket_id = t.id",
    kept=("agent", "category", "amount"),
)
RATEABLE = Ledger(
    "rateable",
    f"{CREATED_IN} and (t.status in {_DONE} or exists (select from tickets_rating r where r.ticket_id = t.id))",
)
_PUBLIC = "join tickets_message m on m.ticket_id = t.id and not m.is_internal"
REPLIES = Ledger(
    "replies",
    f"{CREATED_IN} and m.author_type = 'agent' and m.opens_id is null",
    at="m.created_at",
    agent="m.author_id",
    joins=_PUBLIC,
    kept=("agent",),
)
MESSAGES = Ledger(
    "messages", f"{CREATED_IN} and m.author_type in ('customer', 'agent')", at="m.created_at", joins=_PUBLIC
)
FIRST_CONTACTS = Ledger(
    "first_contacts",
    f"""
{CREATED_IN} and t.status in {_DONE} and said.answered is not null and coalesce(said.last, 0) < said.answered
and not exists (
  select from tickets_change c where c.ticket_id = t.id and {_REOPENING} and c.at <= %(reopen_window)s + (
    select max(d.at) from tickets_change d
    where d.ticket_id = t.id and d.field = 'status' and d.new in {_DONE} and d.old not in {_DONE} and d.at <= c.at
  )
)
""",
    joins="""
join lateral (
  select min(m.id) filter (where m.author_type = 'agent' and m.opens_id is null) as answered,
         max(m.id) filter (where m.author_type = 'customer') as last
  from tickets_message m where m.ticket_id = t.id and not m.is_internal
) said on true
""",
)
# What was met or breached once stays so (tickets.sla.recompute); what is neither is open.
PROMISES = Ledger(
    "promises",
    CREATED_IN,
    at="p.at",
    mark="p.metric || ' ' || p.state",
    kept=("priority", "category", "team"),
    joins="""
join lateral (
  select e.metric, case e.kind when 'breach' then 'breached' else 'met' end as state, e.at
  from tickets_slaevent e
  where e.ticket_id = t.id and e.metric in ('first_response', 'next_response', 'resolution')
    and (e.kind = 'breach' or e.kind = 'met' and not exists (
      select from tickets_slaevent b
      where b.ticket_id = e.ticket_id and b.metric = e.metric and b.started_at = e.started_at and b.kind = 'breach'))
  union all
  select o.metric, 'open', coalesce(o.due_at, t.created_at)
  from (values ('first_response', t.first_response_due_at, false),
               ('next_response', t.next_response_due_at, false),
               ('resolution', t.resolution_due_at, t.sla_paused and t.sla_remaining_seconds > 0)
  ) o(metric, due_at, waits)
  where (o.due_at is not null or o.waits) and not exists (
    select from tickets_slaevent b where b.ticket_id = t.id and b.metric = o.metric and b.kind = 'breach'
      and (b.due_at = o.due_at or o.metric <> 'next_response'))
) p on true
""",
)
ENDED_PROMISES = Ledger(
    "ended_promises",
    f"{CREATED_IN} and p.state <> 'open'",
    at="p.at",
    mark="p.metric",
    joins=PROMISES.joins,
    kept=("priority", "category", "team"),
)
# Every step into or out of work, from the period's beginning on: the backlog is what is open now less these.
BACKLOG_STEPS = Ledger(
    "backlog_steps",
    f"c.field = 'status' and {_within('c.at')}",
    at="c.at",
    amount=f"((c.new in {_WORKING})::int - (c.old in {_WORKING})::int)::numeric",
    joins=_CHANGES,
    day="at",
)
STEPS_AFTER = Ledger(
    "steps_after",
    "c.field = 'status' and c.at >= %(end)s",
    at="c.at",
    amount=BACKLOG_STEPS.amount,
    joins=_CHANGES,
    day="",
)
OPEN_NOW = Ledger("open_now", f"t.status in {_WORKING}", day="")
BACKLOG = Ledger(
    "backlog",
    day="",
    where=f"t.created_at < %(end)s and stood.status in {_WORKING}",
    joins="""
join lateral (
  select c.new as status from tickets_change c where c.ticket_id = t.id and c.field = 'status' and c.at < %(end)s
  order by c.at desc, c.id desc limit 1
) stood on true
""",
)

_CHATS_IN = _within("s.created_at")
CHATS = Ledger("chats", _CHATS_IN, at="s.created_at", agent="s.agent_id", of_chats=True)
BY_BOT = Ledger(
    "chats_by_bot",
    f"{_CHATS_IN} and s.status = 'ended' and s.first_waiting_at is null and s.first_accepted_at is null",
    at="s.created_at",
    of_chats=True,
)
ABANDONED = Ledger(
    "chats_abandoned",
    f"{_CHATS_IN} and s.status = 'ended' and s.first_waiting_at is not null and s.first_accepted_at is null",
    at="s.created_at",
    of_chats=True,
)
WAITS = Ledger(
    "chat_waits",
    f"{_CHATS_IN} and s.first_waiting_at is not null and s.first_accepted_at is not null",
    at="s.first_accepted_at",
    agent="s.agent_id",
    amount=_seconds("s.first_waiting_at", "s.first_accepted_at"),
    of_chats=True,
)
DURATIONS = Ledger(
    "chat_durations",
    f"{_CHATS_IN} and s.ended_at is not null",
    at="s.ended_at",
    agent="s.agent_id",
    amount=_seconds("s.created_at", "s.ended_at"),
    of_chats=True,
)
CHAT_RATINGS = Ledger(
    "chat_ratings",
    _CHATS_IN,
    at="r.rated_at",
    agent="r.agent_id",
    amount="r.rating::numeric",
    joins="join chat_rating r on r.session_id = s.id",
    of_chats=True,
)

DAILY = tuple(each for each in tuple(globals().values()) if isinstance(each, Ledger) and each.day)
"""The ledgers whose rows over a period are those over its days."""
