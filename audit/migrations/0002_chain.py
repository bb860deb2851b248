"""The rules of the log as the database keeps them: digests, the chain, refusal of every change, erasure."""

from django.db import migrations

SQL = """
alter table audit_entry add column tx xid8 not null default pg_current_xact_id();
create index audit_entry_tx on audit_entry (tx);

-- What a digest covers. jsonb's text form is canonical (sorted keys), and no session setting changes it.
create function audit_digest(salt uuid, entity_name text, actor_name text, old_values jsonb, new_values jsonb,
                             metadata jsonb, ip_address text, user_agent text) returns bytea
language sql immutable parallel safe as $$
  select sha256(convert_to(jsonb_build_array(salt::text, entity_name, actor_name, old_values, new_values, metadata,
                                             ip_address, user_agent)::text, 'UTF8'))
$$;

-- What a link covers: the entry with its time in UTC microseconds, whatever TimeZone or DateStyle say.
create function audit_canonical(e audit_entry) returns bytea
language sql stable parallel safe as $$
  select convert_to(jsonb_build_array(e.id, e.action, e.entity_type, e.entity_id, e.actor_id, e.actor_model,
           (extract(epoch from e.created_at) * 1000000)::bigint, encode(e.digest, 'hex'))::text, 'UTF8')
$$;

-- Chains all entries of this transaction at its commit, in order of their ids, under the one commit lock (4242)
-- that realtime's numbering takes too: one lock, so that no order of writes can deadlock.
create function audit_chain() returns trigger language plpgsql security definer set search_path = public, pg_temp as $$
declare
  last_seq bigint; last_hash bytea; e audit_entry;
begin
  if exists (select from audit_link where entry_id = new.id) then return null; end if;  -- chained by an earlier firing
  perform pg_advisory_xact_lock(4242);
  select seq, hash into last_seq, last_hash from audit_link order by seq desc limit 1;
  last_seq := coalesce(last_seq, 0);
  last_hash := coalesce(last_hash, ''::bytea);
  for e in select * from audit_entry a where tx = pg_current_xact_id()
             and not exists (select from audit_link l where l.entry_id = a.id) order by id loop
    last_seq := last_seq + 1;
    last_hash := sha256(last_hash || audit_canonical(e));
    insert into audit_link (seq, entry_id, hash) values (last_seq, e.id, last_hash);
  end loop;
  return null;
end $$;
create constraint trigger audit_chain after insert on audit_entry
  deferrable initially deferred for each row execute function audit_chain();

create function audit_refuse() returns trigger language plpgsql as $$
begin
  if tg_table_name = 'audit_detail' and tg_op = 'DELETE'
     and coalesce(current_setting('support.audit_erasure', true), '') = pg_current_xact_id()::text
     and current_user = (select tableowner from pg_tables where schemaname = tg_table_schema and tablename = tg_table_name)
  then return old; end if;
  raise exception 'audit rows are never changed or removed' using errcode = 'insufficient_privilege';
end $$;
create trigger audit_entry_refuse before update or delete on audit_entry for each row execute function audit_refuse();
create trigger audit_detail_refuse before update or delete on audit_detail for each row execute function audit_refuse();
create trigger audit_link_refuse before update or delete on audit_link for each row execute function audit_refuse();
create trigger audit_entry_keep before truncate on audit_entry for each statement execute function audit_refuse();
create trigger audit_detail_keep before truncate on audit_detail for each statement execute function audit_refuse();
create trigger audit_link_keep before truncate on audit_link for each statement execute function audit_refuse();

-- The only way a detail goes: as the tables' owner, by this function; the caller records AUDIT_ERASED with the ids.
create function audit_erase(ids bigint[]) returns bigint
language plpgsql security definer set search_path = public, pg_temp as $$
declare n bigint;
begin
  perform set_config('support.audit_erasure', pg_current_xact_id()::text, true);
  delete from audit_detail where entry_id = any(ids);
  get diagnostics n = row_count;
  perform set_config('support.audit_erasure', '', true);
  return n;
end $$;
"""

REVERSE = """
drop function audit_erase(bigint[]);
drop function audit_refuse() cascade;
drop function audit_chain() cascade;
drop function audit_canonical(audit_entry);
drop function audit_digest(uuid, text, text, jsonb, jsonb, jsonb, text, text);
alter table audit_entry drop column tx;
"""


class Migration(migrations.Migration):
    dependencies = [("audit", "0001_initial")]
    operations = [migrations.RunSQL(SQL, REVERSE)]
