"""Say who sees which ticket, by every door that reads: list, detail, thread, history, and the socket's rooms."""

import pytest

from accounts.models import Role, TeamMembership, User
from realtime.registry import rooms
from tests.api import Api, data, refusal
from tests.cast import fresh, staff
from tests.tickets.acts import act, given, opened, with_rights


def joins(user, prefix, ref) -> bool:
    return any(ref in room.joinable(fresh(user), [ref]) for room in rooms()[prefix])


def doors(by, ticket) -> set[str]:
    """Through which doors this person sees it; the detail's answer decides, all others must agree."""
    client, open_doors = Api(by), set()
    if data(client.get(f"/tickets?orderId={ticket['orderId']}")):
        open_doors.add("list")
    for name, path in [("detail", ""), ("thread", "/messages"), ("history", "/history")]:
        response = client.get(f"/tickets/{ticket['id']}{path}")
        if response.status_code == 200:
            open_doors.add(name)
        else:
            refusal(response, 404, "not_found")
    prefix = "ticket-staff" if by.is_agent else "ticket"
    if joins(by, prefix, ticket["id"]):
        open_doors.add("room")
    return open_doors


ALL = {"list", "detail", "thread", "history", "room"}
OWN = ALL - {"history"}


@pytest.fixture
def ticket(cast):
    return opened(cast.customer, orderId="MINE")


def test_a_customer_sees_his_own_and_a_stranger_nothing(cast, ticket):
    assert doors(cast.customer, ticket) == OWN
    assert doors(cast.stranger, ticket) == doors(cast.guest, ticket) == set()


def test_by_default_all_staff_see_all(cast, ticket):
    given(cast.agent, ticket, cast.colleague)
    for who in (cast.agent, cast.colleague, cast.lead, cast.manager, cast.administrator):
        assert doors(who, ticket) == ALL


@pytest.mark.parametrize("way", ["no team", "his team", "assigned", "watched", "foreign team"])
def test_without_view_all_an_agent_sees_what_concerns_him(cast, ticket, way):
    agent = cast.outsider
    team = str(cast.team.pk)
    if way != "no team":
        act(cast.agent, ticket, "assign", {"agentId": None, "teamId": team})
        assert doors(agent, ticket) == set()
    if way == "his team":
        TeamMembership.objects.create(team=cast.team, user=agent)
    if way == "assigned":
        act(cast.agent, ticket, "assign", {"agentId": str(agent.pk), "teamId": team})
    if way == "watched":
        data(Api(cast.agent).put(f"/tickets/{ticket['id']}/watchers/{agent.pk}"))
    assert doors(agent, ticket) == (set() if way == "foreign team" else ALL)


def test_staff_without_the_right_to_view_see_nothing(cast, ticket):
    nobody = with_rights(staff("nobody", Role.AGENT), "tickets.reply", "tickets.update")
    assert doors(nobody, ticket) == set()
    assert doors(with_rights(nobody, "tickets.view"), ticket) == ALL


def test_the_queue_is_for_those_who_see_all(cast, ticket):
    assert joins(cast.agent, "queue", "tickets")
    for who in (cast.outsider, cast.customer, cast.guest):
        assert not joins(who, "queue", "tickets")
    assert not joins(cast.agent, "queue", "others")


def test_customers_never_join_the_staffs_room_nor_staff_the_customers(cast, ticket):
    assert not joins(cast.customer, "ticket-staff", ticket["id"])
    assert not joins(cast.agent, "ticket", ticket["id"])
    for malformed in ("", "x", "0", "9" * 40, "\x00", "1 or 1=1"):
        assert not joins(cast.customer, "ticket", malformed)
        assert not joins(cast.agent, "ticket-staff", malformed)
        assert not joins(cast.agent, "user", malformed)


def test_the_disabled_and_the_service_users_see_by_their_own_rule(cast, ticket):
    from tickets.models import Ticket

    disabled = User.objects.with_rights().get(pk=cast.administrator.pk)
    disabled.is_active = False
    assert not Ticket.objects.visible_to(disabled).exists()
    for role in ("bot", "system"):
        assert Ticket.objects.visible_to(User.objects.get(role=role)).exists()
