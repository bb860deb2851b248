"""Which files the texts of the project come from, and what of Django's and the libraries' own texts lacks Arabic."""

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import django
import polib
from django.apps import apps

from core.i18n import javascript, python, templates
from core.i18n.messages import Extract, Key, Message

# Folders at the top that hold no text a person sees in the product.
NO_TEXTS = {"tests", "benchmarks", "docs", "locale", "var", "node_modules", "static-built"}
# Folders at any depth that are not ours to translate, or say nothing.
SKIPPED = {"migrations", "__pycache__", "vendor", "locale", "node_modules"}
TEMPLATE_SUFFIXES = {".html", ".txt", ".svg", ".xml"}

# Parts of Django outside its contrib apps whose messages reach people, and installed libraries whose messages do not.
DJANGO_PARTS = ("core", "db", "forms", "utils", "views")
NOT_SHOWN = {
    *("daphne", "drf_spectacular", "drf_spectacular_sidecar", "channels", "corsheaders", "csp", "django_htmx"),
    *("django_otp", "django_otp.plugins.otp_totp", "django_otp.plugins.otp_static"),
}

# Texts of Django whose own Arabic is wrong or does not fit the nouns of our catalogue, which says them instead.
SAID_BETTER = {
    '"{input}" is not a valid choice.',
    "%(name)s with ID “%(key)s” doesn’t exist. Perhaps it was deleted?",
    "%(num)d day",
    "%(num)d hour",
    "%(num)d minute",
    "%(num)d month",
    "%(num)d week",
    "%(num)d year",
    "%(sel)s of %(cnt)s selected",
    "%(total_count)s selected",
    "0 of %(cnt)s selected",
    "A valid integer is required.",
    "A valid number is required.",
    "Add another %(model)s",
    "Add another %(verbose_name)s",
    "Change selected %(model)s",
    "Click here to select the objects across all pages",
    "Delete selected %(model)s",
    "Ensure this field has at least {min_length} characters.",
    "Ensure this field has at least {min_length} elements.",
    "Ensure this field has no more than {max_length} characters.",
    "Ensure this field has no more than {max_length} elements.",
    "Ensure this value has at least %(limit_value)d character (it has %(show_value)d).",
    "Ensure this value has at most %(limit_value)d character (it has %(show_value)d).",
    "Ensure this value is greater than or equal to %(limit_value)s.",
    "Ensure this value is greater than or equal to {min_value}.",
    "Ensure this value is less than or equal to %(limit_value)s.",
    "Ensure this value is less than or equal to {max_value}.",
    "Enter a number.",
    "Enter a valid date/time.",
    "Enter a valid email address.",
    "Enter a valid time.",
    "Enter a whole number.",
    "Go",
    "Must be a valid UUID.",
    "Must be a valid boolean.",
    "Not a valid string.",
    "Run the selected action",
    "Save and add another",
    "Save and continue editing",
    "Save and view",
    "Select a valid choice. %(value)s is not one of the available choices.",
    "Select a valid choice. That choice is not one of the available choices.",
    "Select all %(total_count)s %(module_name)s",
    "Select all objects on this page for an action",
    "Select this object for an action - {}",
    "String value too large.",
    "The password is too similar to the %(verbose_name)s.",
    "The {name} “{obj}” was added successfully.",
    "The {name} “{obj}” was added successfully. You may add another {name} below.",
    "The {name} “{obj}” was changed successfully.",
    "The {name} “{obj}” was changed successfully. You may add another {name} below.",
    "The {name} “{obj}” was changed successfully. You may edit it again below.",
    "This field cannot be blank.",
    "This field may not be blank.",
    "This field may not be null.",
    "This list may not be empty.",
    "This password is entirely numeric.",
    "This password is too common.",
    "View selected %(model)s",
    "You may edit it again below.",
}

Reader = Callable[[str, str], Extract]


