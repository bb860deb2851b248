"""Fetching files: signed links, who may, and how they are served."""

from __future__ import annotations

import time
from typing import Any
from urllib.parse import parse_qs, quote, urlencode, urlsplit

import pytest
import time_machine
from django.core.signals import request_finished
from django.core.signing import Signer
from django.db import close_old_connections

from accounts.models import Role, User
from accounts.tokens import open_family
from tests.accounts.acts import refreshed, signed_in
from tests.api import Api, data, refusal
from tests.backoffice.door import Pages
from tests.cast import PASSWORD, fresh
from tests.uploads import zoo
from tests.uploads.door import as_json, content_of, fetch, in_session
from uploads import queries
from uploads.links import signed_url
from uploads.models import Attachment
from uploads.operations import attach

pytestmark = pytest.mark.django_db
PNG = zoo.picture("PNG")


class Thread:
    """An owner whose attachments those in `readers` may read."""

    owner_type = "thread"

    def __init__(self, *readers: User) -> None:
        self.readers = {reader.pk for reader in readers}

    def may_read(self, user: Any, attachment: Attachment) -> bool:
        assert attachment.owner_type == self.owner_type
        return user.pk in self.readers


@pytest.fixture
def thread(monkeypatch: pytest.MonkeyPatch, cast: Any) -> Thread:
    """Attached files are read by the customer and the agent."""
    owner = Thread(cast.customer, cast.agent)
    monkeypatch.setattr(queries, "owners", lambda: {owner.owner_type: owner})
    return owner


@pytest.fixture
def upload(cast: Any, send: Any) -> dict[str, Any]:
    """A picture of the customer's, not yet attached."""
    return data(send(cast.customer, ("صورة 1.png", PNG)), 201)["attachments"][0]  # type: ignore[no-any-return]


def link(upload: dict[str, Any], reader: User) -> str:
    return signed_url(upload["id"], upload["filename"], in_session(reader))


def absent(response: Any) -> None:
    """Whatever is wrong with a link, the answer is the same."""
    error = refusal(response, 404, "not_found")
    assert set(error) == {"code", "message", "requestId"}


def test_a_link_gives_the_picture_with_every_guard(upload: dict[str, Any], settings: Any) -> None:
    assert upload["url"].startswith(f"{settings.SITE_URL}/files/{upload['id']}/{quote('صورة 1.png')}?")
    response = fetch(upload["url"])
    assert response.status_code == 200
    headers = response.headers
    assert headers["Content-Type"] == "image/png"
    assert headers["Content-Disposition"] == "inline; filename*=utf-8''" + quote("صورة 1.png")
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in headers["Content-Security-Policy"]
    assert headers["Cache-Control"] == "private, no-store"
    assert int(headers["Content-Length"]) == len(content_of(response)) == upload["size"]


def test_what_is_no_picture_is_only_saved(cast: Any, send: Any) -> None:
    [url] = data(send(cast.customer, ("a.pdf", zoo.pdf())), 201)["urls"]
    response = fetch(url)
    assert response.headers["Content-Disposition"] == 'attachment; filename="a.pdf"'
    content_of(response)


def test_a_picture_tag_may_ask_for_pictures_alone(upload: dict[str, Any]) -> None:
    content_of(fetch(upload["url"], Accept="image/avif,image/webp"))


def test_head_answers_the_headers(upload: dict[str, Any]) -> None:
    response = fetch(upload["url"], "head")
    assert (response.status_code, response.headers["Content-Length"]) == (200, str(upload["size"]))
    request_finished.disconnect(close_old_connections)
    response.close()
    request_finished.connect(close_old_connections)


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_other_methods_are_refused(method: str, upload: dict[str, Any]) -> None:
    refusal(fetch(upload["url"], method), 405, "method_not_allowed")


def test_a_link_lives_five_minutes(upload: dict[str, Any]) -> None:
    with time_machine.travel(time.time() + 295):
        content_of(fetch(upload["url"]))
    with time_machine.travel(time.time() + 302):
        absent(fetch(upload["url"]))


