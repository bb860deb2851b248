"""Which ticket a message opened, where there was only that it opened one; files of notes counted apart."""

import django.db.models.deletion
from django.db import migrations, models

FILL = """
update tickets_message m set opens_id = case
  when exists (select from tickets_ticket t where t.id = m.first_ticket_id and t.created_at = m.created_at)
  then m.first_ticket_id else m.ticket_id end
where m.is_opening;
update tickets_ticket t set note_attachment_count = n.files, attachment_count = t.attachment_count - n.files
from (
  select m.ticket_id, count(*) as files from uploads_attachment a
  join tickets_message m on a.owner_type = 'message' and a.owner_id = m.id where m.is_internal group by m.ticket_id
) n where n.ticket_id = t.id;
set constraints all immediate;
"""
BACK = """
update tickets_message set is_opening = true where opens_id is not null;
update tickets_ticket set attachment_count = attachment_count + note_attachment_count;
set constraints all immediate;
"""


class Migration(migrations.Migration):
    dependencies = [("tickets", "0002_number"), ("uploads", "0001_initial")]
    operations = [
        migrations.AddField(
            model_name="ticket", name="note_attachment_count", field=models.PositiveIntegerField(default=0)
        ),
        migrations.AddField(
            model_name="message",
            name="opens",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="tickets.ticket",
            ),
        ),
        migrations.RunSQL(FILL, BACK),
        migrations.RemoveField(model_name="message", name="is_opening"),
        migrations.AddConstraint(
            model_name="message",
            constraint=models.UniqueConstraint(
                condition=models.Q(opens__isnull=False), fields=("opens",), name="message_opens_one_ticket"
            ),
        ),
    ]
