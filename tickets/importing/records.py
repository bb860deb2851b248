"""Define what a file tells about a ticket, checked: every refusal is a sentence for whoever prepares the file."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from zoneinfo import ZoneInfo

from django.core.exceptions import ValidationError
from django.utils.dateparse import parse_date, parse_datetime

from core.addresses import validate_address
from core.phones import e164
from core.text import shows_nothing, trim_lines
from tickets.states import PRIORITIES, Priority, Status
from tickets.tags import MAX_TAG, MAX_TAGS, split_tags

TICKET_FIELDS = (
    *("id", "subject", "description", "status", "priority", "customerEmail", "customerName", "customerPhone"),
    *("agentEmail", "category", "team", "orderId", "productId", "tags"),
    *("createdAt", "updatedAt", "firstResponseAt", "resolvedAt", "closedAt"),
)
MESSAGE_FIELDS = ("body", "authorEmail", "isInternal", "createdAt")
MAX_BODY = 50_000
_YES, _NO = {"true", "yes", "1", "y"}, {"", "false", "no", "0", "n"}


class Wrong(Exception):
    """Why a record cannot be taken."""


@dataclass(frozen=True)
class MessageRecord:
    """A message after the first; without an author it is the customer's, or the system's when it is a note."""

    body: str
    created_at: datetime.datetime
    author_email: str = ""
    is_internal: bool = False


@dataclass(frozen=True)
class TicketRecord:
    """A ticket as it came, in our words; `line` is where it stands in the file."""

    line: int
    source_id: str
    subject: str
    description: str
    customer_email: str
    created_at: datetime.datetime
    updated_at: datetime.datetime
    status: str = Status.OPEN
    priority: int = Priority.NORMAL
    customer_name: str = ""
    customer_phone: str = ""
    agent_email: str = ""
    category: str = ""
    team: str = ""
    order_id: str = ""
    product_id: str = ""
    tags: tuple[str, ...] = ()
    first_response_at: datetime.datetime | None = None
    resolved_at: datetime.datetime | None = None
    closed_at: datetime.datetime | None = None
    messages: tuple[MessageRecord, ...] = field(default=())


def ticket_record(given: Mapping[str, Any], *, line: int, zone: ZoneInfo, now: datetime.datetime) -> TicketRecord:
    """The record of a mapping in our field names; raises Wrong with the first thing that is."""
    created = _moment(given, "createdAt", zone, now) or now
    resolved, closed = (_moment(given, name, zone, now) for name in ("resolvedAt", "closedAt"))
    messages = tuple(_message(one, created, zone, now) for one in given.get("messages") or ())
    latest = [moment for moment in (resolved, closed, *(one.created_at for one in messages)) if moment]
    updated = _moment(given, "updatedAt", zone, now) or max([created, *latest])
    status = _one_of(given, "status", {status.value: status.value for status in Status}, Status.OPEN)
    subject = _text(given, "subject", 200, required=True)
    return TicketRecord(
        line=line,
        source_id=_text(given, "id", 100, required=True),
        subject=subject,
        description=_lines(given, "description") or subject,
        customer_email=_address(given, "customerEmail", required=True),
        created_at=created,
        updated_at=updated,
        status=status,
        priority=_one_of(given, "priority", PRIORITIES, Priority.NORMAL),
        customer_name=_text(given, "customerName", 150),
        customer_phone=_phone(given, "customerPhone"),
        agent_email=_address(given, "agentEmail"),
        category=_text(given, "category", 100),
        team=_text(given, "team", 100),
        order_id=_text(given, "orderId", 64),
        product_id=_text(given, "productId", 64),
        tags=_tags(given.get("tags")),
        first_response_at=_moment(given, "firstResponseAt", zone, now),
        resolved_at=resolved or (updated if status in {Status.RESOLVED, Status.CLOSED} else None),
        closed_at=closed or updated if status == Status.CLOSED else None,
        messages=tuple(sorted(messages, key=lambda one: one.created_at)),
    )


def _message(given: Any, opened: datetime.datetime, zone: ZoneInfo, now: datetime.datetime) -> MessageRecord:
    if not isinstance(given, Mapping):
        raise Wrong("a message is not an object")
    unknown = set(given) - set(MESSAGE_FIELDS)
    if unknown:
        raise Wrong(f"unknown field of a message: {sorted(map(str, unknown))[0][:100]}")
    return MessageRecord(
        body=_lines(given, "body", required=True),
        created_at=_moment(given, "createdAt", zone, now) or opened,
        author_email=_address(given, "authorEmail"),
        is_internal=_flag(given, "isInternal"),
    )


def _text(
    given: Mapping[str, Any],
    name: str,
    longest: int,
    *,
    required: bool = False,
    trim: Callable[[str], str] = str.strip,
) -> str:
    value = given.get(name)
    if isinstance(value, Mapping | list | bool):
        raise Wrong(f"{name} is not text")
    text = "" if value is None else trim(str(value))
    text = "" if len(text) <= longest and shows_nothing(text) else text
    if required and not text:
        raise Wrong(f"{name} is missing")
    if len(text) > longest:
        raise Wrong(f"{name} is longer than {longest} characters")
    if "\x00" in text or (not text.isascii() and any("\ud800" <= sign <= "\udfff" for sign in text)):
        raise Wrong(f"{name} holds characters that are not text")
    return text


def _lines(given: Mapping[str, Any], name: str, *, required: bool = False) -> str:
    """Return text of several lines, the indentation of its first one with it."""
    return _text(given, name, MAX_BODY, required=required, trim=trim_lines)


def _phone(given: Mapping[str, Any], name: str) -> str:
    text = _text(given, name, 40)
    try:
        return e164(text) if text else ""
    except ValueError as error:
        raise Wrong(f"{name} is not a phone number: {text}") from error


def _address(given: Mapping[str, Any], name: str, *, required: bool = False) -> str:
    text = _text(given, name, 254, required=required).lower()
    try:
        if text:
            validate_address(text)
    except ValidationError as error:
        raise Wrong(f"{name} is not an e-mail address: {text[:100]}") from error
    return text


def _one_of(given: Mapping[str, Any], name: str, choices: Mapping[str, Any], default: Any) -> Any:
    text = _text(given, name, 100)
    if text and text not in choices:
        raise Wrong(f"{name} is one of {', '.join(choices)}, not {text}: name it under values in the mapping")
    return choices[text] if text else default


def _flag(given: Mapping[str, Any], name: str) -> bool:
    text = str(given.get(name) if given.get(name) is not None else "").strip().lower()
    if text not in _YES | _NO:
        raise Wrong(f"{name} is neither true nor false: {text[:100]}")
    return text in _YES


def _tags(value: Any) -> tuple[str, ...]:
    if isinstance(value, Mapping) or (isinstance(value, list) and not all(isinstance(tag, str | int) for tag in value)):
        raise Wrong("tags are not text")
    tags = tuple(split_tags(map(str, value) if isinstance(value, list) else [str(value or "")]))
    if len(tags) > MAX_TAGS or any(len(tag) > MAX_TAG or "\x00" in tag for tag in tags):
        raise Wrong("tags are at most 20 of 40 characters")
    return tags


def _moment(given: Mapping[str, Any], name: str, zone: ZoneInfo, now: datetime.datetime) -> datetime.datetime | None:
    text = _text(given, name, 40)
    if not text:
        return None
    moment = _parsed(parse_datetime, text) or _parsed(parse_date, text)
    if moment is None:
        raise Wrong(f"{name} is not a time as ISO 8601 writes it: {text}")
    if not isinstance(moment, datetime.datetime):
        moment = datetime.datetime.combine(moment, datetime.time())
    moment = moment if moment.tzinfo else moment.replace(tzinfo=zone)
    if moment > now or moment.year < 1990:
        raise Wrong(f"{name} is not a time since 1990, in the Gregorian calendar, that has been: {text}")
    return moment


def _parsed(parse: Callable[[str], Any], text: str) -> Any:
    try:
        return parse(text)
    except ValueError:
        return None
