"""Sending files in, and fetching them by signed links."""

from collections.abc import Sequence
from contextlib import ExitStack
from typing import Any, cast

import structlog
from django.conf import settings
from django.core.files.storage import default_storage
from django.http import FileResponse, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.utils.http import content_disposition_header
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter
from rest_framework.parsers import MultiPartParser
from rest_framework.response import Response

from accounts.authentication import TokenAuthentication
from accounts.models import User
from accounts.sign_ins import reader_of_link
from core.api.permissions import Public, SignedIn
from core.api.requests import ApiRequest
from core.api.schema import describe
from core.api.views import ApiView, envelope
from core.errors import NotFound, TooLarge, Unauthenticated
from core.idempotency import Answer
from uploads import operations
from uploads.api.body import FilesJSONParser
from uploads.api.forms import MULTIPART, FilesIn, UploadedOut
from uploads.api.reading import files_of_form, files_of_json
from uploads.checks import check_files
from uploads.forms import AttachmentOut
from uploads.incoming import IncomingFile
from uploads.links import PARAMETERS, as_id, reader_of
from uploads.models import Attachment
from uploads.queries import all_readable, may_read
from uploads.quota import refuse_beyond_quota
from uploads.storing import StoredFile, discard, local_path, store

log = structlog.get_logger(__name__)
REMOTE_LINK_SECONDS = 60
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; sandbox",
    "Cache-Control": "private, no-store",
}


class UploadView(ApiView):
    """Takes all files of a request or none; until they are attached, they are their uploader's alone."""

    permission_classes = [SignedIn]
    parser_classes = [FilesJSONParser, MultiPartParser]
    rate = "upload"
    opened: ExitStack

    @property
    def max_body(self) -> int:
        """The largest body in bytes."""
        return settings.MAX_UPLOAD_BODY_BYTES

    @describe(
        "Upload files, as base64 in JSON or as multipart/form-data; attach them by id or url",
        body={"application/json": FilesIn, "multipart/form-data": MULTIPART},
        status={201: UploadedOut},
        once=True,
    )
    def post(self, request: ApiRequest) -> Response:
        with ExitStack() as self.opened:
            incoming = self._incoming(request)
            # Before anything is decoded or stored; the operation asks again with what is kept.
            refuse_beyond_quota(cast(User, request.user), sum(file.size for file in incoming))
            key = request.headers.get("Idempotency-Key")
            payload = [[file.filename, file.digest()] for file in incoming] if key else None
            return self._keep_once(request, store(check_files(incoming, self.opened)), payload)

    def _incoming(self, request: ApiRequest) -> list[IncomingFile]:
        announced = str(request.META.get("CONTENT_LENGTH") or "")
        if announced.isdigit() and int(announced) > self.max_body:
            raise TooLarge
        if request.content_type.startswith("multipart/"):
            self.opened.callback(request.close)
            return files_of_form(request.FILES, request.POST)
        entries = self.read(FilesIn, request)["files"]
        return files_of_json(entries, getattr(request.data, "texts", {}), self.opened)

    def _keep_once(self, request: ApiRequest, stored: Sequence[StoredFile], payload: Any) -> Response:
        """Name what was stored, unless this request was answered before: then it is not needed."""
        kept, user = False, cast(User, request.user)

        def keep() -> Answer:
            nonlocal kept
            attachments = operations.keep_files(stored, by=user)
            kept = True
            return Answer(201, envelope(_uploaded(attachments, user)))

        def still_visible(data: Any) -> bool:
            return all_readable(user, [attachment["id"] for attachment in data["attachments"]])

        try:
            response = self.create_once(request, keep, still_visible=still_visible, payload=payload)
        finally:
            if not kept:
                discard(stored)
        data = response.data["data"]
        data["urls"] = [attachment["url"] for attachment in data["attachments"]]
        return response


def _uploaded(attachments: Sequence[Attachment], reader: User) -> dict[str, Any]:
    found = [AttachmentOut.show(attachment, reader) for attachment in attachments]
    return {"urls": [attachment["url"] for attachment in found], "attachments": found}


class FileView(ApiView):
    """A file, for whoever holds a link made for a reader who may still read it."""

    permission_classes = [Public]
    authentication_classes = []

    def parameters(self) -> set[str]:
        return set(PARAMETERS)

    @describe(
        "Fetch a file by its signed link; remote storage answers 302 to a link of 60 seconds",
        status={(200, "*/*"): OpenApiTypes.BINARY, 302: None},  # type: ignore[dict-item]
        parameters=[OpenApiParameter(name, str) for name in sorted(PARAMETERS)],
        refusals=(401, 404),
    )
    def get(self, request: ApiRequest, attachment_id: str, filename: str) -> HttpResponseBase:
        attachment = _readable(attachment_id, filename, _reader(request, attachment_id, filename))
        response = _local(attachment) if local_path(attachment.key) else _remote(attachment)
        for name, value in HEADERS.items():
            response.headers[name] = value
        return response


def _reader(request: ApiRequest, attachment_id: str, filename: str) -> User | None:
    """Return the reader a link was made for; at a plain address (events carry those) the bearer of the token.

    None for a link whose sign-in has ended, and for one that comes with somebody else's token or session.
    """
    if not request.query_params:
        return _bearer(request)
    parameters = request.query_params.dict()
    reader_id = reader_of(attachment_id, filename, parameters)
    if reader_id is None:
        return None
    try:
        bearer = _bearer(request)
    except Unauthenticated:
        bearer = None  # nobody's: the link says who reads
    return reader_of_link(reader_id, parameters["session"], bearer=bearer, cookies=request.COOKIES)


def _bearer(request: ApiRequest) -> User | None:
    found = TokenAuthentication().authenticate(request)
    return found[0] if found else None


def _readable(attachment_id: str, filename: str, reader: User | None) -> Attachment:
    """The attachment of this id and name, if the reader may read it today; NotFound whatever is wrong."""
    identity = as_id(attachment_id)
    attachment = Attachment.objects.filter(pk=identity, filename=filename).first() if reader and identity else None
    if reader is None or attachment is None or not may_read(reader, attachment):
        raise NotFound
    return attachment


def _disposition(attachment: Attachment) -> str:
    return content_disposition_header(not attachment.inline, attachment.filename) or "attachment"


def _local(attachment: Attachment) -> HttpResponseBase:
    """The bridge sends the file from the loop; under plain WSGI the server does."""
    try:
        file = default_storage.open(attachment.key)
    except FileNotFoundError:
        log.error("file_missing", attachment=str(attachment.pk), key=attachment.key)
        raise NotFound from None
    response = FileResponse(file, content_type=attachment.content_type)
    response.headers["Content-Disposition"] = _disposition(attachment)
    return response


def _remote(attachment: Attachment) -> HttpResponse:
    told = {"ResponseContentType": attachment.content_type, "ResponseContentDisposition": _disposition(attachment)}
    told["ResponseCacheControl"] = HEADERS["Cache-Control"]
    address = default_storage.url(attachment.key, parameters=told, expire=REMOTE_LINK_SECONDS)  # type: ignore[call-arg]
    return HttpResponseRedirect(address)
