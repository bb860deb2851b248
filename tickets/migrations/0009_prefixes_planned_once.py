"""The beginnings of words by a function that keeps its plan: in SQL it was read and planned for each ticket written.

What it finds is the same, some of it twice now, which an index does not mind: it stays as it is.
"""

from importlib import import_module

from django.db import migrations

_first = import_module("tickets.migrations.0004_search").FUNCTIONS
BEFORE = _first[_first.index("create function prefixes_v1(") :].replace("create function", "create or replace function")
SQL = """
create or replace function prefixes_v1(t text) returns text[] language plpgsql immutable strict parallel safe as $$
declare
  words text[] := regexp_split_to_array(t, '[[:space:]]+') || regexp_split_to_array(t, '[^[:alnum:]]+');
begin
  return (
    select coalesce(array_agg(left(w, 1)) filter (where w <> ''), '{}')
        || coalesce(array_agg(left(w, 2)) filter (where length(w) > 1), '{}')
    from unnest(words) w
  );
end $$;
"""


class Migration(migrations.Migration):
    dependencies = [("tickets", "0008_list_paths")]
    operations = [migrations.RunSQL(SQL, BEFORE)]
