"""Is the Arabic catalogue complete and right? Each answer names a text and says what to do about it."""

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

import polib

from core.i18n import catalogue as catalogues
from core.i18n.compiled import is_fresh
from core.i18n.messages import Finding, Message
from core.i18n.placeholders import PERCENT, disagreement
from core.i18n.wording import misspelt

ARABIC = re.compile("[\u0600-\u06ff]")
WORD = re.compile(r"[a-z]{2,}")


def check_catalogue(path: Path, messages: Iterable[Message]) -> list[Finding]:
    """Everything wrong with one committed catalogue for the messages that the sources now mark."""
    committed = catalogues.load(path)
    messages = list(messages)
    found = catalogues.conflicts(messages)
    found += _outdated(path, committed, messages)
    for entry in committed:
        if not entry.obsolete:
            found += [Finding(path.name, entry.msgid, problem) for problem in check_entry(entry)]
    return found


def check_entry(entry: polib.POEntry) -> Iterator[str]:
    """Yield what is wrong with one translation, in words."""
    if "fuzzy" in entry.flags:
        yield "the translation is marked fuzzy: look at it and take the mark away"
    if ARABIC.search(entry.msgid):
        yield "the text in the code must be English"
    if entry.msgid_plural:
        yield from _check_plural(entry)
    elif not entry.msgstr:
        yield "not translated"
    else:
        yield from _check_text(entry.msgid, entry.msgstr)


def check_compiled(locale: Path) -> list[Finding]:
    """Catalogues whose compiled form is missing or was built from another version."""
    stale = [po for po in sorted(locale.glob("*/LC_MESSAGES/*.po")) if not is_fresh(po)]
    return [Finding(po.name, "", "the .mo is not of this .po: run manage.py compile_messages") for po in stale]


def _outdated(path: Path, committed: polib.POFile, messages: list[Message]) -> list[Finding]:
    """Marked texts that the committed file lacks, or has in another shape; and texts it has that nobody marks."""
    present = {catalogues.key_of(entry): entry for entry in committed if not entry.obsolete}
    wanted = {catalogues.key_of(entry): entry for entry in catalogues.merge(committed, messages, prune=True)}
    update = "run manage.py messages"
    missing = [Finding(path.name, key[1], f"not in the catalogue: {update}") for key in wanted if key not in present]
    unused = [Finding(path.name, key[1], f"marked nowhere: {update}") for key in present if key not in wanted]
    changed = [
        Finding(path.name, key[1], f"the plural or the sources changed: {update}")
        for key in wanted
        if key in present and _shape(wanted[key]) != _shape(present[key])
    ]
    if present and committed.metadata.get("Plural-Forms") != catalogues.PLURAL_FORMS:
        changed.append(Finding(path.name, "", f"the plural forms are not those of Arabic: {update}"))
    return sorted(missing + unused + changed, key=lambda finding: finding.text)


def _shape(entry: polib.POEntry) -> tuple[str, list[tuple[str, str]]]:
    return entry.msgid_plural, sorted(entry.occurrences)


def _check_plural(entry: polib.POEntry) -> Iterator[str]:
    missing = [str(form) for form in catalogues.FORMS if not entry.msgstr_plural.get(form)]
    if missing:
        yield f"lacks the Arabic plural forms {', '.join(missing)} of {len(catalogues.FORMS)}"
    for form, translation in entry.msgstr_plural.items():
        if translation:
            text = entry.msgid_plural
            yield from (f"plural form {form}: {problem}" for problem in _check_text(text, translation, form=form))


def _check_text(text: str, translation: str, *, form: int | None = None) -> Iterator[str]:
    if problem := disagreement(text, translation, form=form):
        yield problem
    if text.endswith("\n") != translation.endswith("\n") or text.startswith("\n") != translation.startswith("\n"):
        yield "begins or ends with a line break unlike the English text"
    if WORD.search(PERCENT.sub("", re.sub(r"\{[^}]*\}", "", text))) and not ARABIC.search(translation):
        yield "the translation has no Arabic letter"
    yield from misspelt(translation)
