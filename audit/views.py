"""GET /audit: the log, for those who may read it."""

from __future__ import annotations

import django_filters
from rest_framework.request import Request
from rest_framework.response import Response

from audit.forms import EntryOut
from audit.models import Entry
from audit.queries import ENTRY_SORTS, entries
from audit.words import ACTIONS, KINDS
from core.api.filters import DaysFilterSet, IdFilter
from core.api.lists import filtered, paginate, read_paging
from core.api.parameters import list_parameters
from core.api.permissions import needs
from core.api.requests import ApiRequest
from core.api.schema import describe
from core.api.views import ApiView, ok


class EntryFilter(DaysFilterSet):
    """By thing, actor, action and days."""

    entityType = django_filters.ChoiceFilter(field_name="entity_type", choices=[(kind, kind) for kind in KINDS])
    entityId = django_filters.CharFilter(field_name="entity_id", max_length=40)
    actorId = IdFilter(field_name="actor_id", none=True)
    action = django_filters.ChoiceFilter(field_name="action", choices=[(action, action) for action in ACTIONS])

    class Meta:
        model = Entry
        fields: list[str] = []


class AuditLog(ApiView):
    permission_classes = [needs("support.audit.view")]

    def check_parameters(self, request: Request) -> None:
        """The filter set checks them."""

    @describe(
        "The audit log, newest first",
        answer=EntryOut(many=True),
        meta="page",
        parameters=list_parameters(EntryFilter, ENTRY_SORTS),
    )
    def get(self, request: ApiRequest) -> Response:
        rows = filtered(entries(), EntryFilter, request)
        page = paginate(rows, read_paging(request.query_params, ENTRY_SORTS, "createdAt"), ENTRY_SORTS)
        return ok([EntryOut.show(row) for row in page.rows], meta=page.meta)
