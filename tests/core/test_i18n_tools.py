"""The tools of translation, run on a small project of their own."""

import os
import shutil
import subprocess
import sys
import textwrap
from io import StringIO
from pathlib import Path

import polib
import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.template import Context, Engine
from django.utils.translation import override

from core.i18n.check import ARABIC, check_entry
from core.i18n.compiled import compile_catalogues, is_fresh
from core.i18n.hardcoded import in_python, in_template

PYTHON = """
    from django.utils import translation
    from django.utils.translation import gettext, gettext_lazy as _, ngettext, npgettext_lazy, pgettext

    # Translators: the shop's own word
    NAME = _("Order")
    KIND = npgettext_lazy("shelf", "Box", "Boxes", "n")

    def say(n):
        days = ngettext("%(n)s day", "%(n)s days", n)
        return gettext("Sent"), days, pgettext("verb", "Open"), translation.gettext("Far")
"""
TEMPLATE = """
    {% load i18n %}<h1>{% translate "Welcome" %}</h1><p title="{% trans "Hint" context "tooltip" %}">
    {% blocktranslate count n=n trimmed context "list" %}
      One <b>reply</b> of {{ who }}
    {% plural %}
      {{ n }} replies of {{ who }}
    {% endblocktranslate %}
    {{ nothing|default:_("None, 5 left") }} {% blocktranslate %}50% off{% endblocktranslate %}
    {% comment %}{% translate "Never" %}{% endcomment %}
"""
SCRIPT = (
    'alert(gettext("Saved")); x = ngettext("file", "files", n); y = pgettext("menu", "File"); o.gettext("not ours");'
)
WANTED = {
    (None, "Order"), ("shelf", "Box"), (None, "Sent"), (None, "%(n)s day"), ("verb", "Open"), (None, "Far"),
    (None, "Welcome"), ("tooltip", "Hint"), ("list", "One <b>reply</b> of %(who)s"), (None, "None, 5 left"),
    (None, "50%% off"),
}  # fmt: skip


