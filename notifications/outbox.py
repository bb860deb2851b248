"""notify(): an item row in the operation's own transaction; sending is the worker's."""

from collections.abc import Mapping
from typing import Any

from core import clock
from core.jsonb import jsonb_text
from core.operation import Insert, call_after_commit, write_later
from core.protocols import Actor, Audited
from notifications.kinds import kinds
from notifications.nudge import nudge

EXPAND = "notifications.expand"

# In the order of keys: two transactions that tell the same occasions wait for each other in one order alone.
_INSERT = Insert(
    """
    insert into notifications_item (kind, key, entity_type, entity_id, actor_id, data, in_app_only, created_at)
    select kind, key, entity_type, entity_id, actor_id, data::jsonb, in_app_only, created_at
    from {rows}
    order by key
    on conflict (key) do nothing
    """,
    "kind text, key text, entity_type text, entity_id text, actor_id bigint, data text, in_app_only boolean,"
    " created_at timestamptz",
)


def notify(
    kind: str, entity: Audited, *, occasion: str, by: Actor | None, data: Mapping[str, Any] | None = None
) -> None:
    """Queue one notification about `entity` (RuntimeError outside an operation, ValueError for an unknown kind).

    `occasion` makes it unique: kind, entity and occasion together are told once, however often they are sent here.
    What an import or the demo tells of the past is shown in the app alone, and wakes nobody.
    """
    if kind not in kinds():
        raise ValueError(f"The notification kind {kind} is not declared.")
    key = f"{kind}:{entity.audit_type}:{entity.pk}:{occasion}"
    row = (kind, key, entity.audit_type, str(entity.pk), by.pk if by else None, jsonb_text(dict(data or {})))
    past = clock.is_set()
    write_later(_INSERT, (*row, past, clock.now()))
    if not past:
        call_after_commit(nudge, EXPAND)
