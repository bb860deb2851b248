-- The one sequence of ticket numbers; never reset, gaps are normal.
create sequence ticket_number_seq;

-- The folded text of tickets and messages, kept by the database, and an index behind every path.
alter table tickets_ticket add column search_text text generated always as (
  fold_v1(number || ' ' || subject || ' ' || description || ' ' || order_id || ' ' || product_id || ' ' || customer_text)
) stored;
create index ticket_search on tickets_ticket using gin (search_text gin_trgm_ops);
create index ticket_search_short on tickets_ticket using gin (prefixes_v1(search_text));

-- The words of a message that opens a ticket are its description's, which an index holds already: taking words in is
-- the dearest part of writing a ticket.
alter table tickets_message add column search_text text generated always as (fold_v1(body)) stored;
create index message_search_public on tickets_message using gin (search_text gin_trgm_ops)
  where not is_internal and opens_id is null;
create index message_search_notes on tickets_message using gin (search_text gin_trgm_ops) where is_internal;

-- Puts the words that gather beside the indexes into them, after many tickets were written. That takes the right of
-- the indexes' owner, which the application has not.
create function settle_search() returns void
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
begin
  perform gin_clean_pending_list(i.indexrelid)
  from pg_index i join pg_class c on c.oid = i.indexrelid join pg_am a on a.oid = c.relam
  where a.amname = 'gin' and i.indrelid in ('public.tickets_ticket'::regclass, 'public.tickets_message'::regclass);
end $$;
