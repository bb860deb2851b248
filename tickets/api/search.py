"""Search: the filters of the list in a body, and words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db.models import QuerySet
from django.http import QueryDict
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import User
from core.api.lists import MAX_LIMIT, narrowed, paginate, read_paging
from core.api.permissions import needs
from core.api.requests import ApiRequest
from core.api.schema import describe
from core.api.serializers import FormIn, IdField, ListIn, StrictBoolean, StrictInteger, TextField
from core.api.views import ApiView, ok
from core.days import WRONG_DAY, as_day
from core.errors import Invalid
from tickets import policies, queries
from tickets.api.docs import TICKETS
from tickets.api.filters import MAX_TAGS, STAFF_SORTS, TAG_LENGTH, filters_for, sorts_for
from tickets.models import Ticket
from tickets.search import search
from tickets.states import PRIORITIES, Status

TEXT = frozenset({"query", "messageContent"})
MAX_TEXT = 200


class OneOrMore(ListIn):
    """One value of a closed list, or several."""

    def __init__(self, choices: list[str], **options: Any) -> None:
        super().__init__(child=serializers.ChoiceField(choices=choices), max_length=len(choices), **options)

    def to_internal_value(self, data: Any) -> list[Any]:
        return list(super().to_internal_value(data if isinstance(data, list) else [data]))

    def taken_as(self, schema: dict[str, Any]) -> dict[str, Any]:
        """How the document describes it: the list, or one of its items."""
        return {"anyOf": [schema["items"], schema]}


class DayIn(serializers.DateField):
    """A day in the form that GET takes; as text, for the filter to read."""

    default_error_messages = {"invalid": WRONG_DAY}

    def to_internal_value(self, data: Any) -> str:  # type: ignore[override]
        if not isinstance(data, str) or as_day(data) is None:
            self.fail("invalid")
        return data


@extend_schema_field({"type": "string", "pattern": "^([0-9]{1,19}|none)$"})
class IdOrNone(IdField):
    """An id, or the word `none` for those that have nothing there, as GET takes it."""

    def to_internal_value(self, data: Any) -> Any:
        return data if data == "none" else super().to_internal_value(data)


class SearchIn(FormIn):
    """Everything by which tickets are found; whatever is left out does not narrow."""

    null_is_left_out = True
    query = TextField(max_length=MAX_TEXT, required=False, allow_blank=True)
    message_content = TextField(max_length=MAX_TEXT, required=False, allow_blank=True)
    status = OneOrMore(Status.values, required=False)
    priority = OneOrMore(list(PRIORITIES), required=False)
    category_id = IdOrNone(required=False)
    agent_id = IdOrNone(required=False)
    customer_id = IdField(required=False)
    team_id = IdOrNone(required=False)
    order_id = TextField(max_length=64, required=False)
    product_id = TextField(max_length=64, required=False)
    from_date = DayIn(required=False)
    to_date = DayIn(required=False)
    has_attachments = StrictBoolean(required=False)
    sla_breached = StrictBoolean(required=False)
    rated = StrictBoolean(required=False)
    tags = ListIn(child=TextField(max_length=TAG_LENGTH), max_length=MAX_TAGS, required=False)
    page = StrictInteger(required=False, min_value=1)
    limit = StrictInteger(required=False, min_value=1, max_value=MAX_LIMIT)
    cursor = TextField(max_length=500, required=False)
    sort_by = serializers.ChoiceField(choices=list(STAFF_SORTS), required=False)
    sort_order = serializers.ChoiceField(choices=["asc", "desc"], required=False)

    def wire(self) -> dict[str, Any]:
        """Return what was given, by its names on the wire."""
        given = self.validated_data
        return {name: given[field.source] for name, field in self.fields.items() if field.source in given}


class Search(ApiView):
    permission_classes = [needs(policies.VIEW)]

    def check_parameters(self, request: Request) -> None:
        """It is all in the body."""

    @describe("Find tickets", body=SearchIn, answer=TICKETS, meta="page")
    def post(self, request: ApiRequest) -> Response:
        form = SearchIn(data=request.data)
        form.is_valid(raise_exception=True)
        given = form.wire()
        rows = narrowed(queries.tickets_for(request.user), filters_for(request.user), _as_parameters(given))
        return found(rows, given, request.user)


def found(rows: QuerySet[Ticket], given: Mapping[str, Any], user: User) -> Response:
    """The page of these rows that was asked for, by words too."""
    sorts = sorts_for(user)
    paging = read_paging(given, sorts, "createdAt")
    texts = {name: str(given.get(name) or "").strip() for name in sorted(TEXT)}
    too_long = {name: [_("This is too long.")] for name, text in texts.items() if len(text) > MAX_TEXT}
    if too_long:
        raise Invalid(fields=too_long)
    rows = queries.brief(rows, sorts[paging.sort].column)
    if any(texts.values()):
        content, query = texts["messageContent"], texts["query"]
        page = search(rows, paging, sorts, viewer=user, query=query, message_content=content)
    else:
        steady = paging.sort == "createdAt" and queries.by_one_index(given, user)
        page = paginate(rows, paging, sorts, brief=True, steady=steady)
    return ok(queries.page_data(page.rows, user), meta=page.meta)


def _as_parameters(given: Mapping[str, Any]) -> QueryDict:
    """The body as the list's filters read it."""
    parameters = QueryDict(mutable=True)
    for name, value in given.items():
        if isinstance(value, bool):
            parameters[name] = "true" if value else "false"
        else:
            parameters[name] = ",".join(value) if isinstance(value, list) else str(value)
    return parameters