def extract_project(base: Path) -> dict[str, Extract]:
    """Everything marked in our own files, by gettext domain."""
    return {
        "django": _read(base, {"python": python_files(base), "templates": template_files(base)}),
        "djangojs": _read(base, {"javascript": script_files(base)}),
    }


def python_files(base: Path) -> Iterator[Path]:
    """Modules of our own packages, without migrations."""
    return (path for folder in _folders(base) for path in _files(folder, {".py"}))


def template_files(base: Path) -> Iterator[Path]:
    """Templates of the project and of our own apps."""
    folders = [base / "templates", *(folder / "templates" for folder in _folders(base) if folder.name != "templates")]
    return (path for folder in folders for path in _files(folder, TEMPLATE_SUFFIXES))


def script_files(base: Path) -> Iterator[Path]:
    """Our own scripts; what is minified or stands under vendor/ is somebody else's."""
    scripts = (path for folder in _folders(base) for path in _files(folder, {".js", ".mjs"}))
    return (path for path in scripts if not path.name.endswith((".min.js", ".min.mjs")))


def extract_borrowed(base: Path) -> list[Message]:
    """Texts of Django and of installed libraries that reach people and lack Arabic (or good Arabic) of their own."""
    known: set[Key] = set()
    found: list[Message] = []
    for folder in _borrowed_folders(base):
        for catalogue in folder.glob("locale/ar/LC_MESSAGES/django.mo"):
            known |= {(entry.msgctxt or None, entry.msgid) for entry in polib.mofile(str(catalogue))}
        found += _borrowed_from(folder)
    return [message for message in found if message.key not in known or message.id in SAID_BETTER]


def extract_borrowed_scripts() -> list[Message]:
    """Texts of Django's own scripts that our catalogue says better."""
    scripts = Path(django.__file__).parent / "contrib" / "admin" / "static" / "admin" / "js"
    texts = {f"django/contrib/admin/js/{path.name}": path.read_text() for path in _files(scripts, {".js"})}
    found = [message for name, text in texts.items() for message in javascript.extract(text, name).messages]
    return [message for message in found if message.id in SAID_BETTER]


def _borrowed_folders(base: Path) -> list[Path]:
    root = Path(django.__file__).parent
    installed = [Path(app.path) for app in apps.get_app_configs() if app.name not in NOT_SHOWN]
    foreign = [path for path in installed if path.parent != base]
    return [root / "conf", *(root / part for part in DJANGO_PARTS), *foreign]


def _borrowed_from(folder: Path) -> list[Message]:
    """Messages of one foreign package; what it marks wrongly is not ours to mend, its commands speak English."""
    found: list[Message] = []
    for path in _files(folder, {".py", ".html", ".txt"}):
        name = path.relative_to(_import_root(folder)).as_posix()
        text = path.read_text()
        if "management" in path.parts or not any(mark in text for mark in ("translation import", "trans")):
            continue
        found += _reader(path)(text, name).messages
    return found


def _import_root(package: Path) -> Path:
    """The folder that a package's dotted name begins in."""
    return _import_root(package.parent) if (package / "__init__.py").exists() else package


def _reader(path: Path) -> Reader:
    if path.suffix == ".py":
        return python.extract
    return javascript.extract if path.suffix in {".js", ".mjs"} else templates.extract


def _read(base: Path, groups: dict[str, Iterable[Path]]) -> Extract:
    found = Extract()
    for paths in groups.values():
        for path in paths:
            found.add(_reader(path)(path.read_text(), path.relative_to(base).as_posix()))
    return found


def _folders(base: Path) -> list[Path]:
    """Top-level folders of the project that may hold texts."""
    return sorted(
        folder
        for folder in base.iterdir()
        if folder.is_dir() and not folder.name.startswith(".") and folder.name not in NO_TEXTS
    )


def _files(folder: Path, suffixes: set[str]) -> Iterator[Path]:
    for path in sorted(folder.rglob("*")):
        inside = path.relative_to(folder)
        if path.suffix in suffixes and not SKIPPED.intersection(inside.parts) and path.is_file():
            yield path