def test_every_changed_link_answers_as_an_absent_file(upload: dict[str, Any], cast: Any) -> None:
    url = urlsplit(upload["url"])
    given = {name: values[0] for name, values in parse_qs(url.query).items()}
    other = "00000000-0000-4000-8000-000000000000"
    changed = [
        f"/files/{other}/a.png?{url.query}",
        f"/files/{upload['id']}/other.png?{url.query}",
        f"/files/{upload['id'].upper()}/{quote(upload['filename'])}?{url.query}",
        f"/files/rubbish/a.png?{url.query}",
        url.path,
        f"{url.path}?{urlencode({**given, 'reader': cast.agent.pk})}",
        f"{url.path}?{urlencode({**given, 'reader': f'0{cast.customer.pk}'})}",
        f"{url.path}?{urlencode({**given, 'session': open_family(cast.customer).family})}",
        f"{url.path}?{urlencode({name: given[name] for name in ('reader', 'expires', 'signature')})}",
        f"{url.path}?{urlencode({**given, 'expires': int(given['expires']) + 1})}",
        f"{url.path}?{urlencode({**given, 'expires': '9' * 30})}",
        f"{url.path}?{urlencode({**given, 'expires': '١٢٣'})}",
        f"{url.path}?{urlencode({**given, 'signature': given['signature'][:-1]})}",
        f"{url.path}?{urlencode({**given, 'signature': 'A' * 43})}",
        f"{url.path}?{urlencode({name: given[name] for name in ('reader', 'expires')})}",
    ]
    for address in changed:
        absent(fetch(address))


def test_a_signature_made_for_something_else_does_not_open_a_file(upload: dict[str, Any], cast: Any) -> None:
    expires = str(int(time.time()) + 100)
    claim = f"{upload['id']}/{upload['filename']}?{cast.customer.pk}&{expires}"
    query = {"reader": cast.customer.pk, "expires": expires, "signature": Signer().signature(claim)}
    absent(fetch(f"{urlsplit(upload['url']).path}?{urlencode(query)}"))


def _logs_out(api: Api, pair: dict[str, Any]) -> None:
    data(api.post("/auth/logout", {"refreshToken": pair["refreshToken"]}))


def _logs_out_everywhere(api: Api, pair: dict[str, Any]) -> None:
    data(api.post("/auth/logout-all"))


def _changes_the_password(api: Api, pair: dict[str, Any]) -> None:
    data(api.post("/auth/password/change", {"oldPassword": PASSWORD, "newPassword": "entirely-fresh-words-7"}))


@pytest.mark.parametrize("ends", [_logs_out, _logs_out_everywhere, _changes_the_password])
def test_a_link_ends_with_the_sign_in_it_was_made_in(cast: Any, send: Any, ends: Any) -> None:
    pair = signed_in(cast.customer)
    api = Api(token=pair["accessToken"])
    body = as_json([("a.png", PNG)])
    [url] = data(api.post("/tickets/upload", body), 201)["urls"]
    content_of(fetch(url))
    data(refreshed(pair["refreshToken"]))
    content_of(fetch(url))
    ends(api, pair)
    absent(fetch(url))


def test_a_link_serves_nobody_who_comes_as_somebody_else(upload: dict[str, Any], cast: Any) -> None:
    def bearing(user: User) -> Any:
        return fetch(upload["url"], Authorization=f"Bearer {Api(user).token}")

    content_of(bearing(cast.customer))
    for person in (cast.stranger, cast.guest, cast.agent, cast.administrator):
        absent(bearing(person))
    content_of(fetch(upload["url"], Authorization="Bearer nonsense"))
    absent(Pages(cast.agent).get(upload["url"].removeprefix("http://127.0.0.1:3000")))


