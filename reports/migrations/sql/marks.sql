-- Marks of what roll-ups must count anew (docs/adr/0013). A statement that changes what reports count marks the days of
-- the rows concerned: that of the ticket's creation, and where the rows of a ledger stand at the ticket's moves, those of
-- the moves. Marks are plain inserts without a rule of uniqueness: no writer ever waits for another's.
-- Whether a day is already over is not asked: whoever counts a day sees all that was committed before, and a mark that
-- is committed later than it was counted stands after it.

-- The quarter of an hour, UTC, that a moment lies in.
create function reports_quarter(moment timestamptz) returns timestamptz language sql immutable parallel safe as $$
  select date_bin('15 minutes', moment, timestamptz '2000-01-01 00:00:00+00')
$$;

-- The quarter of a move, and of the moment before it.
create function reports_quarters(moment timestamptz) returns timestamptz[] language sql immutable parallel safe as $$
  select array[reports_quarter(moment), reports_quarter(moment - interval '1 microsecond')]
$$;

-- Marks the creation of tickets, and all their moves where `moves` says so: changes of status and of agent. An agent has
-- a ticket up to the moment before a move (reports/ledgers.py), which may lie in the quarter before.
create function reports_mark_of(ids bigint[], moves boolean) returns void language plpgsql as $$
begin
  insert into reports_mark (at)
  select reports_quarter(t.created_at) from tickets_ticket t where t.id = any(ids)
  union
  select unnest(reports_quarters(c.at)) from tickets_change c
  where moves and c.ticket_id = any(ids) and c.field in ('status', 'assignee');
end $$;

create function reports_mark_tickets() returns trigger language plpgsql as $$
begin
  if tg_op = 'INSERT' then
    insert into reports_mark (at) select distinct reports_quarter(created_at) from new_rows;
  elsif tg_op = 'DELETE' then
    insert into reports_mark (at) select distinct reports_quarter(created_at) from old_rows;
  else
    insert into reports_mark (at)
    with touched as (
      select n.id, o.created_at as was_created_at, n.created_at,
        (o.category_id, o.team_id, o.priority, o.merged_into_id, o.created_at, o.customer_id)
          is distinct from (n.category_id, n.team_id, n.priority, n.merged_into_id, n.created_at, n.customer_id) as moves
      from old_rows o join new_rows n on n.id = o.id
      where (o.status, o.category_id, o.team_id, o.priority, o.merged_into_id, o.created_at, o.customer_id,
             o.first_response_at, o.first_response_by_id, o.resolved_at, o.closed_at, o.first_response_due_at,
             o.next_response_due_at, o.resolution_due_at, o.sla_paused, o.sla_remaining_seconds > 0)
        is distinct from (n.status, n.category_id, n.team_id, n.priority, n.merged_into_id, n.created_at, n.customer_id,
             n.first_response_at, n.first_response_by_id, n.resolved_at, n.closed_at, n.first_response_due_at,
             n.next_response_due_at, n.resolution_due_at, n.sla_paused, n.sla_remaining_seconds > 0)
    )
    select reports_quarter(created_at) from touched
    union
    select reports_quarter(was_created_at) from touched where moves
    union
    select unnest(reports_quarters(c.at)) from touched t join tickets_change c on c.ticket_id = t.id
    where t.moves and c.field in ('status', 'assignee');
  end if;
  return null;
end $$;

-- Who had a ticket decides about the credit of its later moves.
create function reports_mark_changes() returns trigger language plpgsql as $$
begin
  if tg_op = 'INSERT' then
    insert into reports_mark (at)
    with touched as (select ticket_id, at from new_rows where field in ('status', 'assignee', 'merged'))
    select unnest(reports_quarters(at)) from touched
    union
    select reports_quarter(t.created_at) from touched join tickets_ticket t on t.id = touched.ticket_id
    union
    select unnest(reports_quarters(c.at)) from touched join tickets_change c on c.ticket_id = touched.ticket_id
    where c.field in ('status', 'assignee') and c.at > touched.at;
  else
    insert into reports_mark (at) select distinct unnest(reports_quarters(at)) from old_rows;
    perform reports_mark_of(array(select distinct ticket_id from old_rows), true);
  end if;
  return null;
