"""Forms that a thread keeps: nothing of one request is found by the next."""

import pytest

from core.api.serializers import kept
from tests.api import Api
from tickets.api.serializers import TicketIn

LONG = {"subject": "x" * 201, "description": "It came cracked."}


def refused(cast, body, language):
    response = Api(cast.customer, language=language).post("/tickets", body)
    assert response.status_code == 400
    return response.json()["error"]["fields"]


@pytest.mark.parametrize("languages", [("ar", "en", "ar"), ("en", "ar", "en")])
def test_each_refusal_is_in_the_language_of_its_request(cast, languages):
    texts = {language: refused(cast, LONG, language) for language in languages}
    again = {language: refused(cast, LONG, language) for language in languages}
    assert again == texts
    assert texts["ar"] != texts["en"]
    assert texts["en"] == {"subject": ["Ensure this field has no more than 200 characters."]}


def test_nothing_of_a_refused_body_is_in_the_next_one(cast):
    assert refused(cast, {**LONG, "orderId": "A-1"}, "en").keys() == {"subject"}
    assert refused(cast, {}, "en").keys() == {"subject", "description"}
    opened = Api(cast.customer).post("/tickets", {"subject": "Cracked", "description": "It came cracked."})
    assert opened.status_code == 201
    assert opened.json()["data"]["orderId"] == ""


def test_the_kept_form_holds_no_body(cast):
    Api(cast.customer).post("/tickets", {"subject": "Cracked", "description": "It came cracked."})
    refused(cast, LONG, "en")
    form = kept(TicketIn, "en")
    assert form is kept(TicketIn, "en")
    assert not {"initial_data", "_validated_data", "_errors"} & vars(form).keys()


def test_a_body_of_null_is_refused_as_before(cast):
    assert refused(cast, b"null", "en") == {"": ["No data provided"]}
