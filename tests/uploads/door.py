"""How a test sends and fetches files."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterable
from typing import Any
from urllib.parse import urlsplit

from django.core.files.uploadedfile import SimpleUploadedFile

from accounts.models import User
from accounts.tokens import open_family
from tests.api import Api
from tests.client import Client


def as_json(files: Iterable[tuple[str, bytes]]) -> dict[str, Any]:
    """The body of an upload in JSON."""
    return {"files": [{"base64": b64encode(content).decode(), "filename": name} for name, content in files]}


def send_form(api: Api, *files: tuple[str, bytes], field: str = "files", more: Any = None, **headers: str) -> Any:
    """An upload as multipart/form-data, as browsers send it."""
    parts = [SimpleUploadedFile(name, content) for name, content in files]
    sent = {"Authorization": f"Bearer {api.token}", "Accept-Language": "en"}
    sent.update({name.replace("_", "-"): value for name, value in headers.items()})
    return Client(raise_request_exception=False).post("/tickets/upload", {field: parts, **(more or {})}, headers=sent)


def fetch(url: str, method: str = "get", **headers: str) -> Any:
    """A file, without any header of ours."""
    address = urlsplit(url)
    client = Client(raise_request_exception=False)
    return getattr(client, method)(
        f"{address.path}?{address.query}" if address.query else address.path, headers=headers
    )


def in_session(user: User) -> User:
    """This user in a new sign-in of theirs, as a request reads them."""
    user.sign_in = open_family(user).family
    return user


def content_of(response: Any) -> bytes:
    """The bytes of a file answer; reading them to the end closes it."""
    return b"".join(response.streaming_content)
