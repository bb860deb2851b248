"""The statements that make a batch of tickets with everything around them."""

from __future__ import annotations

from typing import Any

from django.db import connection
from django.db.models import Model

from tickets.models import Change, Message, Rating, Ticket

TABLES = ("tickets_ticket", "tickets_message", "tickets_change", "tickets_rating")

PREPARE = """
create temp table seed_sentence (n int primary key, subject text not null, body text not null) on commit drop;
create temp table seed_customer on commit drop as
select (row_number() over (order by u.id) - 1)::int as n, u.id, u.language,
       concat_ws(' ', nullif(u.name, ''), u.email, nullif(u.contact_email, '')) as words
from accounts_user u where u.id = any(%(customers)s);
create unique index on seed_customer (n);
create temp table seed_ticket (
  id bigint, number text, language text, customer_id bigint, customer_text text, agent_id bigint, team_id bigint,
  category_id bigint, priority int, status text, created_at timestamptz, responded_at timestamptz,
  resolved_at timestamptz, closed_at timestamptz, ended_at timestamptz, subject text, description text, chance float8
) on commit drop;
"""

# `g` counts tickets over all batches: it gives the day; the hour is that of busy people.
DRAW = """
truncate seed_ticket;
insert into seed_ticket
with drawn as (
  select g, c.id as customer_id, c.language, c.words, random() as chance, random() as a, random() as b, random() as d,
         %(now)s::timestamptz - interval '1 day' * %(days)s * (1 - g::float8 / %(total)s)
           + interval '1 hour' * 5 * (a1 + a2 - 1) as at
  from (select g, random() as a1, random() as a2, floor(power(random(), 1.5) * %(customer_count)s)::int as customer
        from generate_series(%(first)s::bigint, %(last)s) g offset 0) x
  join seed_customer c on c.n = x.customer
), aged as (
  select *, least(at, %(now)s::timestamptz - interval '1 minute') as created_at,
         greatest(extract(epoch from %(now)s::timestamptz - at) / 86400, 0.001) as age
  from drawn order by at
), placed as (
  select *, case
    when age < 2 then case when chance < .55 then 'open' when chance < .85 then 'in_progress' when chance < .95
      then 'pending' else 'on_hold' end
    when age < 14 then case when chance < .08 then 'open' when chance < .2 then 'in_progress' when chance < .3
      then 'pending' when chance < .35 then 'on_hold' when chance < .8 then 'resolved' else 'closed' end
    else case when chance < .005 then 'open' when chance < .012 then 'in_progress' when chance < .016 then 'pending'
      when chance < .02 then 'on_hold' when chance < .1 then 'resolved' else 'closed' end
    end as status
  from aged
), timed as (
  select *, case when status <> 'open' then created_at + interval '1 day' * least(.0014 + a * b * .4, age * .3) end
    as responded_at,
    case when status in ('resolved', 'closed') then created_at + interval '1 day' * least(.05 + b * d * 6, age * .6) end
    as resolved_at
  from placed
)
select nextval(pg_get_serial_sequence('tickets_ticket', 'id')),
  'TKT-' || extract(year from created_at at time zone %(zone)s) || '-'
    || lpad(s.n::text, greatest(6, length(s.n::text)), '0'),
  language, customer_id, words,
  case when status <> 'open' or a < .3 then (%(agents)s::bigint[])[1 + floor(a * %(agent_count)s)::int] end,
  case when d < .7 then (%(teams)s::bigint[])[1 + floor(d / .7 * %(team_count)s)::int] end,
  (%(categories)s::bigint[])[1 + floor(power(b, 1.7) * %(category_count)s)::int],
  case when a < .1 then 1 when a < .75 then 2 when a < .93 then 3 else 4 end, status, created_at, responded_at,
  resolved_at,
  case when status = 'closed' then least(resolved_at + interval '1 day' * 3 * a, resolved_at
    + interval '1 day' * age * .3) end,
  coalesce(resolved_at, created_at + interval '1 day' * least(2, age * .9)),
  first.subject || case when g %% 3 = 0 then ' ' || (case language when 'ar' then %(third_ar)s else %(third_en)s end)
    else '' end,
  first.body || ' ' || second.body || case when g %% 5000 = 7 then ' ' || %(rare)s else '' end,
  chance
from (select *, nextval('ticket_number_seq') as serial,
        case language when 'ar' then 0 else %(arabic)s end as base,
        case language when 'ar' then %(arabic)s else %(english)s end as many from timed) t
cross join lateral (select serial as n) s
join seed_sentence first on first.n = base + serial * 7919 %% many
join seed_sentence second on second.n = base + serial * 104729 %% many
order by t.created_at;
analyze seed_ticket;
"""

