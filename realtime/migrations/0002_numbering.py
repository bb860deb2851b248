"""Gapless numbers per room, given at commit under the one commit lock that the audit chain takes too.

A payload that carries `realtime: {room, seq}` gets the head its room has after this commit, so that an event's data
equals what REST answers from then on.
"""

from django.db import migrations

SQL = """
alter table rt_event add column ord bigint generated always as identity;
alter table rt_event add column tx xid8 not null default pg_current_xact_id();
create index rt_event_unnumbered on rt_event (tx) where seq is null;

create function rt_assign() returns trigger language plpgsql set enable_nestloop = off as $$
declare me xid8 := pg_current_xact_id();
begin
  if (select seq from rt_event where id = new.id) is not null then return null; end if;  -- numbered by an earlier firing
  perform pg_advisory_xact_lock(4242);
  with n as materialized (
    select id, room, data #>> '{realtime,room}' as shown, row_number() over (partition by room order by ord) as k,
           count(*) over (partition by room) as c
    from rt_event where tx = me and seq is null
  ), up as (
    insert into rt_room (key, seq) select room, count(*) from n group by room
    on conflict (key) do update set seq = rt_room.seq + excluded.seq returning key, seq
  ), head as (
    select key, seq from up
    union all
    select r.key, r.seq from rt_room r
    where r.key = any(array(select distinct shown from n where shown is not null and shown not in (select key from up)))
  )
  update rt_event e
  set seq = up.seq - n.c + n.k,
      data = case when n.shown is null then e.data
                  else jsonb_set(e.data, '{realtime,seq}', to_jsonb(coalesce(head.seq, 0))) end
  from n join up on up.key = n.room left join head on head.key = n.shown
  where e.id = n.id;
  return null;
end $$;
create constraint trigger rt_assign after insert on rt_event
  deferrable initially deferred for each row execute function rt_assign();
"""

REVERSE = """
drop function rt_assign() cascade;
alter table rt_event drop column tx, drop column ord;
"""


class Migration(migrations.Migration):
    dependencies = [("realtime", "0001_initial")]
    operations = [migrations.RunSQL(SQL, REVERSE)]
