"""Rules through the API: kept by those with the right, checked when saved, used at the next message."""

import pytest
from django.db import IntegrityError, connection, transaction

from accounts.models import User
from audit.models import Entry
from bot.answering import decide
from bot.engine import Answer, Facts
from bot.models import Rule
from tests.api import Api, data, refusal

RULES, BENCH = "/chat/bot/rules", "/chat/bot/test"
FACTS = Facts("", "", "")
DEFAULTS = {"Order tracking": 20, "Working hours": 20, "Greeting": 10, "Thanks": 5}


@pytest.fixture
def lead(cast):
    return Api(cast.lead)


def test_an_installation_begins_with_four_rules_in_both_languages(lead):
    rules = data(lead.get(RULES))
    assert {rule["nameEn"]: rule["priority"] for rule in rules} == DEFAULTS
    assert [rule["priority"] for rule in rules] == [20, 20, 10, 5]
    for rule in rules:
        assert rule["nameAr"]
        assert rule["responseAr"]
        assert (rule["isActive"], rule["usageCount"]) == (True, 0)


def test_a_rule_is_made_read_changed_and_removed_and_each_is_audited(lead, rule):
    made = data(lead.post(RULES, rule), 201)
    assert made == {"id": made["id"], **rule, "isActive": True, "usageCount": 0}
    path = f"{RULES}/{made['id']}"
    assert data(lead.get(path)) == made
    changed = data(lead.patch(path, {"priority": 40, "responseEn": rule["responseEn"]}))
    assert changed == {**made, "priority": 40}
    detail = Entry.objects.select_related("detail").get(action="BOT_RULE_UPDATED").detail
    assert (detail.old_values, detail.new_values) == ({"priority": 30}, {"priority": 40})
    assert data(lead.delete(path)) is None
    refusal(lead.get(path), 404, "not_found")
    actions = Entry.objects.filter(entity_type="bot_rule").order_by("id").values_list("action", flat=True)
    assert list(actions) == ["BOT_RULE_CREATED", "BOT_RULE_UPDATED", "BOT_RULE_DELETED"]


def test_saving_what_is_already_so_changes_nothing(lead, rule):
    made = data(lead.post(RULES, rule), 201)
    stored = Rule.objects.get(pk=made["id"])
    data(lead.patch(f"{RULES}/{made['id']}", rule))
    stored.refresh_from_db()
    assert stored.version == 1
    assert not Entry.objects.filter(action="BOT_RULE_UPDATED").exists()


def test_the_next_message_is_answered_by_what_is_stored_then(lead, rule):
    def answered():
        found = decide("هل يمكن الإرجاع؟", language="ar", facts=FACTS)
        return found.text if isinstance(found, Answer) else None

    assert answered() is None
    path = f"{RULES}/{data(lead.post(RULES, rule), 201)['id']}"
    assert answered() == rule["responseAr"]
    data(lead.patch(path, {"responseAr": "غير ذلك", "triggerPatterns": ["ارجاع"]}))
    assert answered() == "غير ذلك"
    data(lead.patch(path, {"isActive": False}))
    assert answered() is None


def test_the_rules_are_read_by_one_query(lead, rule, django_assert_num_queries):
    data(lead.post(RULES, rule), 201)
    for _ in range(2):
        with django_assert_num_queries(1):
            decide("return", language="en", facts=FACTS)


def test_keeping_rules_needs_the_right(cast, lead, rule):
    path = f"{RULES}/{data(lead.post(RULES, rule), 201)['id']}"
    for who in (cast.agent, cast.manager):
        client = Api(who)
        for answer in (client.get(RULES), client.post(RULES, rule), client.patch(path, {}), client.delete(path)):
            assert refusal(answer, 403, "forbidden")["details"] == {"permission": "support.bot.manage"}
        refusal(client.post(BENCH, {"text": "hi"}), 403, "forbidden")
    for who in (cast.customer, cast.guest):
        refusal(Api(who).get(RULES), 404, "not_found")
        refusal(Api(who).post(BENCH, {"text": "hi"}), 404, "not_found")
    assert Rule.objects.filter(pk=path.rpartition("/")[2]).exists()


