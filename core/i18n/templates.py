"""Marked texts of Django templates, read from the form that Django itself prepares for xgettext."""

import ast
import re

from django.template import TemplateSyntaxError
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
        if match["name"]:
            comment = translators_comment(lines, prepared.count("\n", 0, match.start()) + 1)
            found.messages += _messages(match, name, comment)
    return found


def _messages(match: re.Match[str], name: str, comment: str | None) -> list[Message]:
    texts = [ast.literal_eval(text) for text in re.findall(LITERAL, match["texts"], re.S)]
    function = match["name"]
    if function == "_":
        # Looked up with its percent signs doubled, which templatize does for tags but not for constants.
        function, texts = "gettext", [text.replace("%", "%%") for text in texts]
    signature = SIGNATURES[function]
    message_id = texts[signature.singular]
    plural = None if signature.plural is None else texts[signature.plural]
    context = None if signature.context is None else texts[signature.context]
    return [Message(message_id, name, plural, context, comment)] if message_id else []
