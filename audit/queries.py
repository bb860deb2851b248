"""Reading the log."""

from django.db.models import QuerySet

from audit.models import Entry
from core.api.lists import Sort

ENTRY_SORTS = {"createdAt": Sort("id")}


def entries() -> QuerySet[Entry]:
    """Every entry with its detail."""
    return Entry.objects.select_related("detail")


def history_of(entity_type: str, entity_id: str) -> QuerySet[Entry]:
    """Return what was done to one thing."""
    return entries().filter(entity_type=entity_type, entity_id=entity_id)
