"""Text that a person would see in one language only: letters in templates, and literals in Python, left unmarked."""

import ast
import re
from html.parser import HTMLParser

from django.template.base import DebugLexer, Token, TokenType

from core.errors import CODES
from core.i18n.messages import Finding

LETTERS = re.compile(r"[^\W\d_]")
URL = re.compile(r"(?:https?|mailto|tel):\S*", re.I)
# Elements whose content nobody reads, or reads alike in every language.
SILENT = {"script", "style", "code", "kbd", "samp", "pre"}
VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
SEEN_ATTRIBUTES = {"alt", "title", "placeholder", "aria-label", "aria-description", "aria-roledescription", "label"}
BUTTONS = {"submit", "button", "reset"}
# Stands for a template tag while the HTML is read: no letter, never typed, valid as text, as a name and as a value.
BLANK = "\ue000"
# Blocks whose content is not output as it stands: translated, or not output at all.
HIDDEN_BLOCKS = {"blocktranslate", "blocktrans", "comment"}
# Blocks of the admin's frame that fill an attribute with class names.
CLASS_BLOCKS = {"block bodyclass", "block coltype"}

# Keyword arguments and calls that put a text before people, in models, admin, forms and refusals.
SHOWN_NAMES = {"verbose_name", "verbose_name_plural", "short_description", "empty_value_display"}
# In api/ these two describe fields in the OpenAPI document, which is in English.
SHOWN_OUTSIDE_API = {"help_text", "label"}
SHOWN_DECORATORS = {"admin.display", "admin.action"}
SHOWN_CALLS = {f"messages.{level}" for level in ("add_message", "debug", "info", "success", "warning", "error")}
CHOICES = {"TextChoices", "IntegerChoices"}
# A refusal's own words are its first argument, unless it takes something else, such as the missing permission.
REFUSALS = {"ValidationError", "message_user"} | {
    refusal.__name__ for refusal in CODES.values() if "__init__" not in vars(refusal)
}


def in_template(source: str, name: str, allowed: frozenset[str] = frozenset()) -> list[Finding]:
    """Text nodes and read-out attributes with letters outside of translation tags and variables.

    `allowed` lists whole texts that are right in every language; in HTML, translate="no" says the same of an element.
    """
    shown = _without_tags(source)
    if not name.endswith((".html", ".svg", ".xml")):
        texts = [(number, line.strip()) for number, line in enumerate(shown.splitlines(), 1)]
    else:
        reader = _Reader()
        reader.feed(shown)
        reader.close()
        texts = reader.texts
    return [
        Finding(f"{name}:{line}", text, "not marked for translation")
        for line, text in texts
        if LETTERS.search(URL.sub("", text)) and text not in allowed
    ]


def _without_tags(source: str) -> str:
    """The template with each tag, variable and translated block blanked out, line for line."""
    out, hidden = [], ""
    for token in DebugLexer(source).tokenize():
        start, end = token.position or (0, 0)
        raw = source[start:end]
        word = _word(token)
        visible = token.token_type == TokenType.TEXT and not hidden
        out.append(raw if visible else BLANK + "\n" * raw.count("\n"))
        if not hidden and (word in HIDDEN_BLOCKS or token.contents in CLASS_BLOCKS):
            hidden = f"end{word}"
        elif word == hidden:
            hidden = ""
    return "".join(out)


def _word(token: Token) -> str:
    return token.contents.split(None, 1)[0] if token.token_type == TokenType.BLOCK and token.contents else " "


class _Reader(HTMLParser):
    """Collects the texts a person sees or hears, with their lines."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.texts: list[tuple[int, str]] = []
        self.silent: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {key: value or "" for key, value in attrs}
        if values.get("translate") == "no":
            self._hush(tag)
            return
        if self.silent or tag in SILENT:
            self._hush(tag)
        self._read_attributes(tag, values)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._read_attributes(tag, {key: value or "" for key, value in attrs})

    def handle_endtag(self, tag: str) -> None:
        # Branches of a template may open or close more than they pair: the nearest element of that name counts.
        if tag in self.silent:
            del self.silent[len(self.silent) - 1 - self.silent[::-1].index(tag) :]

    def handle_data(self, data: str) -> None:
        if not self.silent:
            self._keep(data)

    def _hush(self, tag: str) -> None:
        if tag not in VOID:
            self.silent.append(tag)

    def _read_attributes(self, tag: str, values: dict[str, str]) -> None:
        for key in SEEN_ATTRIBUTES & values.keys():
            self._keep(values[key])
        if tag == "input" and values.get("type") in BUTTONS:
            self._keep(values.get("value", ""))
        if tag == "meta" and values.get("name") == "description":
            self._keep(values.get("content", ""))

    def _keep(self, text: str) -> None:
        stripped = " ".join(text.replace(BLANK, " ").split())
        if stripped:
            before = text[: len(text) - len(text.lstrip())]
            self.texts.append((self.getpos()[0] + before.count("\n"), stripped))


def in_python(source: str, name: str, allowed: frozenset[str] = frozenset()) -> list[Finding]:
    """Literal labels of models, choices, admin and refusals that no gettext function marks; `allowed` as above."""
    keywords = SHOWN_NAMES | (set() if "/api/" in name else SHOWN_OUTSIDE_API)
    shown = [part for node in ast.walk(ast.parse(source, filename=name)) for part in _shown(node, keywords)]
    texts = [(part.lineno, part.value) for part in shown if isinstance(part, ast.Constant)]
    return [
        Finding(f"{name}:{line}", text, "not marked for translation")
        for line, text in texts
        if isinstance(text, str) and LETTERS.search(text) and text not in allowed
    ]


def _shown(node: ast.AST, keywords: set[str]) -> list[ast.expr]:
    """The expressions of one node whose text is put before people."""
    if isinstance(node, ast.Call):
        return _shown_by_call(node, keywords)
    if isinstance(node, ast.ClassDef) and CHOICES & {ast.unparse(base).rpartition(".")[2] for base in node.bases}:
        assigned = [child.value for child in node.body if isinstance(child, ast.Assign)]
        return [value.elts[-1] if isinstance(value, ast.Tuple) else value for value in assigned]
    if isinstance(node, ast.Assign):
        names = {target.id for target in node.targets if isinstance(target, ast.Name)}
        return [node.value] if names & SHOWN_NAMES else []
    return []


def _shown_by_call(call: ast.Call, keywords: set[str]) -> list[ast.expr]:
    function = ast.unparse(call.func)
    named = {keyword.arg: keyword.value for keyword in call.keywords if keyword.arg}
    shown = [value for key, value in named.items() if key in keywords]
    if function in SHOWN_DECORATORS and "description" in named:
        shown.append(named["description"])
    if function in SHOWN_CALLS:
        shown += call.args
    if function.rpartition(".")[2] in REFUSALS:
        shown += [*call.args, named.get("message", call), *_field_texts(named.get("fields"))]
    return shown


def _field_texts(fields: ast.expr | None) -> list[ast.expr]:
    """The reasons in `fields={"name": [reason, …]}`."""
    lists = fields.values if isinstance(fields, ast.Dict) else []
    return [text for reasons in lists if isinstance(reasons, ast.List | ast.Tuple) for text in reasons.elts]
