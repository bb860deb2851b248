"""The notification that a file is ready."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from notifications.kinds import Kind
from notifications.models import Channel, Item
from notifications.models.preferences import Audience
from reports.models import Export


class ExportReady(Kind[Export]):
    """Tells whoever asked for it."""

    slug = "export-ready"
    color = "#0f766e"
    label = _("A file you asked for is ready")
    model = Export
    audiences = (Audience.STAFF,)
    channels = (Channel.IN_APP, Channel.EMAIL, Channel.PUSH)

    def thing(self, item: Item) -> Export:
        return Export.objects.get(pk=item.entity_id)

    def concerned(self, thing: Export, item: Item) -> QuerySet[User]:
        return User.objects.filter(pk=thing.user_id, is_active=True)

    def context(self, item: Item, recipient: User) -> dict[str, Any]:
        export = self.thing(item)
        address = settings.SITE_URL + reverse("admin:reports_exports")
        return {"rows": export.row_count, "link": address, "data": {}}

    def sample(self, language: str) -> dict[str, Any]:
        return {"rows": 12840, "link": f"{settings.SITE_URL}/admin/reports/exports", "data": {}}


KINDS = (ExportReady(),)
