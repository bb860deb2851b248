"""Number a commit's events by two plain statements: one of many parts took longer to start than to run.

Both go by unique indexes, so that one plan is right for one event and for thousands.
"""

from importlib import import_module

from django.db import migrations

BEFORE = import_module("realtime.migrations.0003_numbering_by_index").BY_INDEX
SQL = """
create or replace function rt_assign() returns trigger language plpgsql as $$
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
"""


class Migration(migrations.Migration):
    dependencies = [("realtime", "0003_numbering_by_index")]
    operations = [migrations.RunSQL(SQL, BEFORE)]
