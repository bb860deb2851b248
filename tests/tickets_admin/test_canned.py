"""Canned responses filled in."""

import pytest

from tests.tickets_admin.desk import opened
from tickets import canned
from tickets.models import CannedResponse

VALUES = {"customer_name": "سارة", "ticket_number": "TKT-2026-000001", "order_id": "", "agent_name": "{order_id}"}


@pytest.mark.parametrize(
    ("text", "rendered"),
    [
        ("مرحبا {customer_name}،", "مرحبا سارة،"),
        ("{ticket_number} {ticket_number}", "TKT-2026-000001 TKT-2026-000001"),
        ("{unknown} {Customer_Name} {customer name} {} {{", "{unknown} {Customer_Name} {customer name} {} {{"),
        ("{{customer_name}}", "{سارة}"),
        ("Order {order_id}", "Order {order_id}"),
        ("{agent_name}", "{order_id}"),
        ("{0} {customer_name.__class__} {customer_name!r}", "{0} {customer_name.__class__} {customer_name!r}"),
        ("", ""),
    ],
)
def test_known_variables_are_filled_and_the_rest_stays(text, rendered):
    assert canned.render(text, VALUES) == rendered


def test_a_response_speaks_the_language_asked_for(cast, settings):
    settings.SITE_NAME_AR, settings.SITE_NAME_EN = "المتجر", "The Shop"
    ticket = opened(cast.customer, order_id="A-7")
    response = CannedResponse(
        body_ar="{customer_name}: {site_name} {order_id}", body_en="{ticket_number}, {agent_name}, {site_name}"
    )
    assert canned.answer(response, ticket, cast.agent, "ar") == f"{cast.customer.name}: المتجر A-7"
    assert canned.answer(response, ticket, cast.agent, "en") == f"{ticket.number}, {cast.agent.name}, The Shop"


def test_every_variable_of_the_page_is_filled(cast):
    ticket = opened(cast.customer, order_id="A-7")
    assert set(canned.values_for(ticket, cast.agent, "ar")) == set(canned.VARIABLES)
