"""record(): one audit entry, written with the operation that it describes."""

from collections.abc import Mapping
from typing import Any

from core import clock
from core.jsonb import clean_text, jsonb_text
from core.operation import Insert, write_later
from core.protocols import Actor, Audited
from core.request_context import origin

_INSERT = Insert(
    """
    with d as materialized (
      select nextval(pg_get_serial_sequence('audit_entry', 'id')) as id, gen_random_uuid() as salt, u.*
      from {rows}
      order by u.n
    ), e as (
      insert into audit_entry (id, action, entity_type, entity_id, actor_id, actor_model, created_at, digest)
      select id, action, entity_type, entity_id, actor_id, actor_model, created_at,
             audit_digest(salt, entity_name, actor_name, old_values::jsonb, new_values::jsonb, metadata::jsonb,
                          ip_address, user_agent)
      from d
    )
    insert into audit_detail (entry_id, salt, entity_name, actor_name, old_values, new_values, metadata,
                              ip_address, user_agent)
    select id, salt, entity_name, actor_name, old_values::jsonb, new_values::jsonb, metadata::jsonb,
           ip_address, user_agent
    from d
    """,
    "action text, entity_type text, entity_id text, actor_id bigint, actor_model text, created_at timestamptz,"
    " entity_name text, actor_name text, old_values text, new_values text, metadata text, ip_address text,"
    " user_agent text",
    numbered=True,
)


def record(
    action: str,
    entity: Audited,
    *,
    by: Actor | None,
    old: Mapping[str, Any] | None = None,
    new: Mapping[str, Any] | None = None,
    metadata: Mapping[str, Any] | None = None,
) -> None:
    """Write an entry about `entity` in the current operation (RuntimeError outside one).

    `by` is None only for an act of nobody known, such as a failed sign-in. Values are the contract's own words
    (camelCase names); anything orjson can write, plus decimals and model choices as text.
    """
    came = origin()
    write_later(
        _INSERT,
        (
            action,
            entity.audit_type,
            str(entity.pk),
            by.pk if by else None,
            by.actor_model if by else "System",
            clock.now(),
            clean_text(entity.audit_name),
            clean_text(by.actor_name if by else ""),
            jsonb_text(old or {}),
            jsonb_text(new or {}),
            jsonb_text(metadata or {}),
            came.ip_address,
            clean_text(came.user_agent[:300]),
        ),
    )
