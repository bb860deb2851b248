"""Writing in a chat over the socket: the operation of REST, asked for by many at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils import translation
from rest_framework.exceptions import ValidationError

from accounts.models import User
from chat.api.own import new_message
from chat.api.serializers import SendIn, StaffSendIn
from chat.forms import message_forms
from chat.operations import ChatsHeld, Post, Posted, post, post_together
from chat.watch import after_message
from core.api.problems import as_problem
from core.api.serializers import FormIn, read
from core.protocols import SocketAction, SocketCall


class SendMessage(SocketAction):
    """`sendMessage {sessionId, body, clientMessageId}` and whatever else REST takes: `{message, repeated}`."""

    name = "sendMessage"
    order = ("sessionId", "body", "clientMessageId")

    def forms(self) -> Sequence[type[FormIn]]:
        return (SendIn, StaffSendIn)

    def together(self, calls: Sequence[SocketCall]) -> list[Mapping[str, Any] | Exception | None]:
        answers: list[Mapping[str, Any] | Exception | None] = [None] * len(calls)
        posts: dict[int, Post] = {}
        for number, call in enumerate(calls):
            try:
                posts[number] = _read(call)
            except ValidationError as error:
                answers[number] = as_problem(error)
        for number, posted in zip(posts, _post(list(posts.values())), strict=True):
            answers[number] = _answer(posted, posts[number].by) if posted else None
        return answers

    def alone(self, call: SocketCall) -> Mapping[str, Any]:
        each = _read(call)
        with translation.override(each.by.language):
            posted = post(each.session_id, each.new, by=each.by)
        if not each.by.is_agent:
            after_message(each.session_id, posted.status, posted.message)
        return _answer(posted, each.by)


def _post(posts: Sequence[Post]) -> list[Posted | None]:
    try:
        return post_together(posts)
    except ChatsHeld:
        return post_together(posts, skip_held=True)


def _read(call: SocketCall) -> Post:
    """Raises ValidationError."""
    user = call.user
    assert isinstance(user, User)
    with translation.override(user.language):
        data = read(StaffSendIn if user.is_agent else SendIn, call.given)
    return Post(data.pop("session_id"), new_message(data), user, call.came)


def _answer(posted: Posted, by: User) -> Mapping[str, Any]:
    [message] = message_forms([posted.message], staff=by.is_agent, reader=by)
    opened = posted.opened
    more = {"openedTicket": {"id": str(opened.pk), "ticketNumber": opened.number}} if opened else {}
    return {"message": message, "repeated": posted.repeated, **more}
