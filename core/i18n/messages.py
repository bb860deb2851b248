"""Define what extraction yields: marked messages, and complaints about how a text is marked or translated."""

from dataclasses import dataclass, field

Key = tuple[str | None, str]


@dataclass(frozen=True)
class Message:
    """One marked text at one place. `source` is a path relative to the project, without a line number."""

    id: str
    source: str
    plural: str | None = None
    context: str | None = None
    comment: str | None = None

    @property
    def key(self) -> Key:
        """Return what gettext looks a text up by: its context and the English singular."""
        return (self.context, self.id)


@dataclass(frozen=True)
class Finding:
    """Something a translator or an author has to mend; `where` is a path, with a line when one is known."""

    where: str
    text: str
    problem: str

    def __str__(self) -> str:
        return f"{self.where}: {self.problem}: {self.text!r}" if self.text else f"{self.where}: {self.problem}"


@dataclass
class Extract:
    """Everything found in one file or many."""

    messages: list[Message] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)

    def add(self, other: "Extract") -> None:
        self.messages += other.messages
        self.findings += other.findings


@dataclass(frozen=True)
class Signature:
    """Where a gettext function takes its texts: positions of the singular, the plural and the context."""

    singular: int = 0
    plural: int | None = None
    context: int | None = None
    lazy: bool = True


def _signatures() -> dict[str, Signature]:
    shapes = {
        "gettext": (0, None, None),
        "ngettext": (0, 1, None),
        "pgettext": (1, None, 0),
        "npgettext": (1, 2, 0),
    }
    found = {}
    for name, (singular, plural, context) in shapes.items():
        found[name] = Signature(singular, plural, context, lazy=False)
        found[f"{name}_lazy"] = Signature(singular, plural, context)
    return {**found, "gettext_noop": Signature()}


SIGNATURES: dict[str, Signature] = _signatures()


def translators_comment(lines: list[str], line: int) -> str | None:
    """The `Translators:` comment that stands directly above a line (counted from 1) or at its end."""
    here = lines[line - 1].partition("# Translators:") if line <= len(lines) else ("", "", "")
    if here[1]:
        return here[2].strip()
    block: list[str] = []
    for text in reversed(lines[: line - 1]):
        stripped = text.strip()
        if not stripped.startswith("#"):
            return None
        block.insert(0, stripped.lstrip("# "))
        if block[0].startswith("Translators:"):
            return " ".join(block).removeprefix("Translators:").strip()
    return None