def test_a_link_of_the_back_office_serves_its_own_session_alone(cast: Any, thread: Thread, upload: Any) -> None:
    attach([upload["id"]], owner_type="thread", owner_id=1, by=cast.customer)
    first, second = Pages(cast.agent), Pages(cast.agent)
    reader = fresh(cast.agent)
    reader.sign_in = f"session:{first.client.session.session_key}"
    address = urlsplit(signed_url(upload["id"], upload["filename"], reader))
    path = f"{address.path}?{address.query}"
    assert first.client.session.session_key not in path
    content_of(first.get(path))
    absent(second.get(path))
    absent(fetch(path))
    absent(Pages(cast.lead).get(path))
    first.send("/admin/logout/", page="/admin/password_change/")
    absent(first.get(path))


def test_without_a_sign_in_there_is_no_signed_link(upload: dict[str, Any], cast: Any) -> None:
    assert "?" not in signed_url(upload["id"], upload["filename"], User.objects.get(pk=cast.customer.pk))


def test_a_parameter_nobody_knows_is_named(upload: dict[str, Any]) -> None:
    assert "x" in refusal(fetch(f"{upload['url']}&x=1"), 400, "invalid")["fields"]


@pytest.mark.parametrize("who", ["stranger", "guest", "agent", "lead", "manager", "administrator"])
def test_an_unattached_file_is_its_uploaders_alone(who: str, upload: dict[str, Any], cast: Any) -> None:
    absent(fetch(link(upload, getattr(cast, who))))


def test_an_attached_file_is_read_by_whom_its_owner_lets(upload: dict[str, Any], cast: Any, thread: Thread) -> None:
    attach([upload["id"]], owner_type="thread", owner_id=7, by=cast.customer)
    for reader in (cast.customer, cast.agent):
        assert len(content_of(fetch(link(upload, reader)))) == upload["size"]
    for reader in (cast.stranger, cast.guest, cast.colleague):
        absent(fetch(link(upload, reader)))


def test_a_right_taken_away_ends_a_link_at_once(upload: dict[str, Any], cast: Any, thread: Thread) -> None:
    attach([upload["id"]], owner_type="thread", owner_id=7, by=cast.customer)
    url = link(upload, cast.agent)
    content_of(fetch(url))
    thread.readers.discard(cast.agent.pk)
    absent(fetch(url))


def test_a_disabled_reader_gets_nothing(upload: dict[str, Any], cast: Any) -> None:
    User.objects.filter(pk=cast.customer.pk).update(is_active=False)
    absent(fetch(upload["url"]))


def test_the_bot_reads_no_files(upload: dict[str, Any]) -> None:
    bot = User.objects.service(Role.BOT)
    Attachment.objects.update(uploader=bot)
    absent(fetch(link(upload, bot)))


def test_a_file_whose_owner_nobody_knows_is_read_by_nobody(upload: dict[str, Any], cast: Any) -> None:
    attach([upload["id"]], owner_type="forgotten", owner_id=7, by=cast.customer)
    absent(fetch(link(upload, cast.customer)))


def test_at_its_plain_address_a_file_is_fetched_with_a_token(upload: dict[str, Any], cast: Any, api: Any) -> None:
    plain = signed_url(upload["id"], upload["filename"], None)
    assert "?" not in plain
    path = urlsplit(plain).path
    assert len(content_of(api(cast.customer).get(path))) == upload["size"]
    absent(api(cast.stranger).get(path))
    absent(api().get(path))
    refusal(fetch(path, Authorization="Bearer rubbish"), 401, "unauthenticated")
    content_of(fetch(upload["url"], Authorization="Bearer rubbish"))


def test_a_file_lost_from_storage_answers_as_absent(upload: dict[str, Any], stored: Any) -> None:
    [path] = stored()
    path.unlink()
    absent(fetch(upload["url"]))


def test_files_lie_readable_by_the_service_alone(upload: dict[str, Any], stored: Any) -> None:
    [path] = stored()
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700


def test_a_fetch_costs_three_queries_at_most(
    upload: dict[str, Any], cast: Any, thread: Thread, django_assert_max_num_queries: Any
) -> None:
    attach([upload["id"]], owner_type="thread", owner_id=7, by=cast.customer)
    url = link(upload, cast.agent)
    with django_assert_max_num_queries(2):
        content_of(fetch(url))
