"""Say who and what records name: people by e-mail, categories and teams by name."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from django.contrib.auth.hashers import make_password

from accounts.models import SERVICE_ROLES, Role, Team, User
from audit.recorder import record
from core.operation import operation
from tickets.importing.records import TicketRecord, Wrong
from tickets.models import Category


@dataclass(frozen=True)
class Catalogue:
    """Categories and teams by either of their names; read once for an import."""

    categories: dict[str, int]
    teams: dict[str, int]
    system: User

    @classmethod
    def read(cls) -> Catalogue:
        categories = {name: one.pk for one in Category.objects.all() for name in (one.name_ar, one.name_en)}
        teams = {name: one.pk for one in Team.objects.all() for name in (one.name_ar, one.name_en)}
        return cls(categories, teams, User.objects.service(Role.SYSTEM))

    def check(self, ticket: TicketRecord) -> None:
        """Raise Wrong for a category or team that does not exist."""
        if ticket.category and ticket.category not in self.categories:
            raise Wrong(f"there is no category {ticket.category}")
        if ticket.team and ticket.team not in self.teams:
            raise Wrong(f"there is no team {ticket.team}")


def known_people(records: Sequence[TicketRecord]) -> dict[str, User]:
    """Everybody whom these records name and who is there already, by address."""
    addresses = {record.customer_email for record in records} | {record.agent_email for record in records}
    addresses |= {message.author_email for record in records for message in record.messages}
    found = User.objects.filter(email__in=addresses - {""}).exclude(role__in=SERVICE_ROLES)
    return {str(user.email): user for user in found}


def check_people(ticket: TicketRecord, people: dict[str, User]) -> None:
    """Raise Wrong for staff as a customer, a customer as an agent, and authors that are neither."""
    customer = people.get(ticket.customer_email)
    if customer is not None and customer.is_agent:
        raise Wrong(f"customerEmail is the address of staff: {ticket.customer_email}")
    if ticket.agent_email:
        agent = people.get(ticket.agent_email)
        if agent is None or not agent.is_agent:
            raise Wrong(f"agentEmail is nobody of the staff: {ticket.agent_email}")
    for message in ticket.messages:
        author = people.get(message.author_email)
        if message.author_email == ticket.customer_email or not message.author_email:
            if message.is_internal and message.author_email:
                raise Wrong("a note is written by staff, not by the customer")
        elif author is None or not author.is_agent:
            raise Wrong(f"authorEmail is neither the customer nor of the staff: {message.author_email}")


@operation
def make_customers(records: Sequence[TicketRecord], addresses: Collection[str], *, by: User) -> dict[str, User]:
    """Make the customers of these addresses as the first of their records names them, without a password; by address.

    Raises IntegrityError, and makes nobody, when one of them is there.
    """
    new: dict[str, User] = {}
    for one in records:
        address = one.customer_email
        if address in addresses and address not in new:
            new[address] = User(
                email=address,
                name=one.customer_name or address.partition("@")[0],
                phone=one.customer_phone,
                role=Role.CUSTOMER,
                password=make_password(None),
            )
    User.objects.bulk_create(new.values())
    for address, user in new.items():
        record("USER_CREATED", user, by=by, new={"email": address, "name": user.name, "role": user.role})
    return new
