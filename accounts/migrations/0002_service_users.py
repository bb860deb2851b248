"""The two service users: who acts when nobody does."""

from django.db import migrations

SQL = """
insert into accounts_user (password, is_superuser, email, contact_email, name, phone, role, language, availability,
                           is_active, created_at, updated_at)
values ('!', false, null, '', 'Bot', '', 'bot', 'ar', 'offline', true, now(), now()),
       ('!', false, null, '', 'System', '', 'system', 'ar', 'offline', true, now(), now());
"""


class Migration(migrations.Migration):
    dependencies = [("accounts", "0001_initial")]
    operations = [migrations.RunSQL(SQL, "delete from accounts_user where role in ('bot', 'system')")]
