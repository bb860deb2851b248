"""The hours that an installation begins with: Sunday to Thursday, nine to five, in Riyadh."""

from django.db import migrations

HOURS = {
    "name_ar": "ساعات العمل",
    "name_en": "Working hours",
    "time_zone": "Asia/Riyadh",
    "weekly": {str(weekday): ["09:00-17:00"] for weekday in (7, 1, 2, 3, 4)},
    "is_default": True,
}


def make(apps, schema_editor):
    apps.get_model("tickets", "BusinessCalendar").objects.create(**HOURS)


class Migration(migrations.Migration):
    dependencies = [("tickets", "0006_businesscalendar")]
    operations = [migrations.RunPython(make, migrations.RunPython.noop)]
