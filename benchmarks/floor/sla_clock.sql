-- The floor of the SLA monitor: as many clocks as there are open tickets, nothing of them due.
create schema if not exists floor;
drop table if exists floor.sla_clock, floor.sla_audit, floor.sla_outbox;
create table floor.sla_clock (ticket_id bigint not null, kind smallint not null, due_at timestamptz not null,
  state smallint not null default 1, fired_at timestamptz);
insert into floor.sla_clock select g, 1, now() + interval '10 years' + interval '1 second' * (g % 1000000), 1, null
  from generate_series(1, %(count)s) g;
alter table floor.sla_clock add primary key (ticket_id, kind);
create index on floor.sla_clock (due_at) where state = 1;
create table floor.sla_audit (id bigint generated always as identity primary key, at timestamptz not null default now(),
  actor_id bigint, action text not null, object_type text not null, object_id bigint not null, data jsonb not null);
create index on floor.sla_audit (object_type, object_id, at);
create table floor.sla_outbox (id bigint generated always as identity primary key, topic text not null,
  payload jsonb not null, created_at timestamptz not null default now(), sent_at timestamptz);
create index on floor.sla_outbox (id) where sent_at is null;
