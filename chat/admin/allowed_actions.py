"""Say what one person may do with one chat: the page offers this and no more; the operations refuse the rest."""

from __future__ import annotations

from dataclasses import dataclass

from accounts.models import User
from chat import policies
from chat.models import Session
from chat.states import UNTAKEN, Status

_NEW_TICKET = "support.tickets.create"


@dataclass(frozen=True)
class Offers:
    """Each a right, as far as the chat's state lets it be used."""

    accept: bool = False
    write: bool = False
    transfer: bool = False
    end: bool = False
    ticket: bool = False
    tickets: bool = False


def offers(user: User, session: Session) -> Offers:
    """Return what the page of this chat offers this person."""
    mine = session.agent_id == user.pk
    active = mine and session.status == Status.ACTIVE
    return Offers(
        accept=session.status in UNTAKEN and user.has_perm(policies.ACCEPT),
        write=active,
        transfer=session.is_open and user.has_perm(policies.TRANSFER),
        end=active,
        ticket=mine and session.ticket_id is None and user.has_perm(_NEW_TICKET),
        tickets=user.has_perm("support.tickets.view") or user.has_perm("support.tickets.view_all"),
    )
