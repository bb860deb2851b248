"""A person's way into the back office: real requests through Django's client, with the CSRF check on."""

from __future__ import annotations

import re
from typing import Any

from accounts.models import User
from tests.cast import PASSWORD
from tests.client import Client

TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')


class Pages:
    """`Pages(user)` has signed in; `Pages()` stands outside. Forms are sent with the token of their own page."""

    def __init__(self, user: User | None = None, password: str = PASSWORD) -> None:
        self.client = Client(enforce_csrf_checks=True, raise_request_exception=False)
        if user is not None:
            entered = self.sign_in(user.email or "", password)
            assert entered.status_code == 302, entered.content.decode()[:2000]

    def get(self, path: str, **headers: str) -> Any:
        return self.client.get(path, headers=headers)

    def send(self, path: str, form: dict[str, Any] | None = None, *, page: str = "", **options: Any) -> Any:
        """POST a form as the page at `page` (else at `path`) would."""
        found = TOKEN.search(self.get(page or path).content.decode())
        token = {"csrfmiddlewaretoken": found.group(1)} if found else {}
        return self.client.post(path, {**token, **(form or {})}, **options)

    def sign_in(self, email: str, password: str, **more: str) -> Any:
        return self.send("/admin/login/", {"username": email, "password": password, **more})

    def is_in(self) -> bool:
        """Return whether the home page opens."""
        return bool(self.get("/admin/").status_code == 200)


def text(response: Any) -> str:
    """The page's HTML without what differs from request to request."""
    html = response.content.decode()
    return re.sub(r'name="csrfmiddlewaretoken" value="[^"]+"', "", html)


def errors(response: Any) -> list[str]:
    """Every error that a page shows, in order."""
    html = response.content.decode()
    notes = re.findall(r'<p class="errornote"[^>]*>(.*?)</p>', html, re.S)
    lists = re.findall(r'<ul class="errorlist[^>]*>(.*?)</ul>', html, re.S)
    items = [item for part in lists for item in re.findall(r"<li>(.*?)</li>", part, re.S)]
    return [" ".join(found.split()) for found in [*notes, *items]]
