"""The words of a message that opens a ticket are its description's, which an index holds already.

The index of public messages leaves them out: taking words in is the dearest part of writing a ticket.
"""

from django.db import migrations

INDEX = """
drop index message_search_public;
create index message_search_public on tickets_message using gin (search_text gin_trgm_ops) where not is_internal
"""


class Migration(migrations.Migration):
    dependencies = [("tickets", "0009_prefixes_planned_once")]
    operations = [migrations.RunSQL(INDEX + "and opens_id is null", INDEX)]
