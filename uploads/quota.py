"""How many bytes customers and guests may upload in a day; staff have no limit but the rate of requests."""

from __future__ import annotations

from django.conf import settings
from django.db.models import Sum
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _

from accounts.models import User
from core import clock
from core.days import day_end, day_start, site_zone
from core.errors import RateLimited
from uploads.models import Attachment


def refuse_beyond_quota(user: User, size: int) -> None:
    """Raise RateLimited, until midnight, when `size` more bytes exceed what a customer or guest may send in a day."""
    if not user.is_customer:
        return
    today = clock.now().astimezone(site_zone()).date()
    sent = Attachment.objects.filter(uploader=user, copy_of=None, created_at__gte=day_start(today)).aggregate(
        bytes=Sum("size")
    )
    if (sent["bytes"] or 0) + size > settings.UPLOAD_QUOTA_BYTES:
        text = _("Your files of one day may have %(limit)s in all. Send the rest tomorrow.")
        wait = int((day_end(today) - clock.now()).total_seconds()) + 1
        raise RateLimited(wait, text % {"limit": filesizeformat(settings.UPLOAD_QUOTA_BYTES)})