@pytest.fixture
def project(tmp_path: Path, settings, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with one module, one template and one script, which the commands take for the project."""
    for name, text in {"shop/text.py": PYTHON, "templates/page.html": TEMPLATE, "shop/static/page.js": SCRIPT}.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(textwrap.dedent(text))
    settings.BASE_DIR, settings.LOCALE_PATHS = tmp_path, [tmp_path / "locale"]
    monkeypatch.setattr("core.management.commands.messages.extract_borrowed", lambda base: [])
    return tmp_path


def _catalogue(project: Path, domain: str = "django") -> polib.POFile:
    return polib.pofile(str(project / f"locale/ar/LC_MESSAGES/{domain}.po"))


def _translate(project: Path) -> None:
    """An Arabic word before each text, so that any text found untranslated shows."""
    for domain in ("django", "djangojs"):
        catalogue = _catalogue(project, domain)
        for entry in catalogue:
            if entry.msgid_plural:
                entry.msgstr_plural = {form: f"صيغة {form} {entry.msgid_plural}" for form in range(6)}
            else:
                entry.msgstr = f"نص {entry.msgid}"
        catalogue.save()


def _check(project: Path) -> str:
    out = StringIO()
    with pytest.raises(CommandError):
        call_command("messages", "--check", stdout=out)
    return out.getvalue()


def test_every_kind_of_mark_is_collected_with_its_source(project: Path) -> None:
    call_command("messages")
    catalogue = _catalogue(project)
    assert {(entry.msgctxt, entry.msgid) for entry in catalogue} == WANTED
    assert {(entry.msgctxt, entry.msgid) for entry in _catalogue(project, "djangojs")} == {
        (None, "Saved"), (None, "file"), ("menu", "File"), (None, "%(sel)s of %(cnt)s selected"),
    }  # fmt: skip
    order = catalogue.find("Order")
    assert order.comment == "the shop's own word"
    assert order.occurrences == [("shop/text.py", "")]
    assert [entry.msgid for entry in catalogue] == sorted(entry.msgid for entry in catalogue)


def test_django_looks_up_exactly_what_was_collected(project: Path) -> None:
    call_command("messages")
    _translate(project)
    call_command("compile_messages")
    engine = Engine(dirs=[project / "templates"], libraries={"i18n": "django.templatetags.i18n"})
    with override("ar"):
        page = engine.get_template("page.html").render(Context({"n": 7, "who": "Sara"}))
    for text in ("نص Welcome", "نص Hint", "صيغة 3 7 replies of Sara", "نص None, 5 left", "نص 50% off"):
        assert text in page


def test_a_second_run_changes_nothing_and_loses_no_translation(project: Path) -> None:
    call_command("messages")
    _translate(project)
    call_command("messages")
    before = (project / "locale/ar/LC_MESSAGES/django.po").read_bytes()
    call_command("messages")
    assert (project / "locale/ar/LC_MESSAGES/django.po").read_bytes() == before
    assert _catalogue(project).find("Order").msgstr == "نص Order"
    call_command("messages", "--check")


def test_a_text_that_goes_and_returns_keeps_its_translation(project: Path) -> None:
    source = project / "shop/text.py"
    call_command("messages")
    _translate(project)
    text = source.read_text()
    source.write_text(text.replace('_("Order")', '_("Purchase")'))
    call_command("messages")
    assert _catalogue(project).find("Order", include_obsolete_entries=True).obsolete
    assert _catalogue(project).find("Purchase").msgstr == ""
    source.write_text(text)
    call_command("messages")
    assert _catalogue(project).find("Order").msgstr == "نص Order"
    source.write_text(text.replace('_("Order")', '_("Purchase")'))
    call_command("messages", "--prune")
    assert _catalogue(project).find("Order", include_obsolete_entries=True) is None


def test_a_text_that_gains_a_plural_must_be_looked_at(project: Path) -> None:
    source = project / "shop/text.py"
    call_command("messages")
    _translate(project)
    source.write_text(source.read_text().replace('gettext("Sent")', 'ngettext("Sent", "All sent", n)'))
    call_command("messages")
    assert "'Sent'" in _check(project)
    assert "fuzzy" in _catalogue(project).find("Sent").flags


def test_the_check_fails_on_a_text_that_is_new_or_gone(project: Path) -> None:
    source = project / "shop/text.py"
    call_command("messages")
    _translate(project)
    source.write_text(source.read_text().replace('_("Order")', '_("Purchase")'))
    said = _check(project)
    assert "not in the catalogue: run manage.py messages: 'Purchase'" in said
    assert "marked nowhere: run manage.py messages: 'Order'" in said


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ('def f(x): return gettext(f"Hello {x}")', "mark one plain literal"),
        ('def f(x): return gettext("Hello %s" % x)', "mark one plain literal"),
        ('def f(x): return gettext("Yes" if x else "No")', "mark one plain literal"),
        ('TITLE = gettext("Frozen in one language")', "use the lazy function"),
        ('def f(x=gettext("Frozen")): return x', "use the lazy function"),
        ('def f(n): return ngettext("%(n)s day", "%(n)s whole days", n)', "another plural elsewhere"),
    ],
)
def test_a_wrong_mark_is_named(project: Path, line: str, problem: str) -> None:
    source = project / "shop/text.py"
    source.write_text(f"{source.read_text()}\n{line}\n")
    assert problem in _check(project)


@pytest.mark.parametrize(
    ("text", "translation", "problem"),
    [
        ("Save", "", "not translated"),
        ("Save", "Save", "no Arabic letter"),
        ("Save\n", "احفظ", "line break"),
        ("%(a)s of %(b)s", "%(a)s من %(c)s", "lacks %(b)s; has unknown %(c)s"),
        ("%s of %d", "%s من %s", "lacks"),
        ("{name} left", "غادر {nam}", "lacks {name}"),
        ("{name} left", "غادر {name", "braces"),
        ("%(n)s%% done", "اكتمل %(n)s%", "write %%"),
        ("A <b>word</b>", "كلمة", "other HTML"),
        ("حفظ", "حفظ", "must be English"),
        ("Never", "أبدا", "أبدًا"),
        ("And first", "وأولا", "أولًا"),
        ("130.5 KB", "130,5 ك.ب", "decimal point"),
    ],
)
def test_a_wrong_translation_is_named(text: str, translation: str, problem: str) -> None:
    assert any(problem in said for said in check_entry(polib.POEntry(msgid=text, msgstr=translation)))


@pytest.mark.parametrize(
    ("text", "translation"),
    [("%(a)s of %(b)s", "%(b)s لـ %(a)s"), ("100% sure", "متأكد 100%"), ("{{name}}", "{{name}}"), ("PDF", "PDF")],
)
def test_a_right_translation_passes(text: str, translation: str) -> None:
    assert list(check_entry(polib.POEntry(msgid=text, msgstr=translation))) == []


def test_arabic_has_six_forms_and_may_name_one_and_two_without_a_figure() -> None:
    entry = polib.POEntry(msgid="%(n)s ticket", msgid_plural="%(n)s tickets")
    forms = ["لا تذاكر", "تذكرة واحدة", "تذكرتان", "%(n)s تذاكر", "%(n)s تذكرة", "%(n)s تذكرة"]
    entry.msgstr_plural = dict(enumerate(forms))
    assert list(check_entry(entry)) == []
    entry.msgstr_plural[3] = "تذاكر"
    assert list(check_entry(entry)) == ["plural form 3: lacks %(n)s"]
    del entry.msgstr_plural[5]
    assert "lacks the Arabic plural forms 5 of 6" in list(check_entry(entry))


def test_a_figure_filled_in_by_position_is_never_left_out() -> None:
    entry = polib.POEntry(msgid="%d day", msgid_plural="%d days")
    entry.msgstr_plural = dict.fromkeys(range(6), "%d يوم") | {1: "يوم واحد"}
    assert list(check_entry(entry)) == ["plural form 1: lacks 0:%d"]


PO = '#\nmsgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=UTF-8\\n"\n\nmsgid "Save"\nmsgstr "{word}"\n'


def _write(folder: Path, word: str) -> Path:
    po = folder / "ar/LC_MESSAGES/django.po"
    po.parent.mkdir(parents=True, exist_ok=True)
    po.write_text(PO.replace("{word}", word))
    return po


def test_compiling_twice_does_nothing_and_a_change_is_seen_whatever_its_date(tmp_path: Path) -> None:
    po = _write(tmp_path, "احفظ")
    assert compile_catalogues(tmp_path) == [po.with_suffix(".mo")]
    assert compile_catalogues(tmp_path) == []
    old = po.stat()
    _write(tmp_path, "خزّن")
    os.utime(po, ns=(old.st_atime_ns - 10**12, old.st_mtime_ns - 10**12))
    assert not is_fresh(po)
    assert compile_catalogues(tmp_path) == [po.with_suffix(".mo")]
    assert polib.mofile(str(po.with_suffix(".mo"))).find("Save").msgstr == "خزّن"


def test_processes_that_compile_at_once_leave_one_whole_file(tmp_path: Path) -> None:
    po = _write(tmp_path, "احفظ")
    code = f"""if True:
        from pathlib import Path
        from core.i18n.compiled import compile_catalogues
        compile_catalogues(Path({str(tmp_path)!r}))"""
    running = [subprocess.Popen([sys.executable, "-c", code]) for _ in range(4)]
    assert [process.wait(60) for process in running] == [0, 0, 0, 0]
    assert is_fresh(po)
    assert sorted(path.name for path in po.parent.iterdir()) == ["django.mo", "django.po"]


def test_a_process_on_a_bare_checkout_speaks_arabic_at_once(tmp_path: Path) -> None:
    """Nothing compiled yet: the catalogues must be built before Django loads them, which it does while models load."""
    shutil.copytree(
        Path(settings.BASE_DIR) / "locale", tmp_path / "locale", ignore=shutil.ignore_patterns("*.mo", ".*")
    )
    (tmp_path / "bare.py").write_text(f"from config.settings import *\nLOCALE_PATHS = [{str(tmp_path / 'locale')!r}]\n")
    code = "import django; django.setup(); from core.errors import Stale; print(Stale.text)"
    said = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "DJANGO_SETTINGS_MODULE": "bare", "DEFAULT_LANGUAGE": "ar", "PYTHONPATH": f"{tmp_path}:."},
        cwd=settings.BASE_DIR,
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert ARABIC.search(said.stdout), said


@pytest.mark.parametrize(
    ("html", "found"),
    [
        ("<p>Hello</p>", ["Hello"]),
        ("<p>\n\nمرحبا {{ name }}</p>", ["مرحبا"]),
        ('<img alt="A cat">', ["A cat"]),
        ('<button aria-label="Close">×</button>', ["Close"]),
        ('<input type="submit" value="Send"><input type="hidden" value="token">', ["Send"]),
        ("<title>Tickets</title>", ["Tickets"]),
        ('<p class="lead" {% if x %}hidden{% endif %}>{{ name }} – {% translate "Hi" %} 50%</p>', []),
        ("{% blocktranslate %}Hello <b>{{ x }}</b>{% endblocktranslate %}{% comment %}Note{% endcomment %}", []),
        ("<script>let word = 1</script><style>p { color: red }</style><kbd>Ctrl</kbd>", []),
        ('<p translate="no">ACME <b>Ltd</b></p><p>Shown</p>', ["Shown"]),
        ("{% if x %}<code>{% else %}<code>{% endif %}a</code><p>Shown</p>", []),
        ("<a>https://example.com/path</a>", []),
    ],
)
def test_text_outside_of_translation_is_found_in_html(html: str, found: list[str]) -> None:
    assert [finding.text for finding in in_template(html, "page.html")] == found


def test_text_outside_of_translation_is_found_in_plain_templates_with_its_line() -> None:
    text = '{% load i18n %}{% translate "Dear customer" %}\n{{ url }} https://example.com\nBye\n'
    said = [str(finding) for finding in in_template(text, "mail.txt")]
    assert said == ["mail.txt:3: not marked for translation: 'Bye'"]


def test_a_label_that_is_no_marked_text_is_found() -> None:
    source = textwrap.dedent(
        """
        class State(models.TextChoices):
            OPEN = "open", "Open"
            DONE = "done", _("Done")

        class Ticket(models.Model):
            subject = models.CharField("x", verbose_name="Subject", help_text=_("Short"))

            class Meta:
                verbose_name = "Ticket"

        @admin.display(description="Age")
        def age(x):
            messages.success(request, "Saved")
            messages.values_list("id")
            raise Invalid(fields={"subject": ["Too long"]})
        """
    )
    labels = frozenset({"Open", "Subject", "Ticket", "Age", "Saved", "Too long"})
    assert {finding.text for finding in in_python(source, "a.py")} == labels
    assert in_python(source, "a.py", labels) == []