end $$;

create function reports_mark_messages() returns trigger language plpgsql as $$
begin
  if tg_op = 'INSERT' then
    perform reports_mark_of(array(
      select distinct ticket_id from new_rows where not is_internal and author_type in ('customer', 'agent')), false);
  elsif tg_op = 'DELETE' then
    perform reports_mark_of(array(select distinct ticket_id from old_rows where not is_internal), false);
  else
    perform reports_mark_of(array(
      select unnest(array[o.ticket_id, n.ticket_id]) from old_rows o join new_rows n on n.id = o.id
      where (o.ticket_id, o.author_id, o.author_type, o.is_internal, o.opens_id)
        is distinct from (n.ticket_id, n.author_id, n.author_type, n.is_internal, n.opens_id)), false);
  end if;
  return null;
end $$;

-- Ratings and promises of tickets: whichever row came, went or changed.
create function reports_mark_ticket_rows() returns trigger language plpgsql as $$
begin
  if tg_op <> 'INSERT' then
    perform reports_mark_of(array(select distinct ticket_id from old_rows), false);
  end if;
  if tg_op <> 'DELETE' then
    perform reports_mark_of(array(select distinct ticket_id from new_rows), false);
  end if;
  return null;
end $$;

-- A change of status that undoing a merge made is nobody's work.
create function reports_mark_merges() returns trigger language plpgsql as $$
begin
  if tg_op = 'DELETE' then
    perform reports_mark_of(array(select distinct target_id from old_rows where undone_at is not null), true);
  else
    perform reports_mark_of(array(select distinct target_id from new_rows where undone_at is not null), true);
  end if;
  return null;
end $$;

create function reports_mark_chats() returns trigger language plpgsql as $$
begin
  if tg_op = 'INSERT' then
    insert into reports_mark (at) select distinct reports_quarter(created_at) from new_rows;
  elsif tg_op = 'DELETE' then
    insert into reports_mark (at) select distinct reports_quarter(created_at) from old_rows;
  else
    insert into reports_mark (at)
    with touched as (
      select o.created_at as was_created_at, n.created_at from old_rows o join new_rows n on n.id = o.id
      where (o.created_at, o.agent_id, o.status, o.first_waiting_at, o.first_accepted_at, o.ended_at)
        is distinct from (n.created_at, n.agent_id, n.status, n.first_waiting_at, n.first_accepted_at, n.ended_at)
    )
    select reports_quarter(created_at) from touched union select reports_quarter(was_created_at) from touched;
  end if;
  return null;
end $$;

create function reports_mark_chat_ratings() returns trigger language plpgsql as $$
begin
  if tg_op <> 'INSERT' then
    insert into reports_mark (at) select distinct reports_quarter(s.created_at)
    from old_rows r join chat_session s on s.id = r.session_id;
  end if;
  if tg_op <> 'DELETE' then
    insert into reports_mark (at) select distinct reports_quarter(s.created_at)
    from new_rows r join chat_session s on s.id = r.session_id;
  end if;
  return null;
end $$;

do $$
declare
  watched record;
begin
  for watched in
    select * from (values
      ('tickets_ticket', 'reports_mark_tickets'), ('tickets_change', 'reports_mark_changes'),
      ('tickets_message', 'reports_mark_messages'), ('tickets_rating', 'reports_mark_ticket_rows'),
      ('tickets_slaevent', 'reports_mark_ticket_rows'), ('tickets_merge', 'reports_mark_merges'),
      ('chat_session', 'reports_mark_chats'), ('chat_rating', 'reports_mark_chat_ratings')
    ) as all_watched (name, does)
  loop
    execute format('create trigger reports_mark_new after insert on %I referencing new table as new_rows
      for each statement execute function %I()', watched.name, watched.does);
    execute format('create trigger reports_mark_changed after update on %I referencing old table as old_rows
      new table as new_rows for each statement execute function %I()', watched.name, watched.does);
    execute format('create trigger reports_mark_gone after delete on %I referencing old table as old_rows
      for each statement execute function %I()', watched.name, watched.does);
  end loop;
end $$;
