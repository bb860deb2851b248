"""Changes of the bot's rules; none is evented: the next message is answered by what is stored then."""

from __future__ import annotations

from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts.models import User
from audit.recorder import record
from bot.models import Rule
from bot.policies import refuse_unless_manages
from bot.validation import clean_patterns, clean_quick_replies, refuse_too_much
from core import clock
from core.errors import Invalid, NotFound, Stale
from core.operation import operation
from core.text import camel

FIELDS = (
    *("name_ar", "name_en", "trigger_patterns", "response_ar", "response_en"),
    *("priority", "quick_replies", "is_active"),
)


@operation
def save_rule(rule_id: int | None, *, changes: dict[str, Any], by: User, version: int | None = None) -> Rule:
    """Make a rule or change some of its FIELDS.

    Raises NotFound, Forbidden, Stale when the caller saw another version, or Invalid for a name in use, a pattern or
    quick reply that cannot be used, or more than one message may cost.
    """
    refuse_unless_manages(by)
    # All of them: what the rules cost together is checked, so two changes at once must not cross.
    rules = {row.pk: row for row in Rule.objects.select_for_update(no_key=True).order_by("pk")}
    rule = rules.get(rule_id) if rule_id else Rule()
    if rule is None:
        raise NotFound
    if version is not None and version != rule.version:
        raise Stale
    old = _values(rule) if rule_id else {}
    for name, value in changes.items():
        setattr(rule, name, value)
    if "trigger_patterns" in changes or not rule_id:
        rule.trigger_patterns = clean_patterns(rule.trigger_patterns or [])
    if "quick_replies" in changes:
        rule.quick_replies = clean_quick_replies(rule.quick_replies)
    new = _values(rule)
    if new == old:
        return rule
    refuse_too_much(rule, rules.values())
    _store(rule, is_new=not rule_id)
    differing = {name: value for name, value in old.items() if value != new[name]}
    action = "BOT_RULE_UPDATED" if rule_id else "BOT_RULE_CREATED"
    record(action, rule, by=by, old=differing, new={name: new[name] for name in (differing if rule_id else new)})
    return rule


@operation
def delete_rule(rule_id: int, *, by: User) -> None:
    """Remove a rule; messages it answered keep its id. Raises NotFound, Forbidden."""
    refuse_unless_manages(by)
    rule = Rule.objects.select_for_update().filter(pk=rule_id).first()
    if rule is None:
        raise NotFound
    record("BOT_RULE_DELETED", rule, by=by, old=_values(rule))
    rule.delete()


def _store(rule: Rule, *, is_new: bool) -> None:
    rule.version = 1 if is_new else rule.version + 1
    rule.updated_at = clock.now()
    try:
        with transaction.atomic():
            rule.save()
    except IntegrityError as error:
        field = "nameEn" if "name_en" in str(error) else "nameAr"
        raise Invalid(fields={field: [_("There is already a rule of this name.")]}) from None


def _values(rule: Rule) -> dict[str, Any]:
    """A rule in the wire's words."""
    return {camel(name): getattr(rule, name) for name in FIELDS}
