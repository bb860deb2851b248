"""Chats that are written in together are held together: in the order of their ids, and not waited for long."""

from django.db import migrations

CREATE = """
create function chat_session_hold(wanted bigint[])
returns table (id bigint, customer_id bigint, agent_id bigint, status varchar, language varchar)
language sql volatile set lock_timeout = '250ms' as $$
  select s.id, s.customer_id, s.agent_id, s.status, s.language
  from chat_session s where s.id = any(wanted) order by s.id for no key update
$$;
"""


class Migration(migrations.Migration):
    dependencies = [("chat", "0002_hands")]
    operations = [migrations.RunSQL(CREATE, "drop function chat_session_hold(bigint[])")]
