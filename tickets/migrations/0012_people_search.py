"""People are found by name, addresses and phone, folded; so are tickets, by their customer's phone too."""

from django.db import migrations

CREATE = """
create index user_search on accounts_user using gin (
  fold_v1(name || ' ' || coalesce(email, '') || ' ' || contact_email || ' ' || phone) gin_trgm_ops
);
update tickets_ticket t set customer_text = t.customer_text || ' ' || u.phone
from accounts_user u where u.id = t.customer_id and u.phone <> '';
set constraints all immediate;
"""


class Migration(migrations.Migration):
    dependencies = [("tickets", "0011_settle_search"), ("accounts", "0004_password_resets")]
    operations = [migrations.RunSQL(CREATE, "drop index user_search")]
