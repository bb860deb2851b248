"""The registry's events as OpenAPI 3.1 `webhooks`, for those who make their clients' types from the API's document."""

from typing import Any

from drf_spectacular.plumbing import ComponentRegistry
from drf_spectacular.settings import spectacular_settings

from realtime.asyncapi import JsonSchema, event_frame
from realtime.registry import EventSpec, events

TAG = "events"


def add(result: JsonSchema, generator: Any, request: Any, public: Any) -> JsonSchema:
    """drf-spectacular's hook, before those that look at components: every event, its forms among the components.

    Its own setting for webhooks comes too late for their components, and wants each of them by name.
    """
    result["webhooks"] = {name: {"post": _told(generator.registry, spec)} for name, spec in sorted(events().items())}
    result["components"] |= generator.registry.build(spectacular_settings.APPEND_COMPONENTS)
    return result


def _told(registry: ComponentRegistry, spec: EventSpec) -> JsonSchema:
    frames = {audience: event_frame(registry, spec, audience)["payload"] for audience in sorted(spec.forms)}
    alike = len({str(frame) for frame in frames.values()}) == 1
    forms = [{"title": f"For {audience}", **frame} for audience, frame in frames.items()]
    return {
        "operationId": f"told_{spec.name.replace(':', '_')}",
        "summary": spec.summary,
        "description": _description(spec),
        "tags": [TAG],
        "requestBody": {
            "required": True,
            "content": {"application/json": {"schema": next(iter(frames.values())) if alike else {"anyOf": forms}}},
        },
        "responses": {"200": {"description": "Nothing is answered: the frame comes on the socket at /support."}},
    }


def _description(spec: EventSpec) -> str:
    rooms = ", ".join(f"`{prefix}`" for prefix in sorted(spec.rooms))
    kept = "Numbered in each room, and sent again to whoever resumes." if spec.stored else "A signal: it may be lost."
    return f"{f'In rooms {rooms}. ' if rooms else ''}{kept}"