_TICKET = {
    "id": "id", "number": "number", "subject": "subject", "description": "description", "status": "status",
    "priority": "priority", "customer_id": "customer_id", "created_by_id": "customer_id", "category_id": "category_id",
    "team_id": "team_id", "assignee_id": "agent_id",
    "order_id": "case when id % 2 = 0 then 'ORD-' || 100000 + id * 7 else '' end",
    "product_id": "case when id % 3 = 0 then 'P-' || id * 31 % 997 else '' end",
    "tags": "case when id % 20 = 0 then array['vip'] when id % 33 = 0 then array['return', 'store'] else '{}' end",
    "customer_text": "customer_text", "message_count": "%(messages)s - %(notes)s", "note_count": "%(notes)s",
    "first_response_at": "responded_at", "first_response_by_id": "case when responded_at is not null then agent_id end",
    "resolved_at": "resolved_at", "resolved_by_id": "case when resolved_at is not null then agent_id end",
    "resolved_assignee_id": "case when resolved_at is not null then agent_id end", "closed_at": "closed_at",
    "version": "1 + (status <> 'open')::int + (resolved_at is not null)::int + (closed_at is not null)::int",
    "created_at": "created_at", "updated_at": "coalesce(closed_at, ended_at)",
    "staff_updated_at": "coalesce(closed_at, ended_at)", "last_message_at": "ended_at", "last_activity_at": "ended_at",
}  # fmt: skip
# The first is the customer's, the second the answer, every fourth a note; those of open tickets are all the customer's.
_BY_AGENT = "(m % 2 = 1 and (t.responded_at is not null or m % 4 = 3))"
_MESSAGE = {
    "ticket_id": "t.id", "first_ticket_id": "t.id", "opens_id": "case when m = 0 then t.id end",
    "author_id": f"case when {_BY_AGENT} then coalesce(t.agent_id, %(agent)s) else t.customer_id end",
    "author_type": f"case when {_BY_AGENT} then 'agent' else 'customer' end",
    "body": "case when m = 0 then t.description else s.body end", "is_internal": "m % 4 = 3",
    "created_at": "case when m = 0 then t.created_at else coalesce(t.responded_at, t.created_at) + (t.ended_at"
    " - coalesce(t.responded_at, t.created_at)) * ((m - 1)::float8 / %(messages)s) end",
}  # fmt: skip
_MESSAGES_FROM = """
from seed_ticket t cross join generate_series(0, %(messages)s - 1) m
join seed_sentence s on s.n = case t.language when 'ar' then (t.id * 31 + m * 7907) % %(arabic)s
                              else %(arabic)s + (t.id * 31 + m * 7907) % %(english)s end
order by t.id, m
"""
_CHANGE = {"ticket_id": "t.id", "field": "f.field", "old": "f.old", "new": "f.new", "by_id": "f.by_id", "at": "f.at"}
_CHANGES_FROM = """
from seed_ticket t cross join lateral (values
  (1, 'status', '', 'open', t.customer_id, t.created_at),
  (2, 'priority', '', t.priority::text, t.customer_id, t.created_at),
  (3, 'category', '', t.category_id::text, t.customer_id, t.created_at),
  (4, 'team', '', t.team_id::text, t.customer_id, t.created_at),
  (5, 'assignee', '', t.agent_id::text, t.agent_id, coalesce(t.responded_at, t.created_at)),
  (6, 'status', 'open', 'in_progress', t.agent_id, t.responded_at),
  (7, 'status', 'in_progress', t.status, t.agent_id,
   case when t.status in ('pending', 'on_hold') then t.ended_at end),
  (8, 'status', 'in_progress', 'resolved', t.agent_id, t.resolved_at),
  (9, 'status', 'resolved', 'closed', t.customer_id, t.closed_at)
) f (n, field, old, new, by_id, at)
where f.at is not null and f.new is not null order by t.id, f.n
"""
_RATING = {
    "ticket_id": "t.id", "rating": "1 + floor(sqrt((t.chance * 7919)::numeric % 1) * 4.99)::int",
    "agent_id": "t.agent_id", "first_rated_at": "t.resolved_at", "rated_at": "t.resolved_at",
}  # fmt: skip
_RATINGS_FROM = "from seed_ticket t where t.resolved_at is not null and t.id % 10 < 3"


def statements() -> list[tuple[str, list[Any]]]:
    """One INSERT a table out of `seed_ticket`; parameters by name are the caller's, the rest columns' defaults."""
    return [
        insert(Ticket, _TICKET, "from seed_ticket order by id"),
        insert(Message, _MESSAGE, _MESSAGES_FROM),
        insert(Change, _CHANGE, _CHANGES_FROM),
        insert(Rating, _RATING, _RATINGS_FROM),
    ]


def insert(model: type[Model], values: dict[str, str], source: str) -> tuple[str, list[Any]]:
    """An INSERT that names every column that must have a value, by its model's default where `values` names none."""
    missing = [
        field
        for field in model._meta.concrete_fields
        if field.column not in values and not field.null and not field.primary_key
    ]
    columns = [*values, *(str(field.column) for field in missing)]
    defaults = [field.get_db_prep_save(field.get_default(), connection) for field in missing]
    names = [f"%(default_{number})s" for number in range(len(missing))]
    picked = ", ".join([*values.values(), *names])
    return f"insert into {model._meta.db_table} ({', '.join(columns)}) select {picked} {source}", defaults
