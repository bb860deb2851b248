"""The notifications that a file is ready, that a saved report is, and that one is paused."""

from __future__ import annotations

from typing import Any, TypeVar

from django.conf import settings
from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from notifications.kinds import Kind
from notifications.models import Channel, Item
from notifications.models.preferences import Audience
from reports.mailed.models import Paused, SavedReport
from reports.models import Export

Thing = TypeVar("Thing", Export, SavedReport)


class OwnersKind(Kind[Thing]):
    """Tells the one person whose file or saved report it is."""

    audiences = (Audience.STAFF,)

    def find(self, item: Item) -> Thing:
        found: Thing = self.model.objects.get(pk=item.entity_id)
        return found

    def concerned(self, thing: Thing, item: Item) -> QuerySet[User]:
        return User.objects.filter(pk=thing.user_id, is_active=True)


class ExportReady(OwnersKind[Export]):
    """Tells whoever asked for it."""

    slug = "export-ready"
    color = "#0f766e"
    label = _("A file you asked for is ready")
    model = Export
    channels = (Channel.IN_APP, Channel.EMAIL, Channel.PUSH)

    def context(self, item: Item, recipient: User) -> dict[str, Any]:
        export = self.thing(item)
        address = settings.SITE_URL + reverse("admin:reports_exports")
        return {"rows": export.row_count, "link": address, "data": {}}

    def sample(self, language: str) -> dict[str, Any]:
        return {"rows": 12840, "link": f"{settings.SITE_URL}/admin/reports/exports", "data": {}}


class ReportReady(ExportReady):
    """Tells the owner of a saved report that its file of this time is there."""

    slug = "report-ready"
    label = _("A saved report is ready")

    def context(self, item: Item, recipient: User) -> dict[str, Any]:
        export = self.thing(item)
        days = {"first": export.parameters["startDate"], "last": export.parameters["endDate"]}
        return {**super().context(item, recipient), **days, "name": export.name}

    def sample(self, language: str) -> dict[str, Any]:
        name = "كل أسبوع" if language == "ar" else "Every week"
        return {**super().sample(language), "name": name, "first": "2026-03-02", "last": "2026-03-08"}


class ReportPaused(OwnersKind[SavedReport]):
    """Tells the owner of a saved report that it is sent no more, and why."""

    slug = "report-paused"
    color = "#b45309"
    label = _("A saved report is paused")
    model = SavedReport
    channels = (Channel.IN_APP, Channel.EMAIL)

    def context(self, item: Item, recipient: User) -> dict[str, Any]:
        saved = self.thing(item)
        address = settings.SITE_URL + reverse("admin:index")
        return {"name": saved.name, "reason": saved.get_paused_display(), "link": address, "data": {}}

    def sample(self, language: str) -> dict[str, Any]:
        name = "كل أسبوع" if language == "ar" else "Every week"
        return {"name": name, "reason": Paused.RIGHTS.label, "link": f"{settings.SITE_URL}/admin/", "data": {}}


KINDS = (ExportReady(), ReportReady(), ReportPaused())
