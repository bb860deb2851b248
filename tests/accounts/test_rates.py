"""Rate limits: per account and per address, told by Retry-After, and open while Redis is away."""

import re

import pytest

from config import settings as settings_of_the_site
from tests.api import Api, data, refusal
from tests.cast import PASSWORD
from tests.tickets.acts import opened

pytestmark = pytest.mark.usefixtures("fresh_rates")


def limited(settings, **rates):
    settings.RATES = {**settings.RATES, **rates}


def test_an_account_is_limited_and_told_when_to_come_back(cast, settings):
    limited(settings, read=(3, 60))
    client = Api(cast.customer)
    for _ in range(3):
        data(client.get("/tickets"))
    response = client.get("/tickets")
    error = refusal(response, 429, "rate_limited")
    assert 1 <= error["details"]["retryAfter"] <= 60
    assert response.headers["Retry-After"] == str(error["details"]["retryAfter"])
    data(Api(cast.stranger).get("/tickets"))
    refusal(Api(cast.customer).get("/auth/me"), 429, "rate_limited")


def test_reading_and_writing_are_counted_apart_and_staff_apart_from_customers(cast, settings):
    limited(settings, write=(2, 60), staff_write=(3, 60))
    ticket = opened(cast.customer)
    opened(cast.customer)
    refusal(Api(cast.customer).post("/tickets", {"subject": "S", "description": "D"}), 429, "rate_limited")
    data(Api(cast.customer).get("/tickets"))
    for n in range(3):
        data(Api(cast.agent).patch(f"/tickets/{ticket['id']}", {"subject": str(n)}))
    refusal(Api(cast.agent).patch(f"/tickets/{ticket['id']}", {"subject": "x"}), 429, "rate_limited")


def test_a_refused_request_writes_nothing(cast, settings):
    from tickets.models import Ticket

    limited(settings, write=(0, 60))
    refusal(Api(cast.customer).post("/tickets", {"subject": "S", "description": "D"}), 429, "rate_limited")
    assert not Ticket.objects.exists()


@pytest.mark.parametrize(("path", "rate", "body"), [
    ("/auth/register", "register", {"email": "x", "password": "y", "name": "z"}),
    ("/auth/guest", "guest", {"name": ""}),
    ("/auth/password/forgot", "password_reset", {"email": "nobody@example.test"}),
])  # fmt: skip
def test_the_public_doors_are_limited_by_address(cast, settings, path, rate, body):
    limited(settings, **{rate: (2, 60)})
    settings.TRUSTED_PROXY_COUNT = 1
    answers = [Api().post(path, body, X_Forwarded_For="198.51.100.7").status_code for _ in range(3)]
    assert answers[2] == 429
    assert 429 not in answers[:2]
    other = {**body, "email": "another@example.test"} if rate == "password_reset" else body
    assert Api().post(path, other, X_Forwarded_For="198.51.100.8").status_code != 429


def test_an_address_is_limited_whoever_calls_from_it(cast, settings):
    limited(settings, address=(3, 60))
    for who in (cast.customer, cast.stranger, cast.agent):
        data(Api(who).get("/auth/me"))
    refusal(Api(cast.lead).get("/auth/me"), 429, "rate_limited")


def test_an_address_is_taken_from_the_proxy_only_as_far_as_it_is_trusted(cast, settings):
    limited(settings, address=(1, 60))
    settings.TRUSTED_PROXY_COUNT = 0
    assert Api(cast.agent).get("/auth/me", X_Forwarded_For="192.0.2.1").status_code == 200
    assert Api(cast.agent).get("/auth/me", X_Forwarded_For="192.0.2.2").status_code == 429
    settings.TRUSTED_PROXY_COUNT = 1
    assert Api(cast.agent).get("/auth/me", X_Forwarded_For="192.0.2.9, 192.0.2.3").status_code == 200
    assert Api(cast.agent).get("/auth/me", X_Forwarded_For="192.0.2.8, 192.0.2.3").status_code == 429


def test_uploads_have_a_rate_of_their_own(cast, settings, storage):
    from tests.storage import upload

    limited(settings, upload=(2, 60))
    client = Api(cast.customer)
    upload(client, "a.txt")
    upload(client, "b.txt")
    file = {"files": [{"base64": "aGVsbG8=", "filename": "c.txt"}]}
    refusal(client.post("/tickets/upload", file), 429, "rate_limited")
    data(client.get("/tickets"))


def test_without_redis_the_limits_let_through(cast, settings, without_redis):
    limited(settings, read=(0, 60), address=(0, 60))
    for _ in range(3):
        data(Api(cast.customer).get("/tickets"))


def test_an_account_beyond_its_limit_costs_its_neighbours_nothing(cast, settings):
    limited(settings, read=(2, 60), staff_read=(100, 60), address=(8, 60))
    noisy, neighbour = Api(cast.customer), Api(cast.agent)
    statuses = [noisy.get("/tickets").status_code for _ in range(20)]
    assert statuses == [200] * 2 + [429] * 18
    assert [neighbour.get("/tickets").status_code for _ in range(7)] == [200] * 6 + [429]


def test_a_guessed_account_costs_its_neighbours_no_sign_in(cast, settings):
    limited(settings, sign_in=(2, 60), sign_in_address=(4, 60))
    settings.TRUSTED_PROXY_COUNT = 1

    def tries(email, password):
        body = {"email": email, "password": password}
        return Api().post("/auth/login", body, X_Forwarded_For="198.51.100.9").status_code

    assert [tries(cast.customer.email, "wrong-one-99") for _ in range(10)] == [401] * 2 + [429] * 8
    assert tries(cast.stranger.email, PASSWORD) == 200
    assert tries(cast.agent.email, PASSWORD) == 200
    assert tries(cast.lead.email, PASSWORD) == 429


def test_the_document_tells_every_limit_as_it_is():
    """One table, in docs/operations.md; the tests' own settings have no limits, so the numbers are read in the file."""
    text = (settings_of_the_site.BASE_DIR / "docs" / "operations.md").read_text()
    told = dict(re.findall(r"^\| `(RATE_[A-Z_]+)` \| (\d+/\w+) \|", text, re.M))
    source = (settings_of_the_site.BASE_DIR / "config" / "settings.py").read_text()
    assert told == dict(re.findall(r'env\.rate\("(RATE_[A-Z_]+)", "([^"]+)"\)', source))
    assert len(told) == len(settings_of_the_site.RATES)
