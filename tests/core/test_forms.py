"""Forms: they hold nothing of one request for the next, and show what DRF's own show."""

import datetime
from types import MappingProxyType, SimpleNamespace
from zoneinfo import ZoneInfo

import pytest
from rest_framework import serializers

from core.api.serializers import FormOut
from tests.api import Api

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


@pytest.mark.parametrize("body", [b"null", b"[]", b'"text"', b"1"])
def test_a_body_that_is_no_object_is_refused_in_words_and_names_no_field(cast, body):
    for language, word in (("en", "JSON object"), ("ar", "كائن")):
        error = Api(cast.customer, language=language).post("/tickets", body).json()["error"]
        assert word in error["message"]
        assert "fields" not in error


@pytest.mark.parametrize("language", ["ar", "en"])
@pytest.mark.parametrize(
    "sent", [{"attachments": {"a": 1}}, {"attachments": "x"}, {"priority": {"a": 1}}, {"priority": ["high"]}]
)
def test_a_field_of_another_kind_is_refused_without_pythons_words(cast, language, sent):
    [[name, texts]] = refused(cast, {"subject": "a", "description": "b", **sent}, language).items()
    assert sent.keys() == {name}
    for word in ("dict", "str", "list of items", "{", "'"):
        assert word not in texts[0]
    assert texts[0].isascii() == (language == "en")


def test_a_form_shows_each_reader_links_of_their_own_whatever_was_shown_before(cast):
    class Linked(FormOut):
        url = serializers.SerializerMethodField()

        @classmethod
        def get_url(cls, thing, reader):
            return f"{thing}?reader={reader}"

    class Thread(FormOut):
        files = Linked(many=True)

    thing = SimpleNamespace(files=["a"])
    assert Thread.show(thing, 1) == {"files": [{"url": "a?reader=1"}]}
    assert Thread.show(thing) == {"files": [{"url": "a?reader=None"}]}
    assert Thread(thing, context={"reader": 2}).data == {"files": [{"url": "a?reader=2"}]}


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

    @classmethod
    def get_made(cls, thing, reader=None):
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
        assert kind.show(thing) == serializers.Serializer.to_representation(form, thing)


def test_what_is_not_there_is_said_in_drfs_words():
    with pytest.raises(AttributeError, match="Got AttributeError when attempting to get a value for field `name`"):
        Part.show(SimpleNamespace())


@pytest.mark.parametrize(
    "body", [{"subject": " " + "x" * 200, "description": "y"}, {"subject": "x" * 200 + "\n", "description": "y"}]
)
def test_what_is_longer_than_documented_is_refused_although_it_would_be_trimmed(cast, body):
    assert refused(cast, body, "en").keys() == {"subject"}


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        ({"subject": None}, "لا يجوز أن تكون قيمة هذا الحقل null."),
        ({"subject": " "}, "لا يجوز ترك هذا الحقل فارغًا."),
        ({"subject": 5}, "يجب أن تكون هذه القيمة نصًّا."),
        ({"subject": "x" * 5000}, "يجب ألا يزيد عدد الأحرف على 200."),
        ({"priority": "soon"}, "هذا ليس من الخيارات."),
    ],
)
def test_a_refusal_in_arabic_is_written_as_the_house_writes(cast, sent, said):
    fields = refused(cast, {"subject": "s", "description": "d", **sent}, "ar")
    assert fields == {next(iter(sent)): [said]}
