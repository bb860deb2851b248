"""The audit log in the back office: read, filtered, never changed; hostile values are text."""

from __future__ import annotations

import datetime
import re
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from django.utils.translation import override

from accounts.operations import update_profile, update_staff
from audit.admin import changes, distinct
from audit.erasure import erase_details
from audit.models import Entry
from audit.recorder import record
from core.operation import operation
from tests.backoffice.door import Pages
from tests.cast import Cast

LIST = "/admin/audit/entry/"


@pytest.fixture
def door(english: Cast) -> Pages:
    """The manager's, who may read the log and no more."""
    return Pages(english.manager)


@operation
def act(name: str, thing: Any, by: Any, **values: Any) -> None:
    """An act of a test."""
    record(name, thing, by=by, **values)


def shown(response: Any) -> int:
    """How many entries a list shows."""
    return len(re.findall(r'<t[hd] class="field-act"', response.content.decode()))


def test_an_entry_shows_old_and_new_side_by_side(english: Cast, door: Pages) -> None:
    update_staff(english.agent.pk, changes={"name": "After <b>bold</b>"}, by=english.administrator)
    entry = Entry.objects.filter(action="USER_UPDATED").latest("pk")
    html = door.get(f"{LIST}{entry.pk}/change/").content.decode()
    assert f'<del dir="auto">{english.agent.name}</del>' in html
    assert '<ins dir="auto">After &lt;b&gt;bold&lt;/b&gt;</ins>' in html
    assert "USER_UPDATED" in html


def test_lists_are_compared_item_by_item() -> None:
    (change,) = changes({"permissions": ["a", "b"]}, {"permissions": ["b", "c"]})
    assert [tuple(part) for part in change.before or []] == [("a", True), ("b", False)]
    assert [tuple(part) for part in change.after or []] == [("b", False), ("c", True)]


def test_values_of_every_shape_are_text() -> None:
    old, new = {"gone": None, "flag": True}, {"flag": False, "deep": {"x": [1]}, "text": "ب"}
    with override("en"):
        found = {change.name: (change.before, change.after) for change in changes(old, new)}
    assert list(found) == ["gone", "flag", "deep", "text"]
    assert found["gone"][1] is None
    assert found["flag"][0] == [("Yes", True)]
    assert found["text"] == (None, [("ب", True)])


def test_an_erased_detail_is_said_to_be_erased(english: Cast, door: Pages) -> None:
    entry = Entry.objects.filter(entity_id=str(english.agent.pk)).latest("pk")
    assert erase_details([entry.pk], by=english.administrator) == 1
    html = door.get(f"{LIST}{entry.pk}/change/").content.decode()
    assert "were erased" in html
    assert english.agent.email not in html
    assert door.get(LIST).status_code == 200


@pytest.mark.parametrize("path", [f"{LIST}add/", LIST + "{id}/change/", LIST + "{id}/delete/"])
def test_nothing_is_written_here(english: Cast, path: str) -> None:
    administrator = Pages(english.administrator)
    first = Entry.objects.order_by("pk")[0]
    before = Entry.objects.count()
    response = administrator.send(path.format(id=first.pk), {"action": "X", "post": "yes"}, page="/admin/")
    assert response.status_code in {200, 403}
    refusals = Entry.objects.filter(action="ACCESS_REFUSED").count()
    assert Entry.objects.count() == before + refusals
    assert Entry.objects.get(pk=first.pk).action == first.action


def test_the_log_is_filtered_by_act_thing_person_and_day(english: Cast, door: Pages) -> None:
    update_profile(english.agent.pk, changes={"name": "Other"}, by=english.agent)
    today = timezone.localdate()
    yesterday = today - datetime.timedelta(days=1)
    assert shown(door.get(f"{LIST}?action=USER_UPDATED")) == 1
    assert shown(door.get(f"{LIST}?actor_id={english.agent.pk}")) == 1
    assert shown(door.get(f"{LIST}?entity_type=user&entity_id={english.agent.pk}")) == 2
    assert shown(door.get(f"{LIST}?q={english.agent.pk}")) >= 2
    assert shown(door.get(f"{LIST}?created_at_from={today}&created_at_to={today}&action=USER_UPDATED")) == 1
    assert shown(door.get(f"{LIST}?created_at_to={yesterday}")) == 0


@pytest.mark.parametrize(
    "query",
    [
        "created_at_from=x",
        "created_at_from=9999-12-31&created_at_to=9999-12-31",
        "actor_id=x",
        "actor_id=99999999999999999999",
        "actor_id=٣",
        "entity_id=%00",
        "q=%00",
        "action=",
        "p=0",
        "p=-1",
    ],
)
def test_odd_filters_are_answered_calmly(door: Pages, query: str) -> None:
    assert door.get(f"{LIST}?{query}").status_code in {200, 302, 400}


def test_the_choices_of_a_filter_come_from_the_index(english: Cast) -> None:
    assert distinct("action") == sorted(set(Entry.objects.order_by().values_list("action", flat=True).distinct()))
    assert distinct("entity_type") == sorted(set(Entry.objects.order_by().values_list("entity_type", flat=True)))


def test_the_list_asks_as_much_for_twenty_rows_as_for_one(english: Cast, door: Pages) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as caught:
            assert door.get(LIST).status_code == 200
        return len(caught)

    few = queries()
    for _number in range(20):
        act("USER_UPDATED", english.agent, english.administrator, new={"name": "x"})
    assert queries() == few <= 12


def test_hostile_values_are_text_in_list_and_entry(english: Cast, door: Pages) -> None:
    evil = '"><script>alert(1)</script>'
    update_profile(english.agent.pk, changes={"name": evil}, by=english.agent)
    entry = Entry.objects.latest("pk")
    for path in (LIST, f"{LIST}{entry.pk}/change/", "/admin/"):
        assert b"<script>alert" not in door.get(path).content


def test_every_act_that_the_code_records_has_its_words() -> None:
    from pathlib import Path

    from django.apps import apps
    from django.conf import settings

    from audit.words import ACTIONS

    sources = [
        path
        for app in apps.get_app_configs()
        if Path(app.path).parent == Path(settings.BASE_DIR)
        for path in Path(app.path).rglob("*.py")
    ]
    named = {
        name
        for path in sources
        for call in re.findall(r"\brecord\(\s*(.*?),\n?", path.read_text(), re.S)
        for name in re.findall(r'"([A-Z][A-Z_]+)"', call)
    }
    assert named <= set(ACTIONS), sorted(named - set(ACTIONS))
    assert len(named) > 15
