"""Changing a ticket's fields."""

import pytest

from tests.api import Api, data, refusal
from tests.tickets.acts import actions, emitted, footprint, last_entry, opened, seen, told, with_rights
from tickets.models import Category, Change, Ticket


def patched(by, ticket, **changes):
    return Api(by).patch(f"/tickets/{ticket['id']}", changes)


@pytest.mark.parametrize(
    ("field", "value", "shown"),
    [("subject", " New subject ", "New subject"), ("priority", "urgent", "urgent"), ("orderId", "A-2", "A-2"),
     ("productId", "P-2", "P-2"), ("orderId", "", ""), ("tags", ["b", "a", "b"], ["b", "a"]),
     ("tags", ["b, a", " c ،d  e,"], ["b", "a", "c", "d e"])],
)  # fmt: skip
def test_a_public_field_moves_version_and_updated_at(cast, field, value, shown):
    ticket = opened(cast.customer, orderId="A-1")
    after = data(patched(cast.agent, ticket, **{field: value}))
    assert (after[field], after["version"]) == (shown, 2)
    assert after["updatedAt"] > ticket["updatedAt"]
    assert after["lastMessageAt"] == ticket["lastMessageAt"]
    assert actions(ticket)[-1] == "TICKET_UPDATED"
    assert last_entry(ticket, "TICKET_UPDATED").detail.new_values == {field: shown}
    for room in (f"ticket:{ticket['id']}", f"ticket-staff:{ticket['id']}"):
        assert emitted(room) == ["ticket:updated"]
    assert told(ticket) == ["ticket-created"]


def test_category_and_team_are_given_and_taken(cast):
    category = Category.objects.create(name_ar="أ", name_en="A")
    ticket = opened(cast.customer)
    after = data(patched(cast.agent, ticket, categoryId=str(category.pk), teamId=str(cast.team.pk)))
    assert (after["category"]["nameEn"], after["team"]["id"]) == ("A", str(cast.team.pk))
    assert seen(cast.customer, ticket)["category"]["id"] == str(category.pk)
    category.is_active = False
    category.save()
    assert data(patched(cast.agent, ticket, categoryId=str(category.pk), subject="kept"))["category"]
    after = data(patched(cast.agent, ticket, categoryId=None, teamId=None))
    assert after["category"] is after["team"] is None
    assert "categoryId" in refusal(patched(cast.agent, ticket, categoryId=str(category.pk)), 400, "invalid")["fields"]
    fields = Change.objects.filter(ticket_id=ticket["id"]).values_list("field", flat=True)
    assert list(fields).count("category") == list(fields).count("team") == 2


def test_another_team_needs_the_right_to_assign_by_every_door(cast):
    """PATCH, creation and /assign alike; the team that it has is no change."""
    ticket = data(patched(cast.agent, opened(cast.customer), teamId=str(cast.team.pk)))
    editor = with_rights(cast.colleague, "tickets.view_all", "tickets.update", "tickets.create")
    new = {"subject": "S", "description": "D", "customerId": str(cast.customer.pk), "teamId": str(cast.team.pk)}
    before = seen(cast.agent, ticket), Ticket.objects.count()
    for answer in (
        patched(editor, ticket, teamId=None, subject="changed too"),
        Api(editor).post("/tickets", new),
        Api(editor).post(f"/tickets/{ticket['id']}/assign", {"agentId": None, "teamId": None}),
    ):
        assert refusal(answer, 403, "forbidden")["details"] == {"permission": "support.tickets.assign"}
    assert (seen(cast.agent, ticket), Ticket.objects.count()) == before
    after = data(patched(editor, ticket, teamId=str(cast.team.pk), subject="changed"))
    assert (after["subject"], after["team"]["id"]) == ("changed", str(cast.team.pk))


def test_a_team_is_no_public_field(cast):
    ticket = opened(cast.customer)
    before = seen(cast.customer, ticket)
    after = data(patched(cast.agent, ticket, teamId=str(cast.team.pk)))
    assert (after["version"], after["updatedAt"]) == (1, ticket["updatedAt"])
    assert after["staffUpdatedAt"] > ticket["updatedAt"]
    assert seen(cast.customer, ticket) == before
    assert emitted(f"ticket:{ticket['id']}") == []


def test_what_changes_nothing_leaves_no_trace(cast):
    ticket = opened(cast.customer, orderId="A-1")
    before = footprint()
    after = data(patched(cast.agent, ticket, subject=ticket["subject"], orderId="A-1", tags=[], categoryId=None))
    assert after["version"] == 1
    data(patched(cast.agent, ticket))
    assert footprint() == before


def test_an_old_version_is_stale(cast):
    ticket = opened(cast.customer)
    data(patched(cast.agent, ticket, subject="first", version=1))
    before = footprint()
    error = refusal(patched(cast.colleague, ticket, subject="second", version=1), 409, "stale")
    assert (error["details"]["ticket"]["subject"], error["details"]["ticket"]["version"]) == ("first", 2)
    assert footprint() == before
    data(patched(cast.colleague, ticket, subject="second", version=2))


def test_changing_fields_needs_the_right(cast):
    ticket = opened(cast.customer)
    for who in (cast.manager, cast.outsider, cast.customer):
        error = refusal(patched(who, ticket, subject="x"), 403, "forbidden")
        assert error["details"] == {"permission": "support.tickets.update"}
    refusal(patched(cast.stranger, ticket, subject="x"), 404, "not_found")
    assert seen(cast.agent, ticket)["subject"] == ticket["subject"]
    data(patched(with_rights(cast.outsider, "tickets.view", "tickets.update"), ticket, subject="x"))


@pytest.mark.parametrize(
    "field", ["status", "description", "customerId", "assignee", "agentId", "number", "id", "mergedInto"]
)
def test_other_fields_are_named_as_unknown(cast, field):
    ticket = opened(cast.customer)
    assert refusal(patched(cast.agent, ticket, **{field: "1"}), 400, "invalid")["fields"].keys() == {field}
    assert seen(cast.customer, ticket) == ticket
