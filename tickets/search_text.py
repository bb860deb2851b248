"""The customer's words in a ticket's search text: copied when it is opened, and again when the customer changes."""

from __future__ import annotations

import datetime

from django.db import connection
from django.utils import timezone

from accounts.models import User
from core.periodic import last_run, mark

NAME = "tickets.customer_texts"
# A change may commit a while after the moment it carries; copying again what is equal already changes nothing.
OVERLAP = datetime.timedelta(minutes=5)


def search_text_of(customer: User) -> str:
    """Return what a ticket copies of its customer: name, addresses and phone."""
    return " ".join(part for part in (customer.name, customer.email, customer.contact_email, customer.phone) if part)


def recopy_changed() -> int:
    """Copy again what customers changed since the last sweep; how many tickets that touched."""
    now = timezone.now()
    since = (last_run(NAME) or now - datetime.timedelta(days=3650)) - OVERLAP
    with connection.cursor() as cursor:
        cursor.execute(
            """
            update tickets_ticket t set customer_text = u.copied
            from (
              select id, concat_ws(' ', nullif(name, ''), email, nullif(contact_email, ''), nullif(phone, '')) as copied
              from accounts_user where updated_at >= %s and role in ('customer', 'guest')
            ) u
            where t.customer_id = u.id and t.customer_text is distinct from u.copied
            """,
            [since],
        )
        touched = cursor.rowcount
    mark(NAME, now)
    return touched
