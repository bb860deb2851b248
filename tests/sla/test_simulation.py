"""Drafts of policies and calendars run over real history: figures, what moves, and nothing changed until applied."""

from __future__ import annotations

import json

import pytest
from django.core.management import CommandError, call_command

from audit.models import Entry
from tests.sla.acts import RIYADH_SUNDAY, at, check, moment, office_hours, policy
from tests.tickets.acts import moved, opened, replied
from tests.tickets_admin.desk import Desk, fields_of, words_of
from tickets.models import BusinessCalendar, SlaPolicy, SlaPolicyVersion, Ticket


@pytest.fixture
def history(cast):
    """A policy of one hour, a ticket answered after 30 minutes, one after 90, and one that waits since 45 minutes."""
    kept = policy(cast.administrator, first=60, following=None, resolution=60_000, calendar=office_hours())
    for hours in (0.5, 1.5):
        with at(0):
            ticket = opened(cast.customer)
        with at(hours):
            check()
            replied(cast.agent, ticket)
            moved(cast.agent, ticket, "resolved")
    with at(1.5):
        opened(cast.customer)
    return kept


def _typed(first: str) -> dict[str, str]:
    return {f"first_response_{rank}": first for rank in ("low", "normal", "high", "urgent")}


def _form(desk: Desk, address: str) -> dict[str, str]:
    """The form as it is sent with no category or team chosen."""
    found = fields_of(desk.client.get(address), "")
    return {name: value for name, value in found.items() if name not in ("category_ids", "team_ids")}


def test_a_draft_is_tried_on_past_tickets_and_saved_only_when_applied(cast, history):
    manager = Desk(cast.manager)
    address = f"/admin/tickets/slapolicy/{history.pk}/change/"
    with at(2.25):
        form = {**_form(manager, address), **_typed("0:20")}
        tried = manager.client.post(address, {**form, "_try": "1"})
        said = words_of(tried)
        stored = SlaPolicyVersion.objects.get(policy=history)
        assert stored.targets["first_response"]["normal"] == 60
        assert not Entry.objects.filter(action="SLA_POLICY_UPDATED").exists()
        # One met and one missed first response, two resolutions; by the draft all first responses are late.
        assert "1 March 3 1 75 2 3 40" in said
        assert "Of 1 open ticket: Due earlier: 1 Missed at once: 1" in said
        applied = manager.client.post(address, {**fields_of(tried, ""), "_save": "1"})
        assert applied.status_code == 302
        SlaPolicy.objects.filter(pk=history.pk).update(is_default=False)
        SlaPolicyVersion.objects.create(policy=history, counts_from=moment(days=9).date(), tags=["vip"], targets={})
        assert "Tickets tagged vip" not in words_of(manager.client.get(address))
    with at(days=9):
        assert "Tickets tagged vip" in words_of(manager.client.get(address))
    assert SlaPolicyVersion.objects.get(policy=history, counts_from=None).targets["first_response"]["normal"] == 20


def test_a_draft_of_a_calendar_is_tried_too(cast, history):
    manager = Desk(cast.manager)
    address = f"/admin/tickets/businesscalendar/{BusinessCalendar.objects.get(is_default=True).pk}/change/"
    with at(2.25):
        form = {**fields_of(manager.client.get(address), ""), "day7": "11:00-17:00", "_try": "1"}
        said = words_of(manager.client.post(address, form))
    assert "1 March 3 1 75 4 0 100" in said
    assert "Due later: 1" in said


def test_a_draft_that_cannot_be_saved_is_not_tried(cast, history):
    manager = Desk(cast.manager)
    address = f"/admin/tickets/slapolicy/{history.pk}/change/"
    form = {**_form(manager, address), **_typed("nonsense"), "_try": "1"}
    assert "Write hours and minutes" in words_of(manager.client.post(address, form))
    agent = Desk(cast.agent)
    assert agent.client.post(address, form).status_code == 403


def test_the_command_prints_the_same_and_changes_nothing(cast, history, tmp_path, capsys):
    draft = tmp_path / "draft.json"
    targets = dict.fromkeys(("low", "normal", "high", "urgent"), 20)
    draft.write_text(json.dumps({"policies": {str(history.pk): {"targets": {"first_response": targets}}}}))
    before = list(Ticket.objects.order_by("pk").values("pk", "sla_due_at", "version"))
    with at(2.25):
        call_command("sla_simulate", str(draft), "--days", "7")
    lines = [line.split() for line in capsys.readouterr().out.splitlines()]
    assert ["all", "3", "1", "75", "2", "3", "40"] in lines
    assert ["week", "of", f"{RIYADH_SUNDAY:%Y-%m-%d}", "3", "1", "75", "2", "3", "40"] in lines
    assert list(Ticket.objects.order_by("pk").values("pk", "sla_due_at", "version")) == before
    assert SlaPolicyVersion.objects.get(policy=history).targets["first_response"]["normal"] == 60


@pytest.mark.parametrize(
    "draft",
    [
        "[]",
        "{",
        '{"x": 1}',
        '{"policies": {"0": {}}}',
        '{"calendars": {"1": {"weekly": {"1": ["x"]}}}}',
        '{"policies": 1}',
    ],
)
def test_a_draft_that_cannot_be_read_ends_the_command(cast, tmp_path, draft):
    file = tmp_path / "draft.json"
    file.write_text(draft)
    with pytest.raises(CommandError):
        call_command("sla_simulate", str(file))
