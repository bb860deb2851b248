"""The one sequence of ticket numbers; never reset, gaps are normal."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("tickets", "0001_initial")]
    operations = [migrations.RunSQL("create sequence ticket_number_seq", "drop sequence ticket_number_seq")]
