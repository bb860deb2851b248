"""Say who wins, what an answer says, and which order a message speaks of; no database."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot import engine
from bot.engine import VARIABLES, Answer, Facts, Text, render
from bot.order_ids import order_id_in
from bot.words import Keyword, forms
from tests.bot.test_bounds import rule

FACTS = Facts("Sara", "كل يوم", "every day")


def winner(message, *rules):
    decided = engine.decide(engine.within_bounds(rules), message, language="en", facts=FACTS)
    return decided.rule_id if isinstance(decided, Answer) else None


def test_the_higher_priority_wins_over_the_longer_match():
    assert winner("track my parcel", rule("parcel", pk=1, priority=5), rule("track my", pk=2, priority=4)) == 1


def test_of_equals_the_longest_match_wins_and_then_the_oldest():
    assert winner("track my parcel", rule("track", pk=1), rule("track my parcel", pk=2), rule("my parcel", pk=3)) == 2
    assert winner("track my parcel", rule("/p[a-z]+/", pk=1), rule("track my", pk=2)) == 2
    assert winner("track my parcel", rule("track", pk=8), rule("/t.../", pk=7), rule("parcel", pk=9)) == 9
    assert winner("one two", rule("two", pk=8), rule("one", pk=7)) == 7


def test_the_best_match_is_the_first_of_all_matches():
    rules = engine.within_bounds(
        [rule("a", pk=1, priority=1), rule("a b", pk=2, priority=9), rule("b", pk=3, priority=9)]
    )
    assert [match.rule.stored.pk for match in engine.matches(rules, "a b")] == [2, 3, 1]
    best = engine.best_match(rules, Text.of("a b"))
    assert best is not None
    assert best.rule.stored.pk == 2


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(
    st.lists(st.tuples(st.sampled_from(["a", "b", "a b", "/[ab]+/", "/a b/"]), st.integers(0, 3)), max_size=6),
    st.text("ab ", max_size=8),
)
def test_the_shorter_way_finds_the_same_winner(given_rules, message):
    rules = engine.within_bounds([rule(source, pk=n, priority=p) for n, (source, p) in enumerate(given_rules)])
    every, best = engine.matches(rules, message), engine.best_match(rules, Text.of(message))
    assert (best.rule.stored.pk if best else None) == (every[0].rule.stored.pk if every else None)


@pytest.mark.parametrize(
    "prefix", ["و", "ف", "ب", "ك", "ل", "ال", "وال", "فال", "بال", "كال", "وبال", "فكال", "لل", "ولل", "وب", "فل"]
)
def test_a_keyword_is_found_behind_arabic_prefixes(prefix):
    assert "طلب" in forms(f"{prefix}طلب")
    assert Keyword.of("طلب").length_in(Text.of(f"قال {prefix}طلب!").words) == 3


@pytest.mark.parametrize("word", ["مطلب", "طلبة", "يطلب", "والوطلب", "بوطلب", "اطلب", "سطلب"])
def test_a_keyword_is_not_found_inside_another_word(word):
    assert Keyword.of("طلب").length_in(Text.of(word).words) == 0


def test_the_article_of_a_keyword_is_found_in_its_written_forms():
    words = Text.of("شكرا للموظف وبالموظف").words
    assert Keyword.of("الموظف").length_in(words) == 6
    assert Keyword.of("الموظف").length_in(Text.of("موظف").words) == 0


def test_a_phrase_stands_together_and_in_order():
    phrase = Keyword.of("ساعات العمل")
    assert phrase.length_in(Text.of("ما هي ساعات، العمل؟").words) == 11
    assert phrase.length_in(Text.of("العمل ساعات").words) == 0
    assert phrase.length_in(Text.of("ساعات في العمل").words) == 0


@pytest.mark.parametrize(
    ("text", "order"),
    [
        ("أين طلبي ١٢٣٤٥", "12345"),
        ("طلب رقم #۹۹۸۸۷۷", "998877"),
        ("my order ORD-10023 please", "ORD-10023"),
        ("order no. A12345", "A12345"),
        ("order 2026-001234", "2026-001234"),
        ("أين طَلَبِي رقم \u200f١٢٣٤٥\u200f؟", "12345"),
        ("طلبیتي #4455 تأخرت", "4455"),
        ("الأوردر رقمه: 77821", "77821"),
        ("وصلني ORD-10023 ناقص", "ORD-10023"),
        ("ولطلبي (٩٩٨٨٧)", "99887"),
        ("12345 is my order number", "12345"),
        ("١٢٣٤٥ هو رقم طلبي", "12345"),
        ("my order is 12345, call 050-123-4567", "12345"),
        ("اتصلوا بي على 050 123 4567 بخصوص الطلب 8812", "8812"),
        ("اتصلوا بي على 050 123 4567", ""),
        ("طلبي 050 123 4567", ""),
        ("my order, call +966 50 123 4567", ""),
        ("order +966-50-123-4567", ""),
        ("طلبي ٠٥٥١٢٣٤٥٦٧", ""),
        ("order 00971 50 123 4567", ""),
        ("طلبي 920012345", ""),
        ("order (050) 1234567", ""),
        ("دفعت 1500 ريال ولم يصل طلبي", ""),
        ("طلبي 1500 ريال", ""),
        ("order 1,500 SAR", ""),
        ("my order $500", ""),
        ("order SAR 500", ""),
        ("my order 499.99", ""),
        ("طلبي الساعة 1230", ""),
        ("order 12:30", ""),
        ("order 2026-11-29", ""),
        ("order 29/11/2026", ""),
        ("my order 256 GB", ""),
        ("طلبي 1000 مل", ""),
        ("طلبي ٢٥٦ جيجا", ""),
        ("order 120 pieces", ""),
        ("طلبي شقة 123", ""),
        ("طلبي شارع رقم 4455", ""),
        ("my order to building 1234", ""),
        ("order 1234 King Fahd Road", ""),
        ("رقم البيت 1234", ""),
        ("my number 12345", ""),
        ("12345 طلبي وين", "12345"),
        ("١٢٣٤٥ طلبي وين؟", "12345"),
        ("رقم 12345 طلبي وين", "12345"),
        ("12345 الطلب ما وصل", "12345"),
        ("12345, my order", "12345"),
        ("12345 order where is it", "12345"),
        ("12345: order status", "12345"),
        ("order 12345 SAR 500", "12345"),
        ("my order 12345 USD 20.50", "12345"),
        ("order 12345 for $500", "12345"),
        ("طلبي 12345 ريال 500", "12345"),
        ("طلبي 12345 بـ 500 ريال", "12345"),
        ("طلب 12345 ر.س 500", "12345"),
        ("رقم الطلب:12345", "12345"),
        ("رقم:12345 طلبي", "12345"),
        ("طلبي،12345", "12345"),
        ("رقم الطلب/12345", "12345"),
        ("Order ID:ORD-10023", "ORD-10023"),
        ("رقم:ORD-10023", "ORD-10023"),
        ("order-12345", "12345"),
        ("where is Order_12345?", "12345"),
        ("order12345", "12345"),
        ("order-no-12345", "12345"),
        ("order-ORD-10023", "ORD-10023"),
        ("وين طلب-12345", "12345"),
        ("طلبي١٢٣٤٥ تأخر", "12345"),
        ("الأوردر–12345", "12345"),
        ("order-500 SAR", ""),
        ("order-0551234567", ""),
        ("no-12345", ""),
        ("رقم:TKT-2026-000223", ""),
        ("طلبي:0551234567", ""),
        ("طلبي:500 ريال", ""),
        ("order:SAR 500", ""),
        ("500 SAR my order", ""),
        ("500 ريال طلبي", ""),
        ("my order 500 SAR 3 pieces", ""),
        ("طلبي 500 ريال 29/11/2026", ""),
        ("I paid 500 my order is late", ""),
        ("دفعت 500 طلبي ما وصل", ""),
        ("in 2025 my order came late", ""),
        ("120 orders today", ""),
        ("500 طلب اليوم", ""),
        ("0551234567 طلبي وين", ""),
        ("256 GB my order", ""),
        ("12:30 طلبي", ""),
        ("مبنى 1234 طلبي وين", ""),
        ("2026-001234", ""),
        ("12345", ""),
        ("I paid 500 for order number 77821", "77821"),
        ("call 0551234567 about order 4455", "4455"),
        ("رقمي 966551234567", ""),
        ("00966551234567", ""),
        ("TKT-2026-000123", ""),
        ("12", ""),
        ("v1.234.5", ""),
        ("https://shop.example/12345", ""),
        ("iphone15", ""),
        ("", ""),
    ],
)
def test_the_order_a_message_speaks_of(text, order):
    assert order_id_in(text) == order


def test_the_pattern_of_order_ids_is_a_setting(settings):
    settings.ORDER_ID_PATTERN = r"S\d{2}/\d{4}"
    assert order_id_in("my order S26/1234") == "S26/1234"
    assert order_id_in("my order 12345") == ""
    settings.ORDER_ID_PATTERN = r"ORDER-\d{5}"
    assert order_id_in("where is order-12345?") == "order-12345"


@given(st.text(), st.text())
def test_what_a_value_holds_is_never_rendered_again(name, text):
    values = {"customer_name": name, "order_id": "{customer_name}"}
    assert render("{customer_name}", values) == name
    assert render("{order_id}", values) == "{customer_name}"
    assert isinstance(render(text, values), str)


@pytest.mark.parametrize(
    ("text", "rendered"),
    [
        ("Hi {customer_name}!", "Hi Sara!"),
        ("Hi {customerName}!", "Hi Sara!"),
        ("Your order {order_id} is", "Your order is"),
        ("Your order {orderId} is", "Your order is"),
        ("{unknown} {0} {} {customer_name.__class__} {customer_name!r} %s {{customer_name}}", None),
    ],
)
def test_variables_are_filled_in_and_all_else_is_literal(text, rendered):
    expected = rendered or text.replace("{{customer_name}}", "{Sara}")
    assert render(text, {"customer_name": "Sara", "order_id": ""}) == expected


def test_a_new_variable_is_one_line(monkeypatch):
    monkeypatch.setitem(VARIABLES, "shout", lambda facts, message, language: message.upper())
    said = SimpleNamespace(pk=1, response_ar="", response_en="You said {shout}", quick_replies=[], priority=1)
    assert engine.answer(said, "hi", language="en", facts=FACTS).text == "You said HI"
