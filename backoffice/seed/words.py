"""Texts of two languages with a skewed vocabulary: few words are everywhere, most are rare."""

from __future__ import annotations

import itertools
import random
from collections.abc import Sequence
from dataclasses import dataclass

COMMON_AR = (
    "الطلب لم يصل حتى الآن وأريد معرفة السبب من فضلكم الشحنة متأخرة منذ أسبوع الجهاز لا يعمل بعد التحديث الشاشة مكسورة "
    "البطارية تنفد بسرعة أرجو استرجاع المبلغ إلى البطاقة الفاتورة غير صحيحة رقم الهاتف العنوان تم تغييره الدفع مرفوض "
    "الضمان ساري شكرا لكم على المساعدة هل يمكن استبدال المنتج اللون مختلف عن الصورة الشريحة لا تتصل بالشبكة كود الخصم "
    "التطبيق يتوقف عند الفتح أحتاج إلى مندوب في الفرع القريب مساء اليوم السماعة اليمنى صامتة الموعد غدا صباحا"
)
COMMON_EN = (
    "the order has not arrived yet and i would like to know why please my parcel is late since last week device does "
    "not start after update screen came cracked battery drains fast refund to card invoice is wrong phone number "
    "address changed payment declined warranty still valid thank you for help can we replace product colour differs "
    "from picture sim will not connect network discount code app crashes when opened need branch near me tomorrow"
)
# In every third ticket and in every 5,000th, so that a benchmark knows what is common and what is rare.
EVERY_THIRD = {"ar": "تأخّر الشَّحن", "en": "Late delivery"}
EVERY_5000TH = "زُمُرُّدة فيروزيّة emerald gemstone"

_LETTERS_AR = "ابتثجحخدذرزسشصضطظعغفقكلمنهويأإىة"
_STARTS_AR, _ENDS_AR = ("", "", "ال", "ال", "م", "ت", "است", "وال", "ب"), ("", "", "", "ات", "ين", "ة", "ها", "ون")
_ONSETS = (*"bcdfghlmnprstv", "br", "cl", "st", "tr", "pl")
_VOWELS = (*"aeiou", "ai", "ou")
_RARE = {"ar": 6_000, "en": 4_000}
SENTENCES = {"ar": 12_000, "en": 8_000}


@dataclass(frozen=True)
class Sentence:
    """A line of the pool that subjects, descriptions and messages are picked from."""

    subject: str
    body: str


def pool(language: str, chance: random.Random) -> list[Sentence]:
    """The sentences of a language; the same for the same seed."""
    words = _vocabulary(language, chance)
    # Zipf: the n-th word is picked 1/n as often as the first.
    weights = list(itertools.accumulate(1 / rank for rank in range(1, len(words) + 1)))
    count = SENTENCES[language]
    picked = iter(chance.choices(words, cum_weights=weights, k=count * 16))
    return [
        Sentence(" ".join(itertools.islice(picked, 4)), " ".join(itertools.islice(picked, 12))) for _ in range(count)
    ]


def _vocabulary(language: str, chance: random.Random) -> Sequence[str]:
    common = dict.fromkeys((COMMON_AR if language == "ar" else COMMON_EN).split())
    rare = (_arabic(chance) if language == "ar" else _english(chance) for _ in range(_RARE[language]))
    return list(dict.fromkeys([*common, *rare]))


def _arabic(chance: random.Random) -> str:
    root = "".join(chance.choices(_LETTERS_AR, k=chance.choice((3, 3, 4))))
    return chance.choice(_STARTS_AR) + root + chance.choice(_ENDS_AR)


def _english(chance: random.Random) -> str:
    syllables = (chance.choice(_ONSETS) + chance.choice(_VOWELS) for _ in range(chance.choice((2, 2, 3))))
    return "".join(syllables) + chance.choice(("", "n", "r", "s", "t", "ing", "ed"))
