"""Digests and canonical forms by functions that keep their plan: one in SQL is read and planned for each statement.

What they compute is the same, byte for byte.
"""

from importlib import import_module

from django.db import migrations

_first = import_module("audit.migrations.0002_chain").SQL
_START, _END = _first.index("create function audit_digest("), _first.index("-- Chains each entry")
BEFORE = _first[_START:_END].replace("create function", "create or replace function")
SQL = """
create or replace function audit_digest(salt uuid, entity_name text, actor_name text, old_values jsonb,
                                        new_values jsonb, metadata jsonb, ip_address text, user_agent text)
returns bytea language plpgsql immutable parallel safe as $$
begin
  return sha256(convert_to(jsonb_build_array(salt::text, entity_name, actor_name, old_values, new_values, metadata,
                                             ip_address, user_agent)::text, 'UTF8'));
end $$;
create or replace function audit_canonical(e audit_entry) returns bytea
language plpgsql stable parallel safe as $$
begin
  return convert_to(jsonb_build_array(e.id, e.action, e.entity_type, e.entity_id, e.actor_id, e.actor_model,
           (extract(epoch from e.created_at) * 1000000)::bigint, encode(e.digest, 'hex'))::text, 'UTF8');
end $$;
"""


class Migration(migrations.Migration):
    dependencies = [("audit", "0002_chain")]
    operations = [migrations.RunSQL(SQL, BEFORE)]
