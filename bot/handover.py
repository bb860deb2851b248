"""How customers ask for a person, in both languages; a line here is all it takes to know another way."""

from __future__ import annotations

from bot.words import Keyword, Words, longest

# Not «أحد» alone, which is Sunday too, nor "operator", which is who runs a network.
PHRASES = (
    *("موظف", "موظفه", "ممثل خدمه", "ممثل الخدمه", "خدمه عملاء", "خدمه العملاء", "خدمه العملا", "الدعم الفني"),
    *("شخص حقيقي", "انسان حقيقي", "مع شخص", "مع انسان", "مع احد", "مع حد", "مع بشر", "الي شخص"),
    *("اكلم احد", "اكلم شخص", "اكلم حد", "اكلم المدير", "اكلم مسؤول", "كلم احد", "كلمني احد", "احد يكلمني"),
    *("لا اريد البوت", "مو بوت", "مش روبوت", "مش بوت"),
    *("human", "humans", "agent", "live agent", "live operator", "representative", "customer service"),
    *("real person", "a person", "actual person", "speak to someone", "talk to someone", "speak with someone"),
    *("talk with someone", "speak to somebody", "talk to somebody", "speak to a manager", "talk to a manager"),
    *("customer support", "support team", "not a bot", "someone real"),
)
_KEYWORDS = tuple(Keyword.of(phrase) for phrase in PHRASES)


def asks_for_person(words: Words) -> bool:
    """Return whether a message asks for somebody of the staff."""
    return longest(_KEYWORDS, words) > 0
