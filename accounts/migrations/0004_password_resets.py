"""Reset links by a random token: one a person, ended by the database with whatever they could be misused after."""

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

ENDING = """
create function accounts_end_password_reset() returns trigger language plpgsql as $$
begin
  delete from accounts_passwordreset where user_id = new.id;
  return null;
end $$;
create trigger accounts_end_password_reset after update of password, email, is_active on accounts_user for each row
  when (old.password is distinct from new.password or old.email is distinct from new.email
        or old.is_active is distinct from new.is_active)
  execute function accounts_end_password_reset();
"""
UNDO = """
drop trigger accounts_end_password_reset on accounts_user;
drop function accounts_end_password_reset();
"""


class Migration(migrations.Migration):
    dependencies = [("accounts", "0003_rights")]
    operations = [
        migrations.DeleteModel("PasswordReset"),
        migrations.CreateModel(
            name="PasswordReset",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("token_hash", models.CharField(max_length=64, unique=True)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("expires_at", models.DateTimeField()),
                (
                    "user",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="password_reset",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={"default_permissions": ()},
        ),
        migrations.CreateModel(
            name="PasswordResetRequest",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("email", models.CharField(max_length=254)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
            ],
            options={"default_permissions": ()},
        ),
        migrations.RunSQL(ENDING, UNDO),
    ]
