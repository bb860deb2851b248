"""The bot's rules, and a bench to try them on."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.utils import translation
from rest_framework.response import Response

from bot import operations
from bot.api import serializers as forms
from bot.bench import try_out
from bot.extension_points import facts_for, usage_of
from bot.models import Rule
from bot.policies import MANAGE
from core.api.permissions import needs
from core.api.requests import ApiRequest
from core.api.schema import describe
from core.api.views import ApiView, envelope, ok
from core.errors import NotFound
from core.idempotency import Answer
from core.ids import id_or_refuse


def _rule(ref: str) -> Rule:
    found = Rule.objects.filter(pk=id_or_refuse(ref)).first()
    if found is None:
        raise NotFound
    return found


def _forms(rules: Sequence[Rule]) -> list[dict[str, Any]]:
    usage = usage_of([rule.pk for rule in rules])
    return [{**forms.BotRuleOut.show(rule), "usageCount": usage[rule.pk]} for rule in rules]


class Rules(ApiView):
    permission_classes = [needs(MANAGE)]

    @describe("The bot's rules, in the order in which they win", answer=forms.BotRuleOut(many=True))
    def get(self, request: ApiRequest) -> Response:
        return ok(_forms(list(Rule.objects.all())))

    @describe("Make a rule", body=forms.BotRuleIn, status={201: forms.BotRuleOut}, once=True)
    def post(self, request: ApiRequest) -> Response:
        changes = self.read(forms.BotRuleIn, request)

        def run() -> Answer:
            made = operations.save_rule(None, changes=changes, by=request.user)
            return Answer(201, envelope(_forms([made])[0]))

        return self.create_once(
            request, run, still_visible=lambda stored: Rule.objects.filter(pk=stored["id"]).exists()
        )


class RuleDetail(ApiView):
    permission_classes = [needs(MANAGE)]

    @describe("A rule", answer=forms.BotRuleOut)
    def get(self, request: ApiRequest, ref: str) -> Response:
        return ok(_forms([_rule(ref)])[0])

    @describe("Change a rule", body=forms.BotRulePatchIn, answer=forms.BotRuleOut)
    def patch(self, request: ApiRequest, ref: str) -> Response:
        pk = _rule(ref).pk
        changes = self.read(forms.BotRulePatchIn, request)
        return ok(_forms([operations.save_rule(pk, changes=changes, by=request.user)])[0])

    @describe("Remove a rule; what it answered stays")
    def delete(self, request: ApiRequest, ref: str) -> Response:
        operations.delete_rule(_rule(ref).pk, by=request.user)
        return ok(None)


class Test(ApiView):
    permission_classes = [needs(MANAGE)]

    @describe(
        "What the bot would answer to a text, why, and which stored patterns cannot be used; nothing is stored",
        body=forms.BotTestIn,
        answer=forms.BotTestOut,
    )
    def post(self, request: ApiRequest) -> Response:
        body = self.read(forms.BotTestIn, request)
        language = body.get("language") or (translation.get_language() or "ar")[:2]
        return ok(forms.BotTestOut.show(try_out(body["text"], language=language, facts=facts_for(request.user.name))))
