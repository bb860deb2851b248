"""The closed filters and sorts of GET /chat/sessions."""

from __future__ import annotations

from chat.models import Session
from chat.states import Status
from core.api.filters import DaysFilterSet, IdFilter, WordsFilter
from core.api.lists import Sort

SORTS = {
    "createdAt": Sort("created_at"),
    "updatedAt": Sort("updated_at"),
    "waitingSince": Sort("waiting_since", nullable=True),
}


class SessionFilter(DaysFilterSet):
    """By state (a comma-separated list), agent (`none` for nobody), customer, and day of the start."""

    status = WordsFilter({status.value: status for status in Status}, field_name="status")
    agentId = IdFilter(field_name="agent", none=True)
    customerId = IdFilter(field_name="customer")

    class Meta:
        model = Session
        fields: list[str] = []
