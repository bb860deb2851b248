"""The beginnings of words by a function that keeps its plan: in SQL it was read and planned for each ticket written.

What it finds is the same, so the index stays as it is.
"""

from importlib import import_module

from django.db import migrations

_first = import_module("tickets.migrations.0004_search").FUNCTIONS
BEFORE = _first[_first.index("create function prefixes_v1(") :].replace("create function", "create or replace function")
SQL = """
create or replace function prefixes_v1(t text) returns text[] language plpgsql immutable strict parallel safe as $$
begin
  return (
    select coalesce(array_agg(distinct left(w, n)), '{}')
    from (
      select w from regexp_split_to_table(t, '[[:space:]]+') w
      union
      select w from regexp_split_to_table(t, '[^[:alnum:]]+') w
    ) words, (values (1), (2)) as sizes (n)
    where length(w) >= n
  );
end $$;
"""


class Migration(migrations.Migration):
    dependencies = [("tickets", "0008_list_paths")]
    operations = [migrations.RunSQL(SQL, BEFORE)]
