"""Define what every channel takes and answers."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Protocol

from notifications.models import Outcome


@dataclass(frozen=True)
class Message:
    """A delivery in the recipient's words. `uid` is what a provider knows a repeat by.

    `conversation` names what it is about, `link` leads there; `data` goes to apps as text; `reached` are the places
    that have it already.
    """

    uid: str
    kind: str
    recipient: Any
    address: str
    language: str
    subject: str
    short: str
    text: str
    html: str
    conversation: str = ""
    link: str = ""
    unsubscribe_url: str = ""
    data: dict[str, str] = field(default_factory=dict)
    reached: tuple[str, ...] = ()
    text_on_lock_screen: bool = False


@dataclass(frozen=True)
class Result:
    """Hold what became of a send.

    `provider_down` says that the fault is the provider's and not this message's: the channel rests. `retry_after` is in
    seconds, as the provider asked. `reached` are the places that have it now.
    """

    outcome: Outcome
    reason: str = ""
    provider_down: bool = False
    retry_after: float | None = None
    reached: tuple[str, ...] = ()


class ProviderDown(Exception):
    """The provider cannot be reached or takes nothing; certainly nothing was sent."""


class ChannelSender(Protocol):
    """Sends messages of one batch, one after the other. `send` never raises for what a provider does."""

    def open(self) -> None:
        """Get ready for a batch; raises ProviderDown."""
        ...

    def send(self, message: Message) -> Result: ...

    def close(self) -> None: ...


def sent(*reached: str) -> Result:
    return Result(Outcome.SENT, reached=reached)


def refused(reason: str) -> Result:
    """The provider will never take this message."""
    return Result(Outcome.REFUSED, reason)


def again(reason: str, *, provider_down: bool = False, retry_after: float | None = None) -> Result:
    """It was certainly not sent, and may be tried again."""
    return Result(Outcome.RETRY, reason, provider_down, retry_after)


def unknown(reason: str) -> Result:
    """The provider's answer is missing: it may have been sent."""
    return Result(Outcome.UNKNOWN, reason, provider_down=True)
