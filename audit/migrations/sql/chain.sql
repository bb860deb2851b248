-- The rules of the log as the database keeps them: digests, the chain, refusal of every change, erasure.
-- Functions in PL/pgSQL keep their plan; one in SQL is read and planned for each statement.

-- What a digest covers. jsonb's text form is canonical (sorted keys), and no session setting changes it.
create function audit_digest(salt uuid, entity_name text, actor_name text, old_values jsonb,
                             new_values jsonb, metadata jsonb, ip_address text, user_agent text)
returns bytea language plpgsql immutable parallel safe as $$
begin
  return sha256(convert_to(jsonb_build_array(salt::text, entity_name, actor_name, old_values, new_values, metadata,
                                             ip_address, user_agent)::text, 'UTF8'));
end $$;

-- What a link covers: the entry with its time in UTC microseconds, whatever TimeZone or DateStyle say.
create function audit_canonical(e audit_entry) returns bytea
language plpgsql stable parallel safe as $$
begin
  return convert_to(jsonb_build_array(e.id, e.action, e.entity_type, e.entity_id, e.actor_id, e.actor_model,
           (extract(epoch from e.created_at) * 1000000)::bigint, encode(e.digest, 'hex'))::text, 'UTF8');
end $$;

-- Chains each entry at the commit of its transaction, in the order of insertion, under the one commit lock (4242) that
-- realtime's numbering takes too: one lock, so that no order of writes can deadlock. Each statement after the lock
-- sees what the transaction before us committed. It runs with the owner's rights, hence the look at the table: anybody
-- can hang a trigger on a temporary table of his own.
create function audit_chain() returns trigger
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
declare last audit_link;
begin
  if tg_relid <> 'public.audit_entry'::regclass or tg_op <> 'INSERT' then
    raise exception 'only entries of the log are chained' using errcode = 'insufficient_privilege';
  end if;
  perform pg_advisory_xact_lock(4242);
  select * into last from audit_link order by seq desc limit 1;
  insert into audit_link (seq, entry_id, hash)
  values (coalesce(last.seq, 0) + 1, new.id, sha256(coalesce(last.hash, ''::bytea) || audit_canonical(new)));
  return null;
end $$;
create constraint trigger audit_chain after insert on audit_entry
  deferrable initially deferred for each row execute function audit_chain();

create function audit_refuse() returns trigger language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  if tg_op = 'DELETE' and tg_relid = 'public.audit_detail'::regclass
     and current_setting('support.audit_erasure', true) = pg_current_xact_id()::text
     and current_user = (select pg_get_userbyid(relowner) from pg_class where oid = tg_relid)
  then return old; end if;
  raise exception 'audit rows are never changed or removed' using errcode = 'insufficient_privilege';
end $$;
create trigger audit_entry_refuse before update or delete on audit_entry for each row execute function audit_refuse();
create trigger audit_detail_refuse before update or delete on audit_detail for each row execute function audit_refuse();
create trigger audit_link_refuse before update or delete on audit_link for each row execute function audit_refuse();
create trigger audit_entry_keep before truncate on audit_entry for each statement execute function audit_refuse();
create trigger audit_detail_keep before truncate on audit_detail for each statement execute function audit_refuse();
create trigger audit_link_keep before truncate on audit_link for each statement execute function audit_refuse();

-- The only way a detail goes. It leaves its own proof, an entry AUDIT_ERASED that lists what went, so that nobody who
-- may call it can erase in silence; the proofs themselves are kept whole. Answers how many details went.
create function audit_erase(ids bigint[], by_id bigint, by_model text, by_name text, address text, agent text)
returns bigint language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
declare
  gone bigint[]; proof bigint; salted uuid := gen_random_uuid(); said jsonb;
begin
  perform set_config('support.audit_erasure', pg_current_xact_id()::text, true);
  with d as (
    delete from audit_detail using audit_entry e
    where entry_id = any(ids) and e.id = entry_id and e.action <> 'AUDIT_ERASED' returning entry_id
  )
  select array_agg(entry_id order by entry_id) into gone from d;
  perform set_config('support.audit_erasure', '', true);
  if gone is null then return 0; end if;
  said := jsonb_build_object('entryIds', to_jsonb(gone));
  insert into audit_entry (action, entity_type, entity_id, actor_id, actor_model, created_at, digest)
  values ('AUDIT_ERASED', 'audit', 'details', by_id, by_model, clock_timestamp(),
          audit_digest(salted, '', by_name, '{}', '{}', said, address, agent))
  returning id into proof;
  insert into audit_detail (entry_id, salt, entity_name, actor_name, old_values, new_values, metadata, ip_address,
                            user_agent)
  values (proof, salted, '', by_name, '{}', '{}', said, address, agent);
  return cardinality(gone);
end $$;

revoke all on function audit_chain(), audit_refuse() from public;
revoke all on function audit_erase(bigint[], bigint, text, text, text, text) from public;
