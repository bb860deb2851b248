"""Tell what a text is filled in with, percent and brace style, and whether a translation is filled in the same way."""

import re
from collections import Counter
from string import Formatter

PERCENT = re.compile(r"%(?:\((?P<name>[^)]*)\))?[-#0+]*\d*(?:\.\d+)?(?P<type>[sdifeEgGxXor])|%%")
TAG = re.compile(r"</?[a-zA-Z][^<>]*>")
# Forms for nothing, one and two, where Arabic names the number by the word itself and may leave the figure out.
NUMBERLESS = 3


def percent(text: str) -> Counter[str]:
    """`%(name)s` by name and type, `%s` by position and type; a doubled percent sign is none."""
    found: Counter[str] = Counter()
    position = 0
    for match in PERCENT.finditer(text):
        if match["name"] is not None:
            found[match.group()] += 1
        elif match["type"]:
            found[f"{position}:{match.group()}"] += 1
            position += 1
    return found


def brace(text: str) -> Counter[str] | None:
    """`{name}` and `{}` by name and conversion; None when the text is no such format at all."""
    try:
        parts = list(Formatter().parse(text))
    except ValueError:
        return None
    return Counter(f"{{{name}}}" for _, name, _, _ in parts if name is not None)


def flags(singular: str, plural: str = "") -> list[str]:
    """The format flags that editors of catalogues check by."""
    texts = singular + plural
    found = [("python-format", percent(texts)), ("python-brace-format", brace(singular) or brace(plural))]
    return [flag for flag, used in found if used]


def disagreement(text: str, translation: str, *, form: int | None = None) -> str | None:
    """How a translation is filled in otherwise than its text, in words; None when they agree.

    `form` is the plural form: the first three may leave out the figure when it is a named placeholder.
    """
    numberless = form is not None and form < NUMBERLESS
    wanted, given = percent(text), percent(translation)
    if _differ(wanted, given, numberless=numberless and all("%(" in name for name in wanted)):
        return _difference(wanted, given)
    if wanted and re.search("%", PERCENT.sub("", translation)):
        return "a lone percent sign, write %%"
    braces, given_braces = brace(text), brace(translation)
    if braces and given_braces is None:
        return "braces do not match"
    if braces is not None and given_braces is not None and _differ(braces, given_braces, numberless=numberless):
        return _difference(braces, given_braces)
    if Counter(TAG.findall(text)) != Counter(TAG.findall(translation)):
        return "other HTML than the English text"
    return None


def _differ(wanted: Counter[str], given: Counter[str], *, numberless: bool) -> bool:
    missing, extra = wanted - given, given - wanted
    return bool(extra) or len(missing) > (1 if numberless else 0)


def _difference(wanted: Counter[str], given: Counter[str]) -> str:
    missing, extra = sorted((wanted - given).elements()), sorted((given - wanted).elements())
    parts = [("lacks", missing), ("has unknown", extra)]
    return "; ".join(f"{word} {', '.join(names)}" for word, names in parts if names)
