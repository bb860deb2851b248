"""Every text a person sees exists in English and in Arabic, in the sources as they stand."""

import datetime
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.utils.timesince import timesince
from django.utils.translation import gettext, ngettext, override

from core.errors import CODES
from core.i18n.check import ARABIC, check_compiled
from core.i18n.compiled import compile_catalogues
from core.i18n.hardcoded import in_python, in_template
from core.i18n.messages import Finding
from core.i18n.sources import python_files, template_files

BASE = Path(settings.BASE_DIR)
LOCALE = BASE / "locale"

# Texts that are right as they stand in both languages: the names of the languages, words of the wire, keys.
SAME_IN_TEMPLATES = frozenset(
    {"English", "العربية", "EN", "ع", "B", "I", "Ctrl+B", "Ctrl+I", "Ctrl+K", "TKT-2026-000123"}
)
SAME_IN_PYTHON = frozenset({"English", "العربية", "1–200 ASCII"})

Search = Callable[[str, str, frozenset[str]], list[Finding]]


def _everywhere(search: Search, files: Iterable[Path], allowed: frozenset[str]) -> str:
    found = [search(path.read_text(), path.relative_to(BASE).as_posix(), allowed) for path in files]
    return "\n".join(str(finding) for findings in found for finding in findings)


def test_every_marked_text_has_its_arabic(capsys: pytest.CaptureFixture[str]) -> None:
    try:
        call_command("messages", "--check")
    except CommandError as error:
        pytest.fail(f"{capsys.readouterr().out}{error} docs/translation.md says how to translate.", pytrace=False)


def test_no_template_shows_text_in_one_language_only() -> None:
    assert _everywhere(in_template, template_files(BASE), SAME_IN_TEMPLATES) == ""


def test_no_label_or_refusal_is_in_one_language_only() -> None:
    assert _everywhere(in_python, python_files(BASE), SAME_IN_PYTHON) == ""


def test_the_compiled_catalogues_are_of_the_committed_ones() -> None:
    compile_catalogues(LOCALE)
    assert check_compiled(LOCALE) == []


@pytest.mark.parametrize("code", sorted(CODES))
def test_a_refusal_speaks_both_languages(code: str) -> None:
    text = CODES[code].text
    with override("ar"):
        assert ARABIC.search(str(text))
    with override("en"):
        assert not ARABIC.search(str(text))


def test_english_needs_no_catalogue_even_when_arabic_is_the_default() -> None:
    with override("en"):
        assert gettext("Nothing was found here.") == "Nothing was found here."
        texts = [ngettext("%(n)s ticket", "%(n)s tickets", n) % {"n": n} for n in (0, 1, 2, 11)]
    assert texts == ["0 tickets", "1 ticket", "2 tickets", "11 tickets"]


def test_texts_of_the_frameworks_speak_arabic_too() -> None:
    """Django's own catalogue lacks these; ours fills the gaps."""
    short = "This password is too short. It must contain at least %d character."
    with override("ar"):
        assert ARABIC.search(ngettext(short, short.replace("character", "characters"), 10))
        assert ARABIC.search(gettext("A valid biginteger is required."))


@pytest.mark.parametrize(
    ("days", "said"), [(1, "يوم"), (2, "يومين"), (3, "3 أيام"), (7, "أسبوع"), (35, "شهر"), (400, "سنة")]
)
def test_a_length_of_time_is_said_as_arabic_counts(days: int, said: str) -> None:
    then = datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)
    with override("ar"):
        assert timesince(then, then + datetime.timedelta(days=days), depth=1).replace("\xa0", " ") == said
