"""Finds the order that a message speaks of among all the other numbers that customers write."""

from __future__ import annotations

import re
from functools import lru_cache

from django.conf import settings

from bot.folding import fold_keeping_case

# A word for order, as customers write it: طلبي, بالطلب, طلبيتي, الأوردر, my order.
_WORDS = r"[وف]?[بكل]?(?:ال|لل)?(?:طلب(?:ي|ك|ه|ها|نا|كم|ية|يه|يتي|يتك)?|[أا]وردر[^\W\d_]*)|orders?"
_ORDER = rf"\b(?:{_WORDS}|ord)\b"
# Such a word, or one for a number, that is written in one with what follows: order-12345, طلبي12345.
_JOINED = re.compile(rf"(?<!\w)({_WORDS}|رقم\w?|number|num|no|nr|id|code)(?:[-_\u2010-\u2015]+|(?=\d))", re.IGNORECASE)
# What may stand between that word and the number.
_LINK = (
    r"(?:[\s:#.,،;؛/=«»\"'()\[\]-]"
    r"|\b(?:و?رقم\w{0,2}|كود|هو|هي|الخاص|بي|ال|number|num|no|nr|id|code|is|was|my|the)\b){0,12}"
)
_BEFORE = re.compile(rf"(?:{_ORDER}{_LINK}|#)$", re.IGNORECASE)
# Behind the number stands one order, not a count of them: 12345 is my order, 12345 طلبي وين; not 120 orders.
_AFTER = re.compile(
    r"[\s:,،;؛»\"')\]-]*(?:(?:(?:هو|هي|هذا|is|=)\s+(?:رقم\s+)?|رقم\s+)?(?:my\s+|the\s+)?"
    r"(?:الطلب(?:ي[ةه])?|طلب(?:ي|ك|ه|ها|نا|كم|يتي|يتك)|ال[أا]وردر\w*|[أا]وردري|order)|"
    r"(?:(?:هو|هي|هذا|=)\s+رقم\s+|(?:هو|هي|هذا|=)\s+|رقم\s+)طلب(?:ي[ةه])?)\b",
    re.IGNORECASE,
)
# An id with letters and so many digits needs no such word.
_SPEAKS_FOR_ITSELF = re.compile(r"(?=.*[A-Za-z])(?:\D*\d){5}")
_CURRENCY = (
    r"ريال\w*|ر\.?\s?س|درهم\w*|دراهم|دينار\w*|جنيه\w*|دولار\w*|يورو|هلل\w*|sar|sr|riyals?|aed|usd|eur|gbp|egp|kwd|qar"
    r"|bhd|omr|jod|dollars?|dirhams?|euros?|[$€£%]"
)
_SIZE = (
    r"جيجا\w*|جيغا\w*|ميجا\w*|تيرا\w*|سم|ملم|متر\w*|[إا]نش|بوص\w*|كيلو\w*|كجم|جم|جرام\w*|غرام\w*|مل|مليلتر|لتر\w*|وات|واط|[gmtk]b|gigs?|mah|mp|ml|lit(?:er|re)s?|grams?"
    r"|cm|mm|km|kg|inch(?:es)?|hz|watts?|volts?"
)
_COUNT = (
    r"قطع\w*|حب[ةه]|حبات|مر[ةه]|مرات|يوم\w*|[أا]يام|ساع\w*|دقيق\w*|دقائق|pcs|pieces?|items?|units?|times|days?|hours?"
    r"|minutes?|people"
)
_PLACE = (
    r"شارع|طريق|مبن[يى]|عمار[ةه]|شق[ةه]|فيلا|فلا|بيت|منزل|بناي[ةه]|دور|طابق|غرف[ةه]|حي|ص\.?\s?ب|بريدي|street|road|building"
    r"|bldg|apt|apartment|flat|house|villa|floor|room|suite|box|zip|postcode|postal"
)
# What a currency belongs to when numbers stand on both of its sides: in `order 12345 SAR 500` to the 500.
_AMOUNT_BEHIND = rf"\s*[1-9]\d{{0,5}}(?![\d/:-])(?!\s*(?:{_CURRENCY}|{_SIZE}|{_COUNT})(?!\w))"
_NO_ORDER = re.compile(
    "|".join(
        (
            r"(?<!\S)\S*(?:://|@)\S*",
            r"TKT-[\w-]+",
            # Telephones: international, beginning with 0, without +, of the toll-free kind, and any that is spaced.
            r"(?<!\w)(?:\+|00)[\s(]*\d(?:[\s().-]{0,2}\d){6,14}",
            r"(?<!\w)\(?0\d(?:[\s().-]{0,2}\d){7,9}(?!\d)",
            r"(?<!\w)(?:966|971|965|973|974|968|962|20)(?:[\s.-]?\d){9,10}(?!\d)",
            r"(?<!\w)(?:9200\d{5}|800\d{7})(?!\d)",
            r"(?<!\w)\d{2,4}(?:[ .-]\d{2,4}){2,}(?!\d)",
            # Days, times, decimals, thousands.
            r"\d+(?:[/:.,\u066b\u066c]\d+)+",
            r"\d{4}-\d{1,2}-\d{1,2}|\d{1,2}-\d{1,2}-\d{4}",
            rf"\d+\s*(?:(?:{_CURRENCY})(?!\w))(?!{_AMOUNT_BEHIND})",
            rf"\d+\s*(?:(?:{_SIZE})(?!\w))",
            rf"(?<!\w)(?:{_CURRENCY})\s*\d+",
            rf"(?<!\d)\d{{1,4}}\s*(?:{_COUNT})(?!\w)",
            rf"(?<!\w)(?:[وفبكل]?(?:ال)?)(?:{_PLACE})[\s.:#]*(?:(?:رقم\w*|number|no|code)[\s.:#]*)?\d+",
            r"(?<!\w)\d{1,5}\s+(?:\w+\s+){1,2}(?:street|st|road|rd|avenue|ave)\b",
            r"(?<!\w)(?:الساع[ةه]|at)\s+\d+",
            r"(?<!\w)(?:دفع(?:ت|نا)?|سعر\w*|[وب]?مبلغ|[وب]?قيم[ةه]|paid|price|cost|total|amount)\s+\d+",
            r"(?<!\w)(?:في|عام|سن[ةه]|منذ|in|since|year)\s+(?:عام\s+|سن[ةه]\s+)?(?:19|20)\d\d(?!\d)",
        )
    ),
    re.IGNORECASE,
)


