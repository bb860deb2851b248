"""The bot's rules in the back office: written by their operations, tried on the bench."""

import pytest

from audit.models import Entry
from bot.models import Rule
from tests.tickets_admin.desk import Desk, fields_of, text_of, words_of

RULES, BENCH = "/admin/bot/rule/", "/admin/bot/rule/bench/"
RULE = {
    "name_ar": "الإرجاع",
    "name_en": "Returns",
    "priority": "30",
    "is_active": "on",
    "trigger_patterns": "إرجاع\r\n\r\n  return policy \r\n/return(s|ed)?/",
    "response_ar": "خلال ١٤ يوماً",
    "response_en": "Within 14 days",
    "quick_reply_0_labelAr": "موظف",
    "quick_reply_0_labelEn": "A person",
    "quick_reply_0_action": "handover",
}


@pytest.fixture
def lead(cast):
    return Desk(cast.lead)


def send(desk, address, **typed):
    page = desk.client.get(address)
    return desk.client.post(address, {**fields_of(page, ""), **typed})


def test_a_rule_is_made_changed_and_deleted(lead):
    assert send(lead, f"{RULES}add/", **RULE).status_code == 302
    made = Rule.objects.get(name_en="Returns")
    assert made.trigger_patterns == ["إرجاع", "return policy", "/return(s|ed)?/"]
    person = {"labelAr": "موظف", "labelEn": "A person", "action": "handover", "value": "handover"}
    assert made.quick_replies == [person]
    change = f"{RULES}{made.pk}/change/"
    shown = fields_of(lead.client.get(change), "")
    assert shown["trigger_patterns"] == "إرجاع\nreturn policy\n/return(s|ed)?/"
    assert (shown["quick_reply_0_labelEn"], shown["quick_reply_0_action"]) == ("A person", "handover")
    send(lead, change, quick_reply_0_labelAr="", quick_reply_0_labelEn="", quick_reply_0_value="", priority="31")
    made.refresh_from_db()
    assert (made.quick_replies, made.priority, made.version) == ([], 31, 2)
    lead.client.post(f"{RULES}{made.pk}/delete/")
    actions = Entry.objects.filter(entity_type="bot_rule").order_by("id").values_list("action", flat=True)
    assert list(actions) == ["BOT_RULE_CREATED", "BOT_RULE_UPDATED", "BOT_RULE_DELETED"]


def test_saving_a_default_rule_as_it_stands_changes_nothing(lead):
    for rule in Rule.objects.all():
        assert send(lead, f"{RULES}{rule.pk}/change/").status_code == 302
    assert not Entry.objects.filter(entity_type="bot_rule").exists()


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"trigger_patterns": "good\n/(a/"}, "missing )"),
        ({"trigger_patterns": "  "}, "required"),
        ({"name_en": "Greeting"}, "already"),
        ({"priority": "101"}, "100"),
        ({"quick_reply_1_labelAr": "x"}, "label in Arabic and in English"),
        ({"quick_reply_0_action": "link", "quick_reply_0_value": "http://x"}, "https://"),
    ],
)
def test_what_is_wrong_is_said_in_place_and_nothing_is_kept(lead, typed, said):
    refused = send(lead, f"{RULES}add/", **{**RULE, **typed})
    assert refused.status_code == 200
    assert said in words_of(refused)
    assert "return policy" in text_of(refused) or "trigger_patterns" in typed
    assert not Rule.objects.filter(name_en="Returns").exists()


def test_what_somebody_else_changed_meanwhile_is_not_written_over(lead):
    rule = Rule.objects.get(name_en="Thanks")
    change = f"{RULES}{rule.pk}/change/"
    page = fields_of(lead.client.get(change), "")
    send(lead, change, priority="6")
    refused = lead.client.post(change, {**page, "response_en": "Mine"})
    assert "Someone changed this meanwhile" in words_of(refused)
    rule.refresh_from_db()
    assert (rule.priority, "Mine" in rule.response_en) == (6, False)


def test_the_list_says_what_each_rule_is_worth(lead):
    page = words_of(lead.client.get(RULES), "result_list")
    assert page.index("Order tracking") < page.index("Greeting") < page.index("Thanks")
    assert "مرحبا · مرحبتين" in page


def test_the_bench_shows_the_answer_its_reason_and_bad_patterns(lead):
    Rule.objects.filter(name_en="Thanks").update(trigger_patterns=["/(/"], version=2)
    asked = send(lead, BENCH, text="مرحبا، أين طلبي ١٢٣٤٥", language="en")
    page = words_of(asked, 'class="bench"')
    assert "حالة طلبك 12345" in page
    assert page.index("Order tracking") < page.index("Greeting")
    assert "/(/" in page
    assert "missing )" in page
    assert "goes to the queue" in words_of(send(lead, BENCH, text="a human please", language="en"))
    assert "No rule has an answer" in words_of(send(lead, BENCH, text="xyz", language="en"))
    assert "required" in words_of(send(lead, BENCH, text="", language="en"))


def test_what_is_written_is_shown_as_text(lead):
    evil = "<script>alert(1)</script> hello"
    assert "<script>alert" not in text_of(send(lead, BENCH, text=evil, language="en"))
    send(lead, f"{RULES}add/", **{**RULE, "response_en": evil, "trigger_patterns": "<b>hello"})
    assert "<script>alert" not in text_of(send(lead, BENCH, text="hello", language="en"))
    assert "<b>hello" not in text_of(lead.client.get(RULES))


@pytest.mark.parametrize("person", ["agent", "manager"])
def test_who_may_not_manage_the_bot_sees_none_of_it(cast, person):
    desk = Desk(getattr(cast, person))
    rule = Rule.objects.first()
    for address in (RULES, f"{RULES}add/", f"{RULES}{rule.pk}/change/", f"{RULES}{rule.pk}/delete/", BENCH):
        assert desk.client.get(address).status_code == 403
        assert desk.client.post(address, RULE | {"text": "x", "language": "en"}).status_code == 403
    assert Rule.objects.count() == 4
