"""The seams as types: what lower apps may know of higher ones."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Protocol

from core.request_context import Origin


class Actor(Protocol):
    """Whoever does something: audit and events take this, never a User."""

    @property
    def pk(self) -> int: ...
    @property
    def actor_model(self) -> str:
        """Customer, Agent, Bot or System."""
        ...

    @property
    def actor_name(self) -> str: ...


class Audited(Protocol):
    """A thing with a history: what an audit entry calls it."""

    @property
    def audit_type(self) -> str: ...
    @property
    def pk(self) -> Any: ...
    @property
    def audit_name(self) -> str: ...


class Viewer(Actor, Protocol):
    """A signed-in person with rights read from the database."""

    is_active: bool
    language: str

    def has_perm(self, perm: str, obj: Any = None) -> bool: ...
    @property
    def is_agent(self) -> bool: ...


class Recipient(Viewer, Protocol):
    """A person whom notifications reach."""

    name: str
    phone: str

    @property
    def address(self) -> str:
        """Where mail reaches this person; empty when nowhere."""
        ...


class Room(Protocol):
    """A room class named in REALTIME_ROOMS: whom it carries events to, in which form. Declared by subclassing.

    A room's name is `prefix:ref`. Several classes may share a prefix; each knows its own references.
    """

    prefix: ClassVar[str]
    audience: ClassVar[str]
    staff_prefix: ClassVar[str] = ""
    """The prefix of the room that staff are put in instead; it carries every event of the same thing."""
    key: ClassVar[str] = ""
    """Under which name actions and typing signals carry the reference; empty where nobody joins or types by hand."""
    join_action: ClassVar[str] = ""
    leave_action: ClassVar[str] = ""

    def joinable(self, user: Viewer, refs: Collection[str]) -> Mapping[str, str]:
        """Which of these this person may join: the reference as given → the canonical one of the room's name.

        By the same queryset as REST, in one query; a malformed, absent or foreign reference is left out.
        """
        ...

    def automatic(self, user: Viewer) -> Sequence[str]:
        """The references that each socket of this person joins by itself, all of them joinable."""
        return ()


@dataclass(frozen=True)
class Identity:
    """Say who is behind a socket, and by what: a token's family, or the session of the back office."""

    user: Viewer
    credential: str
    """What a later `reload` finds the same sign-in by."""
    expires_at: float | None = None
    """Seconds since the epoch at which the credential ends by itself."""


class SocketAuthenticator(Protocol):
    """The class named in REALTIME_AUTHENTICATOR: reads people from the database, never from a token's claims."""

    def by_token(self, token: str) -> Identity | None: ...
    def by_tokens(self, tokens: Sequence[str]) -> list[Identity | None]:
        """Each token's identity; so many queries for all of them as for one."""
        ...

    def by_cookie(self, cookies: Mapping[str, str]) -> Identity | None: ...
    def reload(self, identities: Sequence[Identity]) -> list[Viewer | None]:
        """Each identity's user as he is now, rights and all; None where the sign-in or the person has ended."""
        ...

    def reason(self, identity: Identity) -> str:
        """Why `reload` gave None: signed_out or disabled."""
        ...

    def availability(self, user_ids: Collection[int]) -> Mapping[int, str]:
        """Return what those of these people say of themselves whose presence is told to staff."""
        ...


@dataclass(frozen=True)
class SocketCall:
    """Hold what somebody asks for on a socket: arguments by name, from a person with the rights they have now."""

    user: Viewer
    given: Mapping[str, Any]
    came: Origin


class SocketAction(Protocol):
    """An action that an app above declares and names in REALTIME_ACTIONS: a change, by the operation of every door."""

    name: ClassVar[str]
    order: ClassVar[Sequence[str]]
    """The names of arguments that come in order, without names."""

    def forms(self) -> Sequence[type[Any]]:
        """The serializers of its arguments, one for each audience."""
        ...

    def together(self, calls: Sequence[SocketCall]) -> list[Mapping[str, Any] | Exception | None]:
        """Each call's answer, or why it is refused, all in one transaction; None for what is done by `alone`."""
        ...

    def alone(self, call: SocketCall) -> Mapping[str, Any]:
        """The answer to one call; raises Problem."""
        ...


class AttachmentOwner(Protocol):
    """Says which attachments of its kind a reader may fetch."""

    def may_read(self, user: Viewer, attachment: Any) -> bool: ...


class PersonalData(Protocol):
    """Hold what an app knows of a person: given out on request, and forgotten on request."""

    def export(self, user: Any) -> dict[str, Any]: ...
    def erase(self, user: Any) -> int: ...
