"""The bot through the chat's own door: it answers, is counted, and no stored rule keeps it from answering."""

from __future__ import annotations

from bot.models import Rule
from tests.api import Api, data
from tests.cast import customer
from tests.crosscut.test_query_counts import count_of

RULES = "/chat/bot/rules"


def answer_to(text, who):
    client = Api(who)
    data(client.post("/chat/sessions", {"message": text}), 201)
    [_asked, answered] = data(client.get("/chat/my-session/messages"))[:2]
    return answered


def usage(lead):
    return {rule["nameEn"]: rule["usageCount"] for rule in data(Api(lead).get(RULES))}


def test_an_answer_names_its_rule_in_the_count_and_offers_its_quick_replies(cast):
    answered = answer_to("مرحبا، أين طلبي ١٢٣٤٥", cast.customer)
    assert answered["author"]["type"] == "bot"
    assert "12345" in answered["body"]
    assert [reply["label"] for reply in answered["quickReplies"]] == ["التحدث مع موظف", "فتح تذكرة"]
    assert usage(cast.lead) == {"Order tracking": 1, "Working hours": 0, "Greeting": 0, "Thanks": 0}


def test_a_quick_reply_is_answered_in_the_customers_language(cast):
    answered = answer_to("مرحبا", cast.customer)
    chosen = {"quickReply": {"messageId": answered["id"], "value": "working_hours"}}
    data(Api(cast.customer).post("/chat/my-session/messages", chosen), 201)
    said = data(Api(cast.customer).get("/chat/my-session/messages"))[-1]
    assert "من الأحد إلى الخميس" in said["body"]
    assert usage(cast.lead) == {"Order tracking": 0, "Working hours": 1, "Greeting": 1, "Thanks": 0}


def test_rules_that_cannot_be_used_keep_no_customer_from_an_answer(cast):
    Rule.objects.filter(name_en="Thanks").update(trigger_patterns=["/(/", "/a{1000}{1000}/"], version=2, priority=99)
    Rule.objects.filter(name_en="Working hours").update(quick_replies=[None, 7, {"action": 1}], version=2)
    assert "أهلًا" in answer_to("مرحبا", cast.customer)["body"]
    assert "9:00 AM" in answer_to("working hours", customer())["body"]


def test_a_removed_rule_leaves_its_answers(cast):
    answered = answer_to("hello", cast.customer)
    lead = Api(cast.lead)
    greeting = Rule.objects.get(name_en="Greeting")
    data(lead.delete(f"{RULES}/{greeting.pk}"))
    assert data(lead.get("/chat/bot/rules"))[0]["usageCount"] == 0
    assert data(Api(cast.customer).get("/chat/my-session/messages"))[1]["body"] == answered["body"]


def test_the_list_of_rules_asks_as_much_for_many_as_for_one(cast):
    lead = Api(cast.lead)
    few = count_of(lead, RULES)
    for n in range(16):
        Rule.objects.create(
            name_ar=f"ق{n}", name_en=f"R{n}", trigger_patterns=["x"], response_ar="ج", response_en="A", quick_replies=[]
        )
    assert count_of(lead, RULES) == few <= 4
