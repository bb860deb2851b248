"""The wire forms of rules and of the test bench."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from accounts.models import Language
from bot.actions import ReplyAction
from bot.bench import Outcome
from bot.validation import MAX_LABEL, MAX_LINK, MAX_PATTERNS, MAX_QUICK_REPLIES
from core.api.serializers import (
    FormIn,
    FormOut,
    IdField,
    ListIn,
    LongTextField,
    StrictBoolean,
    StrictInteger,
    TextField,
)
from core.text import camel

MAX_RESPONSE = 2_000
MAX_TRIAL = 4_000


class RuleQuickReplyOut(FormOut):
    label_ar = serializers.CharField()
    label_en = serializers.CharField()
    value = serializers.CharField()
    action = serializers.ChoiceField(choices=ReplyAction.choices)


class RuleQuickReplyIn(FormIn):
    label_ar = TextField(max_length=MAX_LABEL)
    label_en = TextField(max_length=MAX_LABEL)
    value = TextField(max_length=MAX_LINK, required=False, allow_blank=True)
    action = serializers.ChoiceField(choices=ReplyAction.choices, default=ReplyAction.REPLY)

    def to_internal_value(self, data: Any) -> dict[str, str]:
        """As it is kept: in the wire's own names."""
        return {camel(name): value for name, value in super().to_internal_value(data).items()}


class BotRuleOut(FormOut):
    id = IdField()
    name_ar = serializers.CharField()
    name_en = serializers.CharField()
    trigger_patterns = serializers.ListField(child=serializers.CharField())
    response_ar = serializers.CharField()
    response_en = serializers.CharField()
    priority = serializers.IntegerField()
    quick_replies = RuleQuickReplyOut(many=True, source="replies")
    is_active = serializers.BooleanField()
    usage_count = serializers.SerializerMethodField()

    @classmethod
    def get_usage_count(cls, rule: Any, reader: Any) -> int:
        return 0  # the view counts the uses of all rules it shows at once


class BotRuleIn(FormIn):
    name_ar = TextField(max_length=100)
    name_en = TextField(max_length=100)
    trigger_patterns = ListIn(child=TextField(max_length=202), min_length=1, max_length=MAX_PATTERNS)
    response_ar = LongTextField(max_length=MAX_RESPONSE)
    response_en = LongTextField(max_length=MAX_RESPONSE)
    priority = StrictInteger(min_value=0, max_value=100, required=False)
    quick_replies = RuleQuickReplyIn(many=True, required=False, max_length=MAX_QUICK_REPLIES)  # type: ignore[call-arg]
    is_active = StrictBoolean(required=False)


class BotRulePatchIn(BotRuleIn):
    """The same with every field optional."""

    def get_fields(self) -> Any:
        found = super().get_fields()
        for field in found.values():
            field.required = False
        return found


class BotTestIn(FormIn):
    text = TextField(max_length=MAX_TRIAL)
    language = serializers.ChoiceField(choices=Language.choices, required=False)


class BotRuleRef(FormOut):
    id = IdField()
    name_ar = serializers.CharField()
    name_en = serializers.CharField()


class BotQuickReplyOut(FormOut):
    label = serializers.CharField()  # type: ignore[assignment]
    value = serializers.CharField()
    action = serializers.ChoiceField(choices=ReplyAction.choices)


class BotAnswerOut(FormOut):
    rule_id = IdField()
    text = serializers.CharField()
    quick_replies = BotQuickReplyOut(many=True)


class BotMatchOut(FormOut):
    rule = BotRuleRef(source="rule.stored")
    priority = serializers.IntegerField(source="rule.stored.priority")
    pattern = serializers.CharField()
    length = serializers.IntegerField()


class BotBadPatternOut(FormOut):
    rule = BotRuleRef()
    pattern = serializers.CharField()
    reason = serializers.CharField()


class BotTestOut(FormOut):
    """`matches` are all rules that match, best first: the first of them answers, unless the text asks for a person."""

    outcome = serializers.ChoiceField(choices=[each.value for each in Outcome])
    language = serializers.ChoiceField(choices=Language.choices, source="decision.language")
    answer = BotAnswerOut(allow_null=True)
    matches = BotMatchOut(many=True)
    bad_patterns = BotBadPatternOut(many=True)
