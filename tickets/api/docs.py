"""How the document names what comes in two forms, one for staff and one for customers."""

from typing import Any

from drf_spectacular.utils import PolymorphicProxySerializer
from rest_framework.serializers import Serializer

from tickets.api.serializers import MessageIn, StaffMessageIn, TicketForCustomerIn, TicketIn
from tickets.forms import MessageCustomerOut, MessageStaffOut, TicketCustomerOut, TicketStaffOut


def _either(name: str, staff: type[Serializer[Any]], customer: type[Serializer[Any]], *, many: bool = False) -> Any:
    return PolymorphicProxySerializer(name, [staff, customer], resource_type_field_name=None, many=many)


TICKET = _either("Ticket", TicketStaffOut, TicketCustomerOut)
TICKETS = _either("Ticket", TicketStaffOut, TicketCustomerOut, many=True)
MESSAGE = _either("Message", MessageStaffOut, MessageCustomerOut)
MESSAGES = _either("Message", MessageStaffOut, MessageCustomerOut, many=True)
TICKET_IN = _either("NewTicket", TicketForCustomerIn, TicketIn)
MESSAGE_IN = _either("NewMessage", StaffMessageIn, MessageIn)
