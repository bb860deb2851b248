"""Transcripts of tickets and chats as PDFs, for staff who may export."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from typing import Any, cast

from django.http import FileResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter

from accounts.models import User
from chat import queries as chats
from core.api.permissions import Staff
from core.api.requests import ApiRequest
from core.api.schema import describe
from core.api.views import ApiView, one_of
from core.errors import Forbidden
from core.protocols import Audited
from reports import operations
from reports.api.exports import LANGUAGE
from reports.exports import transcript
from reports.exports.transcript import Transcript
from reports.exports.words import LANGUAGES
from reports.running import IN_MEMORY
from tickets import queries as tickets

PARAMETERS = ("language", "notes")
NOTES = OpenApiParameter("notes", bool, description="With the internal notes; without them by default.")


def ticket_transcript(ref: str, given: Mapping[str, str], user: User) -> FileResponse:
    """Return a ticket's thread as a PDF; raises NotFound for one that is not seen, else Forbidden, Invalid."""
    ticket = tickets.find(ref, user)
    notes = _notes(given, user)
    return _file(ticket, transcript.of_ticket(ticket, notes=notes), given, user, notes)


def chat_transcript(ref: str, given: Mapping[str, str], user: User) -> FileResponse:
    """Return what was said in a chat as a PDF; raises as `ticket_transcript`."""
    session = chats.find(ref, user)
    notes = _notes(given, user)
    return _file(session, transcript.of_chat(session, notes=notes), given, user, notes)


def _notes(given: Mapping[str, str], user: User) -> bool:
    """Return whether the notes are asked for; raises Forbidden before anything is read, Invalid."""
    if not user.has_perm("support.export"):
        raise Forbidden("support.export")
    return one_of("notes", given.get("notes", "false"), {"true": True, "false": False})


def _file(subject: Audited, made: Transcript, given: Mapping[str, str], user: User, notes: bool) -> FileResponse:
    language = one_of("language", given.get("language", "both"), {word: word for word in LANGUAGES})
    operations.request_transcript(subject, rows=len(made.messages), notes=notes, by=user)
    file: Any = tempfile.SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115, whoever streams it closes it
    transcript.write(made, language, file)
    file.seek(0)
    name = f"{made.name.removeprefix('#')}.pdf"
    response = FileResponse(file, as_attachment=True, filename=name, content_type="application/pdf")
    response.headers["Cache-Control"] = "private, no-store"
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response


class _TranscriptView(ApiView):
    def parameters(self) -> set[str]:
        return set(PARAMETERS)


class TicketTranscript(_TranscriptView):
    permission_classes = [Staff]

    @describe(
        "A ticket's thread as a PDF",
        status=cast(Any, {(200, "*/*"): OpenApiTypes.BINARY}),
        parameters=[LANGUAGE, NOTES],
    )
    def get(self, request: ApiRequest, ref: str) -> FileResponse:
        return ticket_transcript(ref, request.query_params, request.user)


class ChatTranscript(_TranscriptView):
    permission_classes = [Staff]

    @describe(
        "What was said in a chat as a PDF",
        status=cast(Any, {(200, "*/*"): OpenApiTypes.BINARY}),
        parameters=[LANGUAGE, NOTES],
    )
    def get(self, request: ApiRequest, ref: str) -> FileResponse:
        return chat_transcript(ref, request.query_params, request.user)
