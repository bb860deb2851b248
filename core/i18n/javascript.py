"""Marked texts of our own scripts: calls of Django's JavaScript catalogue with literal texts."""

import ast
import re

from core.i18n.messages import SIGNATURES, Extract, Finding, Message

LITERAL = r"""(?:"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*')"""
TEXTS = rf"(?P<texts>{LITERAL}(?:\s*,\s*{LITERAL})*)"
CALL = re.compile(rf"(?<![\w.$])(?P<name>n?p?gettext)\(\s*{TEXTS}\s*(?P<next>.)", re.S)
BUILT = re.compile(r"(?<![\w.$])n?p?gettext\(\s*`")


def extract(source: str, name: str) -> Extract:
    """The messages of one script; a text put together from pieces or in backticks is a finding."""
    found = Extract()
    for match in CALL.finditer(source):
        line = source.count("\n", 0, match.start()) + 1
        texts = [ast.literal_eval(text) for text in re.findall(LITERAL, match["texts"])]
        signature = SIGNATURES[match["name"]]
        wanted = 1 + max(at for at in (signature.singular, signature.plural, signature.context) if at is not None)
        if match["next"] not in ",)" or len(texts) < wanted:
            found.findings.append(Finding(f"{name}:{line}", match.group(), "mark plain literals"))
            continue
        plural = None if signature.plural is None else texts[signature.plural]
        context = None if signature.context is None else texts[signature.context]
        found.messages.append(Message(texts[signature.singular], name, plural, context))
    for match in BUILT.finditer(source):
        line = source.count("\n", 0, match.start()) + 1
        found.findings.append(Finding(f"{name}:{line}", match.group(), "mark a plain literal, not a template string"))
    return found
