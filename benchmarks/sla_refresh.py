"""Computing the open tickets after an edit of the rules, as a worker does it, in a process of its own."""

import django

django.setup()

from tickets.sla.refresh import refresh_all  # noqa: E402

refresh_all()
