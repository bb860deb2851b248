"""OpenAPI out of the views: the envelope around every answer, the one problem form for every refusal."""

import inspect
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from drf_spectacular.openapi import AutoSchema as SpectacularAutoSchema
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers

from core.api.permissions import Public, SignedIn
from core.api.serializers import FormOut, Nothing
from core.errors import CODES

F = TypeVar("F", bound=Callable[..., Any])
_PAGE: dict[str, Any] = {
    "type": "object",
    "required": ["page", "limit", "total", "totalPages", "nextCursor"],
    "properties": {
        "page": {"type": "integer"},
        "limit": {"type": "integer"},
        "total": {"type": "integer"},
        "totalPages": {"type": "integer"},
        "totalIsCapped": {"type": "boolean"},
        "nextCursor": {"type": ["string", "null"]},
    },
}
_THREAD = {
    "type": "object",
    "required": ["hasBefore", "hasAfter"],
    "properties": {"hasBefore": {"type": "boolean"}, "hasAfter": {"type": "boolean"}},
}
_OPENED = {
    "type": "object",
    "properties": {
        "openedTicket": {
            "type": "object",
            "required": ["id", "ticketNumber"],
            "properties": {"id": {"type": "string"}, "ticketNumber": {"type": "string"}},
        }
    },
}
_NOTIFICATIONS = {
    **_PAGE,
    "required": [*_PAGE["required"], "unread"],
    "properties": {**_PAGE["properties"], "unread": {"type": "integer"}},
}
_PERIOD = {
    "startDate": {"type": "string", "format": "date"},
    "endDate": {"type": "string", "format": "date"},
}
_REPORT = {
    "type": "object",
    "required": ["startDate", "endDate", "timezone"],
    "properties": {
        **_PERIOD,
        "timezone": {"type": "string"},
        "previous": {
            "type": "object",
            "description": "The same of the period before, with `compare=previous`.",
            "required": ["startDate", "endDate", "data"],
            "properties": {**_PERIOD, "data": {}},
        },
    },
}
METAS: dict[str, dict[str, Any]] = {
    "report": _REPORT,
    "page": _PAGE,
    "notifications": _NOTIFICATIONS,
    "thread": _THREAD,
    "opened": _OPENED,
}
KEY_PATTERN = "^[!-~]{1,200}$"
KEY = OpenApiParameter(
    "Idempotency-Key",
    str,
    OpenApiParameter.HEADER,
    pattern=KEY_PATTERN,
    description="1 to 200 printable ASCII characters; a repeat gets the first answer.",
)
EMPTY = {"application/json": {"type": "object", "additionalProperties": False}}


class ErrorOut(FormOut):
    code = serializers.ChoiceField(choices=sorted(CODES))
    message = serializers.CharField()
    fields_ = serializers.DictField(child=serializers.ListField(child=serializers.CharField()), required=False)
    details = serializers.DictField(required=False)
    request_id = serializers.CharField()

    def get_fields(self) -> Any:
        found = super().get_fields()
        return {name.rstrip("_"): field for name, field in found.items()}


class ProblemOut(FormOut):
    """The one form of every refusal."""

    success = serializers.BooleanField()
    error = ErrorOut()


def describe(
    summary: str,
    *,
    body: Any = None,
    answer: Any = None,
    status: int | Mapping[int, Any] = 200,
    meta: str = "",
    once: bool = False,
    parameters: list[Any] | None = None,
    refusals: tuple[int, ...] = (),
    or_null: bool = False,
) -> Callable[[F], F]:
    """Document one method of a view: its body, its answer inside the envelope, `meta`, and further refusals.

    `or_null`: there may be nothing to answer, which is `data: null`.
    """
    codes = status if isinstance(status, Mapping) else {status: answer}
    decorate: Callable[[F], F] = extend_schema(
        summary=summary,
        request=EMPTY if body is Nothing else body,
        responses=dict(codes),
        parameters=[*(parameters or []), *([KEY] if once else [])],
        extensions={"x-meta": meta, "x-refusals": list(refusals), "x-or-null": or_null},
    )
    return decorate


