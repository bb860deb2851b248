"""Forms: what is kept of them holds nothing of one request for the next, and they show what DRF's own show."""

import datetime
from types import MappingProxyType, SimpleNamespace
from zoneinfo import ZoneInfo

import pytest
from rest_framework import serializers

from core.api.serializers import FormOut, kept
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
    assert refused(cast, {"subject": "Cracked"}, "en").keys() == {"description"}
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


class Part(FormOut):
    name = serializers.CharField()


class Whole(FormOut):
    """A field of each way in which a value is got and shown."""

    text = serializers.CharField()
    shown_at = serializers.DateTimeField(allow_null=True)
    local_at = serializers.DateTimeField()
    day = serializers.DateTimeField(format="%d.%m.%Y", source="local_at")
    count = serializers.IntegerField()
    called = serializers.CharField()
    deep = serializers.CharField(source="part.name")
    part = Part(allow_null=True)
    same = Part(source="*")
    parts = Part(many=True)
    made = serializers.SerializerMethodField()
    missing = serializers.CharField(default="filled")
    left_out = serializers.CharField(required=False)

    def get_made(self, thing):
        return f"made of {thing['text'] if isinstance(thing, dict) else thing.text}"


def things():
    part = SimpleNamespace(name=7)
    values = {
        "text": 5,
        "shown_at": datetime.datetime(2026, 3, 1, 10, 0, 0, 120, datetime.UTC),
        "local_at": datetime.datetime(2026, 3, 1, 1, tzinfo=ZoneInfo("Asia/Riyadh")),
        "count": "3",
        "called": lambda: "now",
        "part": part,
        "parts": [part, {"name": "of a key"}],
        "name": "whole",
    }
    return [values, SimpleNamespace(**values), MappingProxyType(values) | {"part": None, "shown_at": None}]


@pytest.mark.parametrize("kind", [Whole, type("Short", (Whole,), {"missing": None, "left_out": None, "deep": None})])
def test_a_form_shows_what_drf_shows(kind):
    for thing in things():
        if kind is Whole and isinstance(thing, dict) and thing["part"] is None:
            continue
        form = kind()
        assert form.to_representation(thing) == serializers.Serializer.to_representation(form, thing)


def test_what_is_not_there_is_said_in_drfs_words():
    with pytest.raises(AttributeError, match="Got AttributeError when attempting to get a value for field `name`"):
        Part().to_representation(SimpleNamespace())


@pytest.mark.parametrize(
    "body", [{"subject": " " + "x" * 200, "description": "y"}, {"subject": "x" * 200 + "\n", "description": "y"}]
)
def test_what_is_longer_than_documented_is_refused_although_it_would_be_trimmed(cast, body):
    assert refused(cast, body, "en").keys() == {"subject"}
