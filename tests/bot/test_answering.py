"""Answer what customers write, as they write it, by the rules that an installation begins with."""

import pytest

from bot.answering import decide
from bot.engine import Answer, Facts, HandOver, NoAnswer
from bot.models import Rule
from bot.words import language_of

FACTS = Facts("سارة", "من الأحد إلى الخميس", "Sunday to Thursday")
GREETING, ORDER, HOURS, THANKS = "Greeting", "Order tracking", "Working hours", "Thanks"
pytestmark = pytest.mark.django_db


def said(text, language="ar"):
    return decide(text, language=language_of(text, language), facts=FACTS)


def rule_of(decision):
    assert isinstance(decision, Answer), decision
    return Rule.objects.get(pk=decision.rule_id).name_en


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("مرحبا", GREETING),
        ("مرحباً", GREETING),
        ("مرحبـــا", GREETING),
        ("مَرْحَبًا!!", GREETING),
        ("ﻣﺮﺣﺒﺎ", GREETING),
        ("والسلام عليكم", GREETING),
        ("السّلام عليكم ورحمة الله", GREETING),
        ("HELLO", GREETING),
        ("hi, there", GREETING),
        ("تتبع", ORDER),
        ("طلبي", ORDER),
        ("بطلبي", ORDER),
        ("وبطلبي", ORDER),
        ("«وين طلبي?»", ORDER),
        ("رقم طلبي ۱۲۳۴۵", ORDER),
        ("١٢٣٤٥", ORDER),
        ("#ORD-12345", ORDER),
        ("track", ORDER),
        ("Where is MY ORDER?", ORDER),
        ("مرحبا، أين طلبي ١٢٣٤٥", ORDER),
        ("شكرا، وين طلبي", ORDER),
        ("ساعات العمل", HOURS),
        ("وساعات العمل؟", HOURS),
        ("متى تفتحون", HOURS),
        ("متى تفتحون الأحد؟ وإلى الأحد القادم؟", HOURS),
        ("are you open tomorrow?", HOURS),
        ("شكراً", THANKS),
        ("thank you", THANKS),
        ("hello and thanks", GREETING),
    ],
)
def test_a_message_gets_the_useful_answer(text, rule):
    assert rule_of(said(text)) == rule


@pytest.mark.parametrize(
    "text",
    [
        "أريد إرجاع الجوال",
        "متى تسلم الأجهزة يوم الأحد؟",
        "locked to my operator",
        "this is a high phone",
        "تطلبين",
        "trackless",
        "",
        " ",
        "؟",
        "مرحباوي",
        "🙂",
        "\x00",
    ],
)
def test_what_only_resembles_a_keyword_gets_no_answer(text):
    assert isinstance(said(text), NoAnswer)


@pytest.mark.parametrize(
    "text",
    [
        "أبغى أكلم موظف",
        "أبي أتكلم مع أحد",
        "كلّمني أحد لو سمحت",
        "مرحبا، أريد التحدث مع شخص",
        "للموظف",
        "خدمة العملاء",
        "I want a human",
        "agent please",
    ],
)
def test_who_asks_for_a_person_is_handed_over_whatever_else_he_says(text):
    assert isinstance(said(text), HandOver)


@pytest.mark.parametrize(
    ("text", "own", "language"),
    [
        ("مرحبا", "en", "ar"),
        ("hello", "ar", "en"),
        ("وين الـ order حقي", "en", "ar"),
        ("where is طلبي please", "ar", "en"),
        ("١٢٣٤٥", "en", "en"),
        ("12345", "ar", "ar"),
        ("track_order", "ar", "ar"),
        ("طلبي https://shop.example/a/long/address me@shop.example", "en", "ar"),
    ],
)
def test_the_answer_is_in_the_language_of_the_message_else_the_customers(text, own, language):
    assert said(text, own).language == language


def test_an_answer_says_what_is_known():
    assert said("hello").text.startswith("Hello سارة, ")
    assert "Sunday to Thursday" in said("are you open?").text
    assert "من الأحد إلى الخميس" in said("متى تفتحون").text
    assert "your order ORD-12345 is" in said("my order ORD-12345").text
    assert "your order is" in said("my order").text
    assert [reply.label for reply in said("هلا").quick_replies] == ["تتبع الطلب", "ساعات العمل", "التحدث مع موظف"]
