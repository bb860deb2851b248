"""Whoever writes many tickets lets their words gather beside the indexes, and puts all of them in at the end.

That takes the right of the indexes' owner, which the application has not.
"""

from django.db import migrations

CREATE = """
create function settle_search() returns void
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
begin
  perform gin_clean_pending_list(i.indexrelid)
  from pg_index i join pg_class c on c.oid = i.indexrelid join pg_am a on a.oid = c.relam
  where a.amname = 'gin' and i.indrelid in ('public.tickets_ticket'::regclass, 'public.tickets_message'::regclass);
end $$;
"""


class Migration(migrations.Migration):
    dependencies = [("tickets", "0010_openings_by_their_tickets")]
    operations = [migrations.RunSQL(CREATE, "drop function settle_search()")]
