"""Define what a rule must be before it is kept; every refusal says which part, and why."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from urllib.parse import urlsplit

from django.utils.translation import gettext as _

from bot.actions import ReplyAction
from bot.engine import MAX_STATES_TOGETHER, Trigger, read_trigger
from bot.models import Rule
from bot.patterns import BadPattern
from core.errors import Invalid

MAX_PATTERNS = 50
MAX_QUICK_REPLIES = 8
MAX_LABEL = 60
MAX_VALUE = 200
MAX_LINK = 500
MAX_RULES = 200


def clean_patterns(patterns: Iterable[str]) -> list[str]:
    """The patterns each once, without blanks around. Invalid names each that cannot be used."""
    found = list(dict.fromkeys(pattern.strip() for pattern in patterns if pattern.strip()))
    if not found:
        raise Invalid(fields={"triggerPatterns": [_("Give at least one keyword or pattern.")]})
    if len(found) > MAX_PATTERNS:
        raise Invalid(fields={"triggerPatterns": [_("At most %(most)s patterns.") % {"most": MAX_PATTERNS}]})
    reasons = []
    for pattern in found:
        try:
            read_trigger(pattern)
        except BadPattern as error:
            reasons.append(f"{pattern[:80]}: {error}")
    if reasons:
        raise Invalid(fields={"triggerPatterns": reasons})
    return found


def refuse_too_much(rule: Rule, others: Iterable[Rule]) -> None:
    """Raise Invalid when the active rules together would be more than one message may cost."""
    active = [each for each in others if each.is_active and each.pk != rule.pk]
    if not rule.is_active:
        return
    if len(active) >= MAX_RULES:
        raise Invalid(fields={"isActive": [_("At most %(most)s rules can be active.") % {"most": MAX_RULES}]})
    if sum(map(states_of, [rule, *active])) > MAX_STATES_TOGETHER:
        raise Invalid(fields={"triggerPatterns": [_("All expressions of the active rules together are too large.")]})


def states_of(rule: Rule) -> int:
    """The share of a rule's expressions in what one message may cost; what cannot be used costs nothing."""
    return sum(trigger.states for pattern in rule.trigger_patterns if (trigger := _readable(pattern)))


def _readable(pattern: str) -> Trigger | None:
    if not pattern.startswith("/"):
        return None
    try:
        return read_trigger(pattern)
    except BadPattern:
        return None


def clean_quick_replies(replies: Iterable[Mapping[str, str]]) -> list[dict[str, str]]:
    """The quick replies as they are kept: labels in both languages, a value that is there once, a known action."""
    found = [_quick_reply(reply) for reply in replies]
    if len(found) > MAX_QUICK_REPLIES:
        raise _refused(_("At most %(most)s quick replies.") % {"most": MAX_QUICK_REPLIES})
    if len({reply["value"] for reply in found}) < len(found):
        raise _refused(_("Each quick reply needs a value of its own."))
    return found


def _quick_reply(given: Mapping[str, str]) -> dict[str, str]:
    reply = {name: str(given.get(name, "")).strip() for name in ("labelAr", "labelEn", "value", "action")}
    action = reply["action"]
    if action not in ReplyAction.values:
        raise _refused(_("An action is one of: %(actions)s.") % {"actions": ", ".join(ReplyAction.values)})
    if not reply["labelAr"] or not reply["labelEn"]:
        raise _refused(_("A quick reply has a label in Arabic and in English."))
    if max(len(reply["labelAr"]), len(reply["labelEn"])) > MAX_LABEL:
        raise _refused(_("A label has at most %(most)s characters.") % {"most": MAX_LABEL})
    if action in (ReplyAction.HANDOVER, ReplyAction.TICKET):
        reply["value"] = reply["value"] or action
    if action == ReplyAction.LINK and not _is_link(reply["value"]):
        raise _refused(_("A link is a full address that begins with https://."))
    if not reply["value"] or len(reply["value"]) > (MAX_LINK if action == ReplyAction.LINK else MAX_VALUE):
        raise _refused(_("A value has 1 to %(most)s characters.") % {"most": MAX_VALUE})
    return reply


def _is_link(value: str) -> bool:
    try:
        parts = urlsplit(value)
    except ValueError:
        return False
    return parts.scheme == "https" and bool(parts.hostname) and value.isprintable() and " " not in value


def _refused(reason: str) -> Invalid:
    return Invalid(fields={"quickReplies": [reason]})