class AutoSchema(SpectacularAutoSchema):
    """drf-spectacular's inspector with the contract's envelope and refusals."""

    def get_operation(self, path: str, path_regex: str, path_prefix: str, method: str, registry: Any) -> Any:
        found = super().get_operation(path, path_regex, path_prefix, method, registry)
        if found is None:
            return None
        meta, refusals = found.pop("x-meta", ""), found.pop("x-refusals", [])
        or_null = found.pop("x-or-null", False)
        for status, response in found["responses"].items():
            if status.startswith("2"):
                _wrap(response, meta, or_null)
        self._add_refusals(found, method, refusals)
        return found

    def _add_refusals(self, found: dict[str, Any], method: str, more: list[int]) -> None:
        problem = self.resolve_serializer(ProblemOut, "response").ref
        kinds = getattr(self.view, "permission_classes", [])
        statuses = {400, 429, 503, *more}
        if any(issubclass(kind, SignedIn) for kind in kinds):
            statuses |= {401, 403, 404}
        if method != "GET":
            statuses |= {409, 413, 415}
        if any(issubclass(kind, Public) for kind in kinds):
            found.pop("security", None)
        else:
            found["security"] = [{"bearer": []}]
        for status in sorted(statuses):
            found["responses"].setdefault(
                str(status), {"description": "Refused", "content": {"application/json": {"schema": problem}}}
            )

    def get_tags(self) -> list[str]:
        return [self.view.__module__.split(".")[0]]

    def get_description(self) -> str:  # type: ignore[override]
        """Return what a view says of itself; what its base says is for programmers."""
        return inspect.cleandoc(vars(type(self.view)).get("__doc__") or "")

    def _get_request_body(self, direction: Any = "request") -> Any:
        """A DELETE that names what it removes in its body is described too."""
        form = self.get_request_serializer()
        if self.method != "DELETE" or form is None:
            return super()._get_request_body(direction)  # type: ignore[no-untyped-call]
        component = self.resolve_serializer(form, direction)
        return {"content": {"application/json": {"schema": component.ref}}, "required": True}

    def _map_serializer_field(self, field: Any, direction: Any, bypass_extensions: bool = False) -> Any:
        """A field may be laxer, or stricter, where it is taken than where it is answered."""
        schema = super()._map_serializer_field(field, direction, bypass_extensions)  # type: ignore[no-untyped-call]
        taken_as = getattr(field, "taken_as", None)
        return taken_as(schema) if taken_as and direction == "request" else schema


def _wrap(response: dict[str, Any], meta: str, or_null: bool) -> None:
    if response.get("content") and "application/json" not in response["content"]:
        return  # a file
    inner = response.get("content", {}).get("application/json", {}).get("schema", {"type": "null"})
    if or_null:
        inner = {"anyOf": [inner, {"type": "null"}]}
    properties: dict[str, Any] = {"success": {"type": "boolean", "const": True}, "data": inner}
    required = ["success", "data"]
    if meta:
        properties["meta"] = METAS[meta]
        required += ["meta"] if meta != "opened" else []
    response["content"] = {
        "application/json": {"schema": {"type": "object", "required": required, "properties": properties}}
    }


def close_forms(result: dict[str, Any], generator: Any, request: Any, public: Any) -> dict[str, Any]:
    """drf-spectacular's hook: what we answer has the named fields and no other; the same for what we take."""
    for schema in result.get("components", {}).get("schemas", {}).values():
        if schema.get("type") == "object" and "properties" in schema:
            schema.setdefault("additionalProperties", False)
            for field in schema["properties"].values():
                if field.get("default") == "":  # "not given", which is no e-mail address and no choice
                    del field["default"]
    return result


def ours(endpoints: list[Any]) -> list[Any]:
    """drf-spectacular's hook: the API's own views; pages and the document itself are not part of it."""
    from core.api.views import ApiView

    return [entry for entry in endpoints if issubclass(entry[3].cls, ApiView)]
