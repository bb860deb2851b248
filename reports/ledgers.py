"""Define the ledgers: each names, in SQL, the rows behind a figure, so that figure and rows cannot differ."""

from __future__ import annotations

from reports.ledger import (
    AT_WORK,
    CHANGES,
    CLOSES,
    CREATED_IN,
    HOLDER,
    HOLDER_THEN,
    MOVES,
    OVER,
    REOPENING,
    REOPENS,
    RESOLVES,
    RESOLVING,
    Ledger,
    seconds,
    within,
)

CREATED = Ledger("created", "", among=CREATED_IN, kept=("category", "quarter"))
OPEN = Ledger("open", f"t.status in {AT_WORK}", among=CREATED_IN, kept=("category",))
DONE_NOW = Ledger("done", f"t.status in {OVER}", among=CREATED_IN, kept=("category",))
RESOLUTION_TIMES = Ledger(
    "resolution_times",
    f"t.status in {OVER} and t.resolved_at is not null",
    among=CREATED_IN,
    amount=seconds("t.created_at", "t.resolved_at"),
    kept=("category",),
)
_MOVES_IN = f"c.field = 'status' and {within('c.at')}"
RESOLUTIONS = Ledger(
    "resolutions",
    RESOLVES,
    among=_MOVES_IN,
    at="c.at",
    agent=HOLDER_THEN,
    amount=seconds("t.created_at", "c.at"),
    joins=MOVES,
    day="at",
    kept=("agent", "quarter"),
    classes=True,
)
CLOSINGS = Ledger(
    "closings",
    CLOSES,
    among=_MOVES_IN,
    at="c.at",
    joins=MOVES,
    day="at",
    kept=("quarter",),
)
REOPENINGS = Ledger("reopenings", REOPENS, among=_MOVES_IN, at="c.at", joins=MOVES, day="at", kept=("quarter",))
FIRST_RESPONSES = Ledger(
    "first_responses",
    "t.first_response_at is not null",
    among=CREATED_IN,
    at="t.first_response_at",
    agent="t.first_response_by_id",
    amount=seconds("t.created_at", "t.first_response_at"),
    kept=("agent",),
    classes=True,
)
# An agent holds a ticket while it is assigned to them and not over; who resolved one in the period held it in it.
# Materialized: planned by stale statistics (a fresh import) it would be counted once a ticket.
HELD = Ledger(
    "held",
    "true",
    day="",
    at="h.at",
    agent="h.agent_id",
    joins=f"""
join (with h as materialized (
  select ticket_id, agent::bigint as agent_id, min(at) as at from (
    select *,
           first_value(case field when 'assignee' then new end) over (partition by ticket_id, a order by at, id)
             as agent,
           first_value(case field when 'status' then new end) over (partition by ticket_id, s order by at, id)
             as status
    from (
      select c.ticket_id, c.at, c.id, c.field, c.old, c.new, c.by_id, t.customer_id, lead(c.at) over steps as until,
             count(*) filter (where c.field = 'assignee') over steps as a,
             count(*) filter (where c.field = 'status') over steps as s
      from tickets_change c join t on t.id = c.ticket_id
      where c.field in ('assignee', 'status') and c.at < %(end)s and t.created_at < %(end)s
        and not (t.status in {OVER} and least(t.resolved_at, t.closed_at) < %(start)s)
      window steps as (partition by c.ticket_id order by c.at, c.id)
    ) numbered
  ) c
  where agent <> '' and (
    status in {AT_WORK} and (at >= %(start)s or coalesce(until, 'infinity') > %(start)s)
    or at >= %(start)s and {RESOLVING.replace("t.customer_id", "c.customer_id")}
  )
  group by ticket_id, agent
) select * from h) h on h.ticket_id = t.id
""",
)
# The quarter of an hour, UTC, of a moment, as text in order of time.
_QUARTER = "to_char(date_bin('15 minutes', {}, '2000-01-01Z') at time zone 'UTC', 'YYYY-MM-DD\"T\"HH24:MI')"
# A holding begins where an agent has a ticket at work that they had not, and ends with its last moment: that of their
# resolution, else the one before they have it no more. The mark of a beginning is the quarter of the last moment of the
# holding of the same ticket by the same agent that came before. reports.things tells by these who held tickets.
_LAST = f"case when {RESOLVING} then c.at else greatest(c.since, c.at - interval '1 microsecond') end"
_HOLDINGS = f"""
join (
  with touched as (
    select distinct ticket_id from tickets_change
    where field in ('assignee', 'status') and at >= %(start)s and at <= %(end)s
  ), numbered as (
    select c.ticket_id, c.at, c.id, c.field, c.old, c.new, c.by_id,
           count(*) filter (where c.field = 'assignee') over steps as a,
           count(*) filter (where c.field = 'status') over steps as s
    from touched join tickets_change c on c.ticket_id = touched.ticket_id
    where c.field in ('assignee', 'status')
    window steps as (partition by c.ticket_id order by c.at, c.id)
  ), known as (
    select *, first_value(case field when 'assignee' then new end) over (partition by ticket_id, a order by at, id)
                as agent,
              first_value(case field when 'status' then new end) over (partition by ticket_id, s order by at, id)
                as status
    from numbered
  ), held as (
    select *, case when status in {AT_WORK} then nullif(agent, '')::bigint end as holder from known
  ), steps as (
    select *, lag(holder) over life as before, lag(at) over life as since
    from held window life as (partition by ticket_id order by at, id)
  ), ends as (
    select c.ticket_id, c.at, c.id, c.before, {_LAST} as last
    from steps c join tickets_ticket t on t.id = c.ticket_id
    where c.before is not null and c.before is distinct from c.holder
  )
  {{rows}}
) c on c.ticket_id = t.id
"""
HOLDINGS_BEGUN = Ledger(
    "holdings_begun",
    within("c.at"),
    at="c.at",
    agent="c.holder",
    mark="c.again",
    joins=_HOLDINGS.format(
        rows=f"""
  select b.ticket_id, b.at, b.holder, coalesce({_QUARTER.format("max(e.last)")}, '') as again
  from steps b left join ends e
    on e.ticket_id = b.ticket_id and e.before = b.holder and (e.at, e.id) < (b.at, b.id)
  where b.holder is not null and b.holder is distinct from b.before group by b.ticket_id, b.at, b.id, b.holder
"""
    ),
    day="at",
    kept=("agent",),
)
HOLDINGS_ENDED = Ledger(
    "holdings_ended",
    within("c.last"),
    at="c.last",
    agent="c.before",
    joins=_HOLDINGS.format(rows="select * from ends"),
    day="at",
    kept=("agent",),
)
# The mark is the quarter of the resolution of the same ticket that was the same agent's before.
RESOLUTIONS_AGAIN = Ledger(
    "resolutions_again",
    f"{RESOLVING} and {within('c.at')} and earlier.at is not null",
    at="c.at",
    agent="holder.agent_id",
    mark=_QUARTER.format("earlier.at"),
    joins=f"""
{CHANGES} {HOLDER}
left join lateral (
  select max(p.at) as at from tickets_change p left join lateral (
    select nullif(a.new, '')::bigint as agent_id from tickets_change a
    where a.ticket_id = p.ticket_id and a.field = 'assignee' and (a.at, a.id) <= (p.at, p.id)
    order by a.at desc, a.id desc limit 1
  ) had on true
  where p.ticket_id = c.ticket_id and {RESOLVING.replace("c.", "p.")} and (p.at, p.id) < (c.at, c.id)
    and had.agent_id is not distinct from holder.agent_id
) earlier on true
""",
    day="at",
    kept=("agent",),
)
RATINGS = Ledger(
    "ratings",
    CREATED_IN,
    at="r.rated_at",
    agent="r.agent_id",
    amount="r.rating::numeric",
    mark="case when r.rating >= 4 then 'satisfied' else 'other' end",
    joins="join tickets_rating r on r.ticket_id = t.id",
    kept=("agent", "category", "amount", "quarter"),
)
RATEABLE = Ledger(
    "rateable",
    f"(t.status in {OVER} or exists (select from tickets_rating r where r.ticket_id = t.id))",
    among=CREATED_IN,
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
{CREATED_IN} and t.status in {OVER} and said.answered is not null and coalesce(said.last, 0) < said.answered
and not exists (
  select from tickets_change c where c.ticket_id = t.id and {REOPENING} and c.at <= %(reopen_window)s + (
    select max(d.at) from tickets_change d
    where d.ticket_id = t.id and d.field = 'status' and d.new in {OVER} and d.old not in {OVER} and d.at <= c.at
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
# What was met or breached once stays so (tickets.sla.recompute); what is neither is open. A due time may move after the
# breach, so the promise that runs is told by when it began.
_REOPENED = f"""
  select max(c.at) from tickets_change c where c.ticket_id = t.id and {REOPENING}
"""
PROMISES = Ledger(
    "promises",
    CREATED_IN,
    at="p.at",
    mark="p.metric || ' ' || p.state",
    kept=("priority", "category", "team"),
    joins=f"""
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
      and b.started_at >= coalesce(
        case o.metric when 'next_response' then t.customer_waits_since when 'resolution' then ({_REOPENED}) end,
        t.created_at))
) p on true
""",
)
# Every step into or out of work, from the period's beginning on: the backlog is what is open now less these.
BACKLOG_STEPS = Ledger(
    "backlog_steps",
    "",
    among=_MOVES_IN,
    at="c.at",
    amount=f"(c.new in {AT_WORK})::int - (c.old in {AT_WORK})::int",
    joins=MOVES,
    day="at",
    kept=("quarter",),
)
STEPS_AFTER = Ledger(
    "steps_after",
    "c.field = 'status' and c.at >= %(end)s",
    at="c.at",
    amount=BACKLOG_STEPS.amount,
    joins=CHANGES,
    day="",
)
OPEN_NOW = Ledger("open_now", f"t.status in {AT_WORK}", day="")
BACKLOG = Ledger(
    "backlog",
    day="",
    where=f"t.created_at < %(end)s and stood.status in {AT_WORK}",
    joins="""
join lateral (
  select c.new as status from tickets_change c where c.ticket_id = t.id and c.field = 'status' and c.at < %(end)s
  order by c.at desc, c.id desc limit 1
) stood on true
""",
)

_CHATS_IN = within("s.created_at")
CHATS = Ledger("chats", "", among=_CHATS_IN, at="s.created_at", agent="s.agent_id", of_chats=True, kept=("quarter",))
BY_BOT = Ledger(
    "chats_by_bot",
    "s.status = 'ended' and s.first_waiting_at is null and s.first_accepted_at is null",
    among=_CHATS_IN,
    at="s.created_at",
    of_chats=True,
    kept=("quarter",),
)
ABANDONED = Ledger(
    "chats_abandoned",
    "s.status = 'ended' and s.first_waiting_at is not null and s.first_accepted_at is null",
    among=_CHATS_IN,
    at="s.created_at",
    of_chats=True,
    kept=("quarter",),
)
WAITS = Ledger(
    "chat_waits",
    "s.first_waiting_at is not null and s.first_accepted_at is not null",
    among=_CHATS_IN,
    at="s.first_accepted_at",
    agent="s.agent_id",
    amount=seconds("s.first_waiting_at", "s.first_accepted_at"),
    of_chats=True,
)
DURATIONS = Ledger(
    "chat_durations",
    "s.ended_at is not null",
    among=_CHATS_IN,
    at="s.ended_at",
    agent="s.agent_id",
    amount=seconds("s.created_at", "s.ended_at"),
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