@pytest.mark.parametrize(
    ("pattern", "english", "arabic"),
    [
        ("/(a/", "missing )", "RE2"),
        ("/a**/", "bad repetition", "RE2"),
        ("/(?=a)b/", "Looking ahead", "الأمام"),
        (r"/\1/", "not possible", "\\1"),
        ("/x*/", "nothing at all", "كل رسالة"),
        (r"/\b/", "nothing at all", "كل رسالة"),
        ("//", "nothing at all", "كل رسالة"),
        ("/((((a{1,10}){1,10}){1,5}))b/", "repeats too much", "يكرر"),
        (r"/(\p{L}{30}){9}z/", "repeats too much", "يكرر"),
        ("!!", "a letter or a digit", "حرف"),
        ("ـــ", "a letter or a digit", "حرف"),
    ],
)
def test_a_pattern_that_cannot_be_used_is_refused_with_its_reason_in_both_languages(
    cast, rule, pattern, english, arabic
):
    before = Rule.objects.count()
    for language, reason in (("en", english), ("ar", arabic)):
        answer = Api(cast.lead, language=language).post(RULES, rule | {"triggerPatterns": ["good", pattern]})
        [text] = refusal(answer, 400, "invalid")["fields"]["triggerPatterns"]
        assert pattern in text
        assert reason in text
    assert Rule.objects.count() == before


LABELS = {"labelAr": "ل", "labelEn": "L"}


@pytest.mark.parametrize(
    "replies",
    [
        [{**LABELS, "value": "x", "action": "explode"}],
        [{"labelAr": "ل", "value": "x", "action": "reply"}],
        [{**LABELS, "action": "reply"}],
        [{**LABELS, "value": "", "action": "reply"}],
        [{**LABELS, "value": "http://shop.example/", "action": "link"}],
        [{**LABELS, "value": "javascript:alert(1)", "action": "link"}],
        [{**LABELS, "value": "https://", "action": "link"}],
        [{**LABELS, "value": "https://a b", "action": "link"}],
        [{**LABELS, "value": "https://[", "action": "link"}],
        [{**LABELS, "value": "x", "action": "reply"}] * 2,
        [{**LABELS, "value": f"x{n}", "action": "reply"} for n in range(9)],
        [{**LABELS, "value": "x", "action": "reply", "onclick": "x"}],
        "text",
        [1],
    ],
)
def test_a_quick_reply_that_cannot_be_used_is_refused(lead, rule, replies):
    fields = refusal(lead.post(RULES, rule | {"quickReplies": replies}), 400, "invalid")["fields"]
    assert all(name.startswith("quickReplies") for name in fields)
    assert not Rule.objects.filter(name_en="Returns").exists()


def test_quick_replies_are_kept_as_they_are_sent(lead, rule):
    replies = [
        {**LABELS, "value": "track_order", "action": "reply"},
        {**LABELS, "value": "ticket", "action": "ticket"},
        {**LABELS, "value": "https://shop.example/returns?a=1#b", "action": "link"},
    ]
    made = data(lead.post(RULES, rule | {"quickReplies": replies}), 201)
    assert made["quickReplies"] == replies
    without = [{**LABELS, "action": "handover"}]
    changed = data(lead.patch(f"{RULES}/{made['id']}", {"quickReplies": without}))
    assert changed["quickReplies"] == [{**LABELS, "value": "handover", "action": "handover"}]


@pytest.mark.parametrize(
    "wrong",
    [
        {"nameAr": ""},
        {"nameEn": "x" * 101},
        {"nameEn": "Greeting"},
        {"nameAr": "ترحيب"},
        {"triggerPatterns": []},
        {"triggerPatterns": [" "]},
        {"triggerPatterns": "hi"},
        {"triggerPatterns": ["x" * 203]},
        {"triggerPatterns": ["/" + "x" * 201 + "/"]},
        {"triggerPatterns": [f"w{n}" for n in range(51)]},
        {"triggerPatterns": ["a\x00b"]},
        {"triggerPatterns": [None]},
        {"responseAr": " "},
        {"responseEn": "x" * 2001},
        {"priority": 101},
        {"priority": -1},
        {"priority": "7"},
        {"isActive": "yes"},
        {"usageCount": 7},
        {"id": 7},
        {"version": 7},
    ],
    ids=str,
)
def test_what_is_wrong_is_named_and_nothing_is_kept(lead, rule, wrong):
    [name] = wrong
    assert name in str(refusal(lead.post(RULES, rule | wrong), 400, "invalid")["fields"])
    made = data(lead.post(RULES, rule | {"nameEn": "Mine", "nameAr": "لي"}), 201)
    refusal(lead.patch(f"{RULES}/{made['id']}", wrong), 400, "invalid")
    assert data(lead.get(f"{RULES}/{made['id']}")) == made


