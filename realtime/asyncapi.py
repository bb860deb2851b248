"""The socket's contract out of the registry: every event in each audience's form, control frames and actions.

AsyncAPI 3 around the same components that OpenAPI describes, so that an entity is defined once.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils import translation
from drf_spectacular.plumbing import ComponentRegistry, build_mocked_view
from drf_spectacular.utils import extend_schema

from core.api.schema import close_forms
from realtime import rooms
from realtime.registry import EventSpec, actions, events

VERSION = 1
FILE = Path(settings.BASE_DIR) / "asyncapi.json"
JsonSchema = dict[str, Any]


@cache
def document() -> JsonSchema:
    """The whole AsyncAPI document, its descriptions in English whoever asks."""
    with translation.override("en"):
        return _document()


def _document() -> JsonSchema:
    registry = ComponentRegistry()
    messages = {
        f"{name.replace(':', '.')}.{audience}": event_frame(registry, spec, audience)
        for name, spec in sorted(events().items())
        for audience in sorted(spec.forms)
    }
    messages |= {f"control.{name.replace(':', '.')}": _frame(name, data) for name, data in CONTROLS.items()}
    messages["ack"] = {"name": "ack", "title": "The answer to an action with a ref", "payload": ACK}
    asked = {
        f"action.{name.replace(':', '.')}": _action(name, data) for name, data in sorted(_actions(registry).items())
    }
    components = close_forms({"components": registry.build({})}, None, None, None)["components"]
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Support events",
            "version": f"{VERSION}.0.0",
            "description": "What a socket at /support is told and may ask. docs/realtime.md shows it by example.",
        },
        "defaultContentType": "application/json",
        "channels": {
            "support": {
                "address": "/support",
                "description": "Plain WebSocket frames, or Socket.IO at namespace /support with the same events.",
                "messages": {key: {"$ref": f"#/components/messages/{key}"} for key in (*messages, *asked)},
            }
        },
        "operations": {
            "hear": _operation("send", "What the server tells", messages),
            "ask": _operation("receive", "What a client may ask", asked),
        },
        "components": {"schemas": components["schemas"], "messages": messages | asked},
    }


def _operation(kind: str, summary: str, messages: JsonSchema) -> JsonSchema:
    return {
        "action": kind,
        "summary": summary,
        "channel": {"$ref": "#/channels/support"},
        "messages": [{"$ref": f"#/channels/support/messages/{key}"} for key in messages],
    }


def event_frame(registry: ComponentRegistry, spec: EventSpec, audience: str) -> JsonSchema:
    """The message of an event in one audience's form; stored ones are numbered in their room."""
    view: Any = build_mocked_view("get", "/", extend_schema(), registry)
    data = view.schema.resolve_serializer(spec.forms[audience](), "response").ref
    prefixes = sorted(spec.rooms) or sorted({prefix for kinds in rooms.typed().values() for prefix in kinds})
    numbered = {"id": {"type": "string", "format": "uuid"}, "seq": {"type": "integer", "minimum": 1}}
    more: JsonSchema = {"room": {"type": "string", "pattern": f"^({'|'.join(prefixes)}):[A-Za-z0-9_-]+$"}}
    message = _frame(spec.name, data, (more | numbered) if spec.stored else more)
    return {**message, "title": spec.summary, "x-audience": audience, "x-since-version": spec.since_version}


def _frame(name: str, data: JsonSchema, more: JsonSchema | None = None) -> JsonSchema:
    known: JsonSchema = {"v": {"const": VERSION}, "event": {"const": name}, **(more or {})}
    known |= {"at": {"type": "string", "format": "date-time"}, "data": data}
    return {"name": name, "payload": _object(known)}


def _action(name: str, data: JsonSchema) -> JsonSchema:
    known: JsonSchema = {"action": {"const": name}, "ref": {"type": ["string", "number"]}, "data": data}
    return {"name": name, "payload": {**_object(known), "required": ["action"]}}


def _object(properties: JsonSchema) -> JsonSchema:
    return {
        "type": "object",
        "required": list(properties),
        "properties": properties,
        "additionalProperties": False,
    }


def _actions(registry: ComponentRegistry) -> JsonSchema:
    """Return what clients may send, in the form with names; ids alone and arguments in order are taken too."""
    found: JsonSchema = dict(ACTIONS)
    for name, action in actions().items():
        view: Any = build_mocked_view("post", "/", extend_schema(), registry)
        found[name] = {"anyOf": [view.schema.resolve_serializer(form, "request").ref for form in action.forms()]}
    for name, room in rooms.joins().items():
        known: JsonSchema = {room.key: ID}
        if name == room.join_action:
            found[name] = {**_object({**known, "since": SEQ}), "required": [room.key]}
        else:
            found[name] = _object(known)
    keys = dict.fromkeys(sorted(rooms.typed()), ID)
    typing = {**_object({**keys, "isInternal": {"type": "boolean"}}), "required": [], "minProperties": 1}
    found["typing:start"] = found["typing:stop"] = typing
    both = {**typing["properties"], "isTyping": {"type": "boolean"}}
    found["sendTyping"] = {**typing, "properties": both, "required": ["isTyping"]}
    return found


ID: JsonSchema = {"type": "string", "maxLength": rooms.MAX_REF}
SEQ: JsonSchema = {"type": "integer", "minimum": 0}
ROOM: JsonSchema = {"type": "string"}
MOMENT: JsonSchema = {"type": ["integer", "null"], "description": "Milliseconds since 1970; null never ends."}
LATEST: JsonSchema = {"type": "object", "additionalProperties": SEQ}
ERROR: JsonSchema = {
    "type": "object",
    "required": ["code", "message"],
    "properties": {
        "code": {"type": "string"},
        "message": {"type": "string"},
        "retryAfter": {"type": "number"},
        "requestId": {"type": "string"},
        "closeCode": {"type": "integer"},
        "fields": {"type": "object", "additionalProperties": {"type": "array", "items": {"type": "string"}}},
        "details": {"type": "object"},
    },
    "additionalProperties": False,
}
USER = _object({"id": ID, "name": {"type": "string"}, "type": {"type": "string"}})
CONTROLS: JsonSchema = {
    "ready": _object({"user": USER, "expiresAt": MOMENT, "heartbeat": {"type": "integer"}, "rooms": LATEST}),
    "hb": _object({"rooms": LATEST}),
    "room:reset": _object({"room": ROOM, "seq": SEQ}),
    "room:cursor": _object({"room": ROOM, "seq": SEQ}),
    "resumed": {"type": "object", "description": "The answer to `since` given at connect, Socket.IO alone."},
    "room:left": _object({"room": ROOM, "reason": {"type": "string"}}),
    "auth:expiring": _object({"expiresAt": MOMENT}),
    "error": ERROR,
}
ACTIONS: JsonSchema = {
    "auth": {**_object({"token": {"type": "string"}, "since": LATEST}), "required": ["token"]},
    "resume": _object({"rooms": LATEST}),
    "pong": {"type": ["object", "null"]},
    "viewing:start": {"type": ["object", "null"]},
    "viewing:stop": {"type": ["object", "null"]},
}
ACK: JsonSchema = {
    "type": "object",
    "required": ["v", "event", "ref", "ok"],
    "properties": {
        "v": {"const": VERSION},
        "event": {"const": "ack"},
        "ref": {"type": ["string", "number"]},
        "ok": {"type": "boolean"},
        "data": {"type": "object"},
        "error": ERROR,
    },
    "additionalProperties": False,
}
