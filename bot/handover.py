"""How customers ask for a person, in both languages; a line here is all it takes to know another way."""

from __future__ import annotations

from bot.words import Keyword, Words, longest

PHRASES = (
    *("موظف", "موظفه", "موظفين", "الموظفين", "ممثل خدمه", "خدمه العملا", "خدمه العملاء", "الدعم الفني", "ممثل الخدمه"),
    *("شخص حقيقي", "انسان حقيقي", "مع شخص", "مع انسان", "مع احد", "مع حد", "مع بشر", "الي شخص", "الي احد"),
    *("اكلم احد", "اكلم شخص", "اكلم حد", "اكلم المدير", "اكلم مسؤول", "كلم احد", "احد يكلمني", "احد يرد"),
    *("لا اريد البوت", "مو بوت", "مش روبوت", "مش بوت"),
    *("human", "humans", "agent", "live agent", "representative", "operator", "customer service", "customer support"),
    *("real person", "a person", "actual person", "speak to someone", "talk to someone", "speak with someone"),
    *("talk with someone", "speak to somebody", "talk to somebody", "speak to a manager", "talk to a manager"),
    *("support team", "not a bot", "someone real"),
)
_KEYWORDS = tuple(Keyword.of(phrase) for phrase in PHRASES)


def asks_for_person(words: Words) -> bool:
    """Whether a message asks for somebody of the staff."""
    return longest(_KEYWORDS, words) > 0