def test_a_key_makes_a_repeat_one_and_malformed_ids_are_absent(lead, rule):
    first = data(lead.post(RULES, rule, Idempotency_Key="r-1"), 201)
    assert data(lead.post(RULES, rule, Idempotency_Key="r-1"), 201) == first
    for malformed in ("x", "-1", "9" * 30, "%00", "1.0", "١"):
        refusal(lead.get(f"{RULES}/{malformed}"), 404, "not_found")
        refusal(lead.delete(f"{RULES}/{malformed}"), 404, "not_found")


def test_all_expressions_together_have_a_bound(lead, rule):
    # Each of them is near what one may be.
    heavy = [rf"/(x{n}|[a-z]{{250}})!/" for n in range(20)]
    data(lead.post(RULES, rule | {"triggerPatterns": heavy}), 201)
    second = rule | {"nameEn": "Second", "nameAr": "ثان", "triggerPatterns": heavy}
    [text] = refusal(lead.post(RULES, second), 400, "invalid")["fields"]["triggerPatterns"]
    assert "together" in text
    data(lead.post(RULES, second | {"isActive": False}), 201)


@pytest.mark.parametrize(
    "statement",
    [
        "update bot_rule set priority = 101",
        "update bot_rule set trigger_patterns = '{}'",
        "update bot_rule set response_en = ''",
        "update bot_rule set quick_replies = '{}'",
        "update bot_rule set name_en = 'One'",
    ],
)
def test_the_database_refuses_what_no_rule_may_be(db, statement):
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


def test_the_bench_says_who_answers_why_and_what(lead, rule):
    made = data(lead.post(RULES, rule), 201)
    found = data(lead.post(BENCH, {"text": "hello, I returned it", "language": "ar"}))
    assert (found["outcome"], found["language"], found["badPatterns"]) == ("answer", "en", [])
    assert found["answer"] == {
        "ruleId": made["id"],
        "text": "You can return within 14 days.",
        "quickReplies": [{"label": "A person", "value": "person", "action": "handover"}],
    }
    assert [(match["rule"]["nameEn"], match["pattern"], match["length"]) for match in found["matches"]] == [
        ("Returns", r"/\breturn(s|ed)?\b/", 8),
        ("Greeting", "hello", 5),
    ]
    asked = data(lead.post(BENCH, {"text": "my order ١٢٣٤٥", "language": "en"}))
    assert "your order 12345 is" in asked["answer"]["text"]
    bare = data(lead.post(BENCH, {"text": "١٢٣٤٥", "language": "en"}))
    assert "your order is" in bare["answer"]["text"]
    assert data(lead.post(BENCH, {"text": "0501234567"}))["answer"] is None
    called = data(lead.post(BENCH, {"text": "اتصلوا بي على 050 123 4567 عن طلبي"}))["answer"]["text"]
    assert "050" not in called
    assert data(lead.post(BENCH, {"text": "a human please"}))["outcome"] == "handover"
    nothing = data(lead.post(BENCH, {"text": "xyz"}))
    assert (nothing["outcome"], nothing["answer"], nothing["matches"]) == ("noAnswer", None, [])
    for wrong in ({}, {"text": ""}, {"text": "x" * 4001}, {"text": 1}, {"text": "x", "language": "fr"}, {"x": 1}):
        refusal(lead.post(BENCH, wrong), 400, "invalid")


def test_a_bad_stored_rule_is_named_by_the_bench_and_stops_no_other(lead, rule):
    made = data(lead.post(RULES, rule), 201)
    bad = ["/(/", "/a{1000}{1000}/", "", "/[[:nope:]]/", "الإرجاع"]
    Rule.objects.filter(pk=made["id"]).update(trigger_patterns=bad, version=2)
    Rule.objects.filter(name_en="Thanks").update(quick_replies=[1, None, {"labelAr": 7}], version=2)
    found = data(lead.post(BENCH, {"text": "والإرجاع؟"}))
    assert found["answer"]["ruleId"] == made["id"]
    assert [(each["rule"]["id"], each["pattern"]) for each in found["badPatterns"]] == [
        (made["id"], pattern) for pattern in bad[:-1]
    ]
    assert all(each["reason"] for each in found["badPatterns"])
    assert data(lead.post(BENCH, {"text": "مرحبا"}))["answer"]["text"].startswith("أهلًا")
    assert data(lead.post(BENCH, {"text": "شكرا"}))["outcome"] == "answer"


def test_the_hours_in_an_answer_are_those_that_are_kept(cast, lead):
    text = data(lead.post(BENCH, {"text": "working hours"}))["answer"]["text"]
    assert "Sunday to Thursday, 9:00 AM to 5:00 PM" in text
    assert isinstance(cast.lead, User)
