-- Gapless numbers per room, given at commit under the one commit lock (4242) that the audit chain takes too.
-- Data that carries `realtime: {room, seq}` gets the latest number that its room has after this commit, so that an
-- event's data equals what REST answers from then on.
alter table rt_event add column ord bigint generated always as identity;
alter table rt_event add column tx xid8 not null default pg_current_xact_id();
create index rt_event_unnumbered on rt_event (tx) where seq is null;

-- Two plain statements, both by unique indexes, so that one plan is right for one event and for thousands.
create function rt_assign() returns trigger language plpgsql as $$
declare me xid8 := pg_current_xact_id();
begin
  if (select seq from rt_event where id = new.id) is not null then return null; end if;  -- numbered by an earlier firing
  perform pg_advisory_xact_lock(4242);
  insert into rt_room (key, seq) select room, count(*) from rt_event where tx = me and seq is null group by room
  on conflict (key) do update set seq = rt_room.seq + excluded.seq;
  -- Each head is that after this commit, of the event's own room and of the one that its data names.
  update rt_event e
  set seq = r.seq - n.later,
      data = case when n.shown is null then e.data
                  else jsonb_set(e.data, '{realtime,seq}',
                                 to_jsonb(coalesce((select seq from rt_room where key = n.shown), 0))) end
  from (
    select id, room, data #>> '{realtime,room}' as shown,
           row_number() over (partition by room order by ord desc) - 1 as later
    from rt_event where tx = me and seq is null
  ) n join rt_room r on r.key = n.room
  where e.id = n.id;
  return null;
end $$;
create constraint trigger rt_assign after insert on rt_event
  deferrable initially deferred for each row execute function rt_assign();
