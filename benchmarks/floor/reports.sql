-- The floor of reports: roll-ups by day as one would make them by hand, each for one report and its groups alone.
drop schema if exists rolled cascade;
create schema rolled;
create table rolled.hours as
select date_trunc('hour', created_at) as at, count(*) as created, count(resolved_at) as resolved
from public.tickets_ticket where merged_into_id is null group by 1;
create table rolled.categories as
select date_trunc('day', created_at) as at, category_id, count(*) as created, count(resolved_at) as resolved,
  sum(extract(epoch from resolved_at - created_at))::bigint as seconds
from public.tickets_ticket where merged_into_id is null group by 1, 2;
create table rolled.agents as
select date_trunc('day', t.created_at) as at, t.assignee_id, count(*) as handled, count(t.resolved_at) as resolved,
  sum(extract(epoch from t.first_response_at - t.created_at))::bigint as answered_seconds,
  count(t.first_response_at) as answered, sum(r.rating) as stars, count(r.rating) as ratings
from public.tickets_ticket t left join public.tickets_rating r on r.ticket_id = t.id
where t.merged_into_id is null and t.assignee_id is not null group by 1, 2;
create table rolled.promises as
select date_trunc('day', created_at) as at, priority, count(*) as tickets,
  count(*) filter (where first_response_at <= created_at + interval '4 hours') as answered_in_time,
  count(*) filter (where resolved_at <= created_at + interval '2 days') as resolved_in_time
from public.tickets_ticket where merged_into_id is null group by 1, 2;
create table rolled.ratings as
select date_trunc('day', t.created_at) as at, r.rating, count(*) as given
from public.tickets_ticket t join public.tickets_rating r on r.ticket_id = t.id group by 1, 2;
create table rolled.chats as
select date_trunc('day', created_at) as at, count(*) as started, count(first_accepted_at) as accepted,
  sum(extract(epoch from ended_at - created_at))::bigint as seconds
from public.chat_session group by 1;
create table rolled.messages as
select date_trunc('day', t.created_at) as at, count(*) as written
from public.tickets_ticket t join public.tickets_message m on m.ticket_id = t.id group by 1;
create index on rolled.hours (at);
create index on rolled.categories (at);
create index on rolled.agents (at);
analyze rolled.hours, rolled.categories, rolled.agents, rolled.promises, rolled.ratings, rolled.chats, rolled.messages;
