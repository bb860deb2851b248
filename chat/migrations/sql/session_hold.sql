-- Locks chats that are written in together, in the order of their ids. What is waited for one chat is no longer there
-- for the next: all of them together wait a quarter of a second at most.
create function chat_session_hold(wanted bigint[])
returns table (id bigint, customer_id bigint, agent_id bigint, status varchar, language varchar)
language plpgsql set lock_timeout = '250ms' as $$
declare
  started timestamptz := clock_timestamp();
  waited integer := 0;
  gone integer;
  wanted_id bigint;
begin
  for wanted_id in select distinct w from unnest(wanted) w order by w loop
    gone := extract(epoch from clock_timestamp() - started) * 1000;
    if gone > waited + 5 then
      waited := gone;
      perform set_config('lock_timeout', greatest(1, 250 - waited)::text, true);
    end if;
    return query
      select s.id, s.customer_id, s.agent_id, s.status, s.language
      from chat_session s where s.id = wanted_id for no key update;
  end loop;
end $$;
