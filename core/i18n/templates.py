"""Marked texts of Django templates, read from the form that Django itself prepares for xgettext."""

import ast
import re

from django.template.base import TemplateSyntaxError
from django.utils.translation.template import templatize

from core.i18n.messages import SIGNATURES, Extract, Finding, Message, translators_comment

LITERAL = r"""u?(?:"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')"""
# templatize() blanks out all other text, so a name before a bracket can only be a call it wrote, or a comment.
CALL = re.compile(rf"#[^\n]*|\b(?P<name>n?p?gettext|_)\(\s*(?P<texts>{LITERAL}(?:\s*,\s*{LITERAL})*)", re.S)


def extract(source: str, name: str) -> Extract:
    """The messages of one template: translate, blocktranslate, and `_("…")` in tags and filters."""
    found = Extract()
    try:
        prepared = templatize(source, origin=name)
    except (SyntaxError, TemplateSyntaxError) as error:
        found.findings.append(Finding(name, "", str(error)))
        return found
    lines = prepared.splitlines()
    for match in CALL.finditer(prepared):
        if match["name"] and (message := _message(match, name)):
            comment = translators_comment(lines, prepared.count("\n", 0, match.start()) + 1)
            found.messages.append(Message(**{**message, "comment": comment}))
    return found


def _message(match: re.Match[str], name: str) -> dict[str, str | None] | None:
    texts = [ast.literal_eval(text.group()) for text in re.finditer(LITERAL, match["texts"], re.S)]
    if match["name"] == "_":
        # Looked up with its percent signs doubled, which templatize does for tags but not for constants.
        texts = [text.replace("%", "%%") for text in texts]
    signature = SIGNATURES["gettext" if match["name"] == "_" else match["name"]]
    if not texts[signature.singular]:
        return None
    return {
        "id": texts[signature.singular],
        "source": name,
        "plural": None if signature.plural is None else texts[signature.plural],
        "context": None if signature.context is None else texts[signature.context],
    }
