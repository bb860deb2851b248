"""The committed Arabic catalogues: brought up to date with the sources, without losing a translation."""

from collections.abc import Iterable
from pathlib import Path

import polib

from core.i18n.compiled import write_atomically
from core.i18n.messages import Finding, Key, Message
from core.i18n.placeholders import flags

LANGUAGE = "ar"
# Letter for letter as in Django's own Arabic catalogue: nothing, one, two, 3 to 10, 11 to 99, the rest.
PLURAL_FORMS = (
    "nplurals=6; plural=n==0 ? 0 : n==1 ? 1 : n==2 ? 2 : n%100>=3 && n%100<=10 ? 3 : n%100>=11 && n%100<=99 ? 4 : 5;"
)
FORMS = range(6)
METADATA = {
    "Language": LANGUAGE,
    "MIME-Version": "1.0",
    "Content-Type": "text/plain; charset=UTF-8",
    "Content-Transfer-Encoding": "8bit",
    "Plural-Forms": PLURAL_FORMS,
}
HEADER = "The Arabic texts. `manage.py messages` keeps the entries, people write the translations."
WIDTH = 110


def path_of(locale: Path, domain: str) -> Path:
    """Where the Arabic catalogue of a domain is committed."""
    return locale / LANGUAGE / "LC_MESSAGES" / f"{domain}.po"


def load(path: Path) -> polib.POFile:
    """The committed catalogue, or an empty one."""
    catalogue = polib.pofile(str(path), encoding="utf-8") if path.exists() else polib.POFile(encoding="utf-8")
    catalogue.wrapwidth = WIDTH
    return catalogue


def key_of(entry: polib.POEntry) -> Key:
    return (entry.msgctxt or None, entry.msgid)


def conflicts(messages: Iterable[Message]) -> list[Finding]:
    """Texts marked in two places with two different plurals: a catalogue can hold only one."""
    plurals: dict[Key, str] = {}
    found = []
    for message in messages:
        if message.plural and plurals.setdefault(message.key, message.plural) != message.plural:
            found.append(Finding(message.source, message.id, "the same text has another plural elsewhere"))
    return found


def merge(old: polib.POFile, messages: Iterable[Message], *, prune: bool = False) -> polib.POFile:
    """The catalogue for these messages, with the translations of the old one.

    Texts no longer marked stay as obsolete entries, so that one that returns is still translated, unless `prune`.
    Sorted by text, sources without line numbers: a diff shows what changed and nothing else.
    """
    known = {key_of(entry): entry for entry in sorted(old, key=lambda entry: not entry.obsolete)}
    fresh: dict[Key, polib.POEntry] = {}
    for message in messages:
        _collect(fresh.setdefault(message.key, polib.POEntry(msgid=message.id, msgctxt=message.context)), message)
    entries = [_translated(entry, known.get(key)) for key, entry in fresh.items()]
    if not prune:
        entries += [_obsolete(entry) for key, entry in known.items() if key not in fresh and _says_something(entry)]
    catalogue = polib.POFile(encoding="utf-8", wrapwidth=WIDTH)
    catalogue.header = HEADER
    catalogue.metadata = dict(METADATA)
    catalogue.extend(sorted(entries, key=lambda entry: (entry.obsolete, entry.msgid, entry.msgctxt or "")))
    return catalogue


def save(catalogue: polib.POFile, path: Path) -> bool:
    """Write the catalogue if it says anything new; tell whether it was written."""
    content = f"{catalogue}\n".encode()
    if path.exists() and path.read_bytes() == content:
        return False
    path.parent.mkdir(parents=True, exist_ok=True)
    write_atomically(path, content)
    return True


def _collect(entry: polib.POEntry, message: Message) -> None:
    entry.msgid_plural = entry.msgid_plural or message.plural or ""
    entry.occurrences = sorted({*entry.occurrences, (message.source, "")})
    comments = {*entry.comment.splitlines(), *([message.comment] if message.comment else [])}
    entry.comment = "\n".join(sorted(comments))


def _translated(entry: polib.POEntry, old: polib.POEntry | None) -> polib.POEntry:
    """Give an entry the old translation; one that gained a plural keeps what it had as a hint for the translator."""
    fuzzy = False
    if entry.msgid_plural:
        forms = old.msgstr_plural if old else {}
        entry.msgstr_plural = {form: forms.get(form, "") for form in FORMS}
        if old and old.msgstr:
            entry.msgstr_plural[FORMS[-1]], fuzzy = old.msgstr, True
    elif old:
        entry.msgstr = old.msgstr or old.msgstr_plural.get(FORMS[-1], "")
        fuzzy = not old.msgstr and bool(entry.msgstr)
    if old:
        entry.tcomment = old.tcomment
        fuzzy = fuzzy or "fuzzy" in old.flags
    entry.flags = [*(["fuzzy"] if fuzzy else []), *flags(entry.msgid, entry.msgid_plural)]
    return entry


def _obsolete(entry: polib.POEntry) -> polib.POEntry:
    return polib.POEntry(
        msgid=entry.msgid,
        msgctxt=entry.msgctxt,
        msgid_plural=entry.msgid_plural,
        msgstr=entry.msgstr,
        msgstr_plural=entry.msgstr_plural,
        tcomment=entry.tcomment,
        flags=entry.flags,
        obsolete=True,
    )


def _says_something(entry: polib.POEntry) -> bool:
    return bool(entry.msgstr or any(entry.msgstr_plural.values()))