def order_id_in(text: str) -> str:
    """Return the first order id that a message names, digits as 0 to 9; empty when there is none.

    An id looks like `ORDER_ID_PATTERN`. A bare number is one only beside a word for order. Telephones, money, times,
    sizes, house numbers and tickets are none. A word for order is no part of the id, unless the pattern asks for it.
    """
    plain = fold_keeping_case(text)
    if found := _first_in(_JOINED.sub(r"\1 ", plain)):
        return found
    found = _first_in(plain)
    bare = _JOINED.sub("", found)
    return "" if bare != found and _candidates(settings.ORDER_ID_PATTERN).fullmatch(bare) else found


def _first_in(plain: str) -> str:
    others = [found.span() for found in _NO_ORDER.finditer(plain)]
    for match in _candidates(settings.ORDER_ID_PATTERN).finditer(plain):
        if any(_is_part_of(match.span("id"), span) for span in others):
            continue
        if _SPEAKS_FOR_ITSELF.match(match["id"]):
            return match["id"]
        if _BEFORE.search(plain, max(0, match.start("id") - 60), match.start("id")) or _AFTER.match(plain, match.end()):
            return match["id"]
    return ""


def _is_part_of(found: tuple[int, int], other: tuple[int, int]) -> bool:
    """Tell if they overlap, and `other` is more than a part of what was found: `26/1234` stands in `S26/1234`."""
    inside = found[0] <= other[0] and other[1] <= found[1] and found != other
    return found[0] < other[1] and other[0] < found[1] and not inside


@lru_cache(maxsize=4)
def _candidates(pattern: str) -> re.Pattern[str]:
    """Whatever looks like an id and is no part of something longer."""
    return re.compile(rf"(?<![\w+.-])(?<![A-Za-z\d]/)(?<!//)(?P<id>{pattern})(?![\w-])(?!\.\d)", re.IGNORECASE)
