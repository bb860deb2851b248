"""People, teams and groups through the pages of the back office: every write is an operation."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any
from unittest import mock

import pytest
from django.contrib.auth.models import Group

from accounts.models import PasswordResetRequest, Role, Team, User
from audit.models import Entry
from tests.api import Api
from tests.backoffice.door import Pages, errors
from tests.cast import PASSWORD, Cast, fresh, staff

ADD_STAFF = "/admin/accounts/user/add/?kind=staff"
ADD_CUSTOMER = "/admin/accounts/user/add/?kind=customers"
PERSON = {"name": "Layla", "email": "Layla@Example.test", "phone": "0501234567", "language": "en", "role": "agent"}
NEW = "another-long-secret"


@pytest.fixture
def door(english: Cast) -> Pages:
    """The administrator's, in English."""
    return Pages(english.administrator)


def change_path(user: User) -> str:
    return f"/admin/accounts/user/{user.pk}/change/"


def form_of(user: User, **changes: Any) -> dict[str, Any]:
    """The form of a person's page as it stands, with changes."""
    form = {"name": user.name, "email": user.email, "phone": user.phone, "language": user.language}
    if user.is_agent:
        form |= {"role": user.role, "groups": list(user.groups.values_list("pk", flat=True))}
    if user.is_active:
        form["is_active"] = "on"
    return {name: value for name, value in {**form, **changes}.items() if value is not None}


def test_a_staff_member_is_added_with_the_rights_of_the_role(door: Pages, acts: Any) -> None:
    response = door.send(ADD_STAFF, {**PERSON, "password": NEW})
    assert response.status_code == 302
    layla = User.objects.get(email="layla@example.test")
    assert (layla.role, layla.phone, layla.language) == ("agent", "+966501234567", "en")
    assert fresh(layla).has_perm("support.tickets.reply")
    assert acts("USER_CREATED", entity_id=str(layla.pk))[0].actor_id
    assert Pages(layla, NEW).is_in()


def test_an_address_that_reads_as_another_one_is_refused_at_the_page_and_at_the_command_line(door: Pages) -> None:
    from django.core.management import CommandError, call_command

    for path in (ADD_STAFF, ADD_CUSTOMER):
        assert "Enter a valid email address." in errors(
            door.send(path, {**PERSON, "email": "layla@example.test\u202e"})
        )
    with mock.patch.dict("os.environ", {"DJANGO_SUPERUSER_PASSWORD": PASSWORD}), pytest.raises(CommandError):
        call_command("createsuperuser", "--noinput", "--email", "root@example\u200b.test", stdout=io.StringIO())
    assert not User.objects.filter(email__regex="^(layla|root)@").exists()


def test_without_a_password_a_link_is_mailed(door: Pages) -> None:
    assert door.send(ADD_STAFF, PERSON).status_code == 302
    assert PasswordResetRequest.objects.filter(email="layla@example.test").count() == 1


def test_a_customer_is_added_without_role_or_rights(door: Pages) -> None:
    assert door.send(ADD_CUSTOMER, {**PERSON, "role": "administrator"}).status_code == 302
    layla = User.objects.get(email="layla@example.test")
    assert (layla.role, fresh(layla).rights) == (Role.CUSTOMER, frozenset())


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("email", "", "required"),
        ("email", "no address", "valid email"),
        ("email", "{agent}", "already in use"),
        ("phone", "12", "not a phone number"),
        ("password", "short", "too short"),
        ("role", "customer", "not one of the available"),
        ("role", "system", "not one of the available"),
        ("language", "fr", "not one of the available"),
        ("name", "x" * 151, "at most 150"),
    ],
)
def test_a_wrong_entry_is_named_and_nothing_is_added(
    english: Cast, door: Pages, acts: Any, field: str, value: str, said: str
) -> None:
    before = (User.objects.count(), Entry.objects.count())
    response = door.send(ADD_STAFF, {**PERSON, field: value.format(agent=english.agent.email)})
    assert response.status_code == 200
    assert any(said in error for error in errors(response)), errors(response)
    assert (User.objects.count(), Entry.objects.count()) == before


def test_a_refusal_of_the_operation_is_the_forms_error_and_undoes_everything(
    english: Cast, door: Pages, acts: Any
) -> None:
    me = english.administrator
    response = door.send(change_path(me), form_of(me, name="Changed first", is_active=None))
    assert response.status_code == 200
    assert "You cannot disable yourself." in errors(response)
    assert User.objects.get(pk=me.pk).name == me.name
    assert not acts("USER_UPDATED", entity_id=str(me.pk))


def test_a_person_is_changed_and_old_and_new_are_recorded(english: Cast, door: Pages, acts: Any) -> None:
    response = door.send(change_path(english.agent), form_of(english.agent, name="Renamed", phone="+966500000001"))
    assert response.status_code == 302
    (entry,) = acts("USER_UPDATED", entity_id=str(english.agent.pk))
    assert entry.detail.new_values == {"name": "Renamed", "phone": "+966500000001"}
    assert entry.actor_id == english.administrator.pk


def test_saving_without_a_change_records_nothing(english: Cast, door: Pages) -> None:
    before = Entry.objects.count()
    assert door.send(change_path(english.agent), form_of(english.agent)).status_code == 302
    assert Entry.objects.count() == before


def test_columns_that_the_form_does_not_show_cannot_be_sent(english: Cast, door: Pages) -> None:
    hidden = {
        "is_superuser": "on",
        "user_permissions": "1",
        "password": "plain",
        "availability": "available",
        "id": "1",
    }
    assert door.send(change_path(english.agent), form_of(english.agent, **hidden)).status_code == 302
    after = User.objects.get(pk=english.agent.pk)
    assert (after.is_superuser, after.password, after.availability) == (False, english.agent.password, "offline")
    assert not after.user_permissions.exists()


def test_a_person_is_disabled_and_let_in_again(english: Cast, door: Pages) -> None:
    api = Api(english.agent)
    assert door.send(change_path(english.agent), form_of(english.agent, is_active=None)).status_code == 302
    assert api.get("/auth/me").status_code == 401
    off = User.objects.get(pk=english.agent.pk)
    assert door.send(change_path(off), form_of(off, is_active="on")).status_code == 302
    assert Pages(english.agent).is_in()


def test_several_are_disabled_at_once_and_a_refusal_stops_no_other(english: Cast, door: Pages) -> None:
    chosen = [english.agent.pk, english.administrator.pk, english.colleague.pk]
    form = {"action": "disable", "_selected_action": chosen, "index": "0"}
    response = door.send("/admin/accounts/user/?kind=staff", form)
    page = door.get(response.headers["Location"]).content.decode()
    assert "2 people were disabled." in page
    assert "You cannot disable yourself." in page
    assert User.objects.filter(pk__in=chosen, is_active=True).count() == 1


def test_nobody_is_deleted(english: Cast, door: Pages) -> None:
    path = f"/admin/accounts/user/{english.agent.pk}/delete/"
    assert door.get(path).status_code == 403
    form = {"action": "delete_selected", "_selected_action": [english.agent.pk], "post": "yes"}
    door.send("/admin/accounts/user/", form)
    assert User.objects.filter(pk=english.agent.pk).exists()


def test_a_new_password_ends_the_persons_sessions(english: Cast, door: Pages) -> None:
    theirs, api = Pages(english.agent), Api(english.agent)
    path = f"/admin/accounts/user/{english.agent.pk}/password/"
    weak = door.send(path, {"password": "short", "again": "short"})
    assert "too short" in " ".join(errors(weak))
    assert theirs.is_in()
    assert door.send(path, {"password": NEW, "again": NEW}).status_code == 302
    assert not theirs.is_in()
    assert api.get("/auth/me").status_code == 401
    assert Pages(english.agent, NEW).is_in()


def test_ones_own_password_is_changed_with_the_old_one(english: Cast, door: Pages) -> None:
    response = door.get(f"/admin/accounts/user/{english.administrator.pk}/password/")
    assert response.headers["Location"] == "/admin/password_change/"


def test_a_right_taken_from_a_group_is_gone_at_the_next_request(english: Cast, door: Pages) -> None:
    api, back_office = Api(english.manager), Pages(english.manager)
    assert api.get("/audit").status_code == 200
    assert back_office.get("/admin/audit/entry/").status_code == 200
    group = Group.objects.get(name="manager")
    rights = [row.codename for row in group.permissions.all() if row.codename != "audit.view"]
    path = f"/admin/auth/group/{group.pk}/change/"
    assert door.send(path, {"name": "manager", "rights": rights}).status_code == 302
    assert api.get("/audit").status_code == 403
    assert back_office.get("/admin/audit/entry/").status_code == 403
    assert door.send(path, {"name": "manager", "rights": [*rights, "audit.view"]}).status_code == 302
    assert api.get("/audit").status_code == 200


def test_a_group_taken_from_a_person_is_gone_at_the_next_request(english: Cast, door: Pages) -> None:
    api = Api(english.manager)
    assert door.send(change_path(english.manager), form_of(english.manager, groups=None)).status_code == 302
    assert api.get("/audit").status_code == 403


def test_a_group_shows_the_catalogue_in_both_languages(door: Pages) -> None:
    from accounts.catalogue import CATALOGUE

    group = Group.objects.get(name="agent")
    html = door.get(f"/admin/auth/group/{group.pk}/change/").content.decode()
    assert html.count('name="rights"') == len(CATALOGUE)
    assert html.count("checked") == group.permissions.count()
    assert "Assign tickets to agents and teams" in html
    assert "إسناد" in html
    assert "support.tickets.assign" in html


@pytest.mark.parametrize(
    ("form", "said"),
    [
        ({"name": "", "rights": "export"}, "required"),
        ({"name": "agent", "rights": "export"}, "already exists"),
        ({"name": "odd", "rights": "add_user"}, "not one of the available"),
    ],
)
def test_a_wrong_group_is_named_and_nothing_is_added(door: Pages, form: dict[str, str], said: str) -> None:
    before = Group.objects.count()
    response = door.send("/admin/auth/group/add/", form)
    assert any(said in error for error in errors(response)), errors(response)
    assert Group.objects.count() == before


def members(*rows: tuple[int, bool], team: Team | None = None) -> dict[str, Any]:
    """The rows of a team's form: those it has, then new ones."""
    held = list(team.memberships.order_by("pk")) if team else []
    form: dict[str, Any] = {"memberships-TOTAL_FORMS": len(held) + len(rows), "memberships-INITIAL_FORMS": len(held)}
    for index, row in enumerate(held):
        form |= {f"memberships-{index}-id": row.pk, f"memberships-{index}-user": row.user_id}
        form |= {f"memberships-{index}-is_lead": "on"} if row.is_lead else {}
    for index, (user_id, leads) in enumerate(rows, len(held)):
        form |= {f"memberships-{index}-user": user_id}
        form |= {f"memberships-{index}-is_lead": "on"} if leads else {}
    return form


def test_a_team_is_made_with_its_members_and_lead(english: Cast, door: Pages, acts: Any) -> None:
    rows = members((english.agent.pk, False), (english.lead.pk, True))
    form = {"name_ar": "الدعم", "name_en": "Support", "is_active": "on", **rows}
    assert door.send("/admin/accounts/team/add/", form).status_code == 302
    team = Team.objects.get(name_en="Support")
    assert dict(team.memberships.values_list("user_id", "is_lead")) == {english.agent.pk: False, english.lead.pk: True}
    (entry,) = acts("TEAM_CREATED")
    assert entry.detail.new_values["leads"] == [str(english.lead.pk)]


def test_a_team_gets_and_loses_members(english: Cast, door: Pages) -> None:
    team = english.team
    form = {"name_ar": team.name_ar, "name_en": team.name_en, "is_active": "on"}
    rows = {**members((english.agent.pk, False), team=team), "memberships-0-DELETE": "on"}
    assert door.send(f"/admin/accounts/team/{team.pk}/change/", {**form, **rows}).status_code == 302
    assert list(team.memberships.values_list("user_id", flat=True)) == [english.agent.pk]


@pytest.mark.parametrize("who", ["customer", "guest", "nobody"])
def test_only_staff_can_be_in_a_team(english: Cast, door: Pages, who: str) -> None:
    user_id = 10**9 if who == "nobody" else getattr(english, who).pk
    form = {"name_ar": "الدعم", "name_en": "Support", "is_active": "on", **members((user_id, False))}
    response = door.send("/admin/accounts/team/add/", form)
    assert (response.status_code, bool(errors(response))) == (200, True)
    assert not Team.objects.filter(name_en="Support").exists()


def test_a_team_name_in_use_is_refused(english: Cast, door: Pages) -> None:
    form = {"name_ar": "الدعم", "name_en": english.team.name_en, **members()}
    assert any("already exists" in error for error in errors(door.send("/admin/accounts/team/add/", form)))


def test_the_history_of_a_thing_is_its_audit_log(english: Cast, door: Pages) -> None:
    response = door.get(f"/admin/accounts/user/{english.agent.pk}/history/")
    html = door.get(response.headers["Location"]).content.decode()
    assert "Person added" in html
    assert english.agent.email in html
    assert english.colleague.email not in html


def test_djangos_own_log_stays_empty(english: Cast, door: Pages) -> None:
    from django.contrib.admin.models import LogEntry

    door.send(ADD_STAFF, {**PERSON, "password": NEW})
    door.send(change_path(english.agent), form_of(english.agent, name="Renamed"))
    assert not LogEntry.objects.exists()


def test_names_are_shown_as_text(english: Cast, door: Pages) -> None:
    User.objects.filter(pk=english.agent.pk).update(name="<script>alert(1)</script>")
    for path in ("/admin/accounts/user/", change_path(english.agent), "/admin/accounts/team/add/"):
        assert b"<script>alert" not in door.get(path).content


@pytest.mark.parametrize("path", ["/admin/accounts/user/", "/admin/accounts/team/", "/admin/auth/group/"])
def test_a_list_asks_as_much_for_twenty_rows_as_for_one(
    english: Cast, door: Pages, path: str, django_assert_num_queries: Callable[..., Any]
) -> None:
    def queries() -> int:
        from django.db import connection
        from django.test.utils import CaptureQueriesContext

        with CaptureQueriesContext(connection) as caught:
            assert door.get(path).status_code == 200
        return len(caught)

    few = queries()
    for number in range(20):
        person = staff(f"extra{number}", Role.AGENT)
        team = Team.objects.create(name_ar=f"فريق {number}", name_en=f"Team {number}")
        team.memberships.create(user=person, is_lead=True)
        Group.objects.create(name=f"group {number}").user_set.add(person)
    assert queries() == few <= 12


def test_the_page_of_a_team_asks_once_for_all_its_choices(english: Cast, door: Pages) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    def queries() -> int:
        with CaptureQueriesContext(connection) as caught:
            assert door.get(f"/admin/accounts/team/{english.team.pk}/change/").status_code == 200
        return len(caught)

    few = queries()
    for number in range(10):
        english.team.memberships.create(user=staff(f"extra{number}", Role.AGENT))
    assert queries() == few


def test_the_list_is_searched_and_filtered(english: Cast, door: Pages) -> None:
    html = door.get(f"/admin/accounts/user/?kind=staff&q={english.lead.email}").content.decode()
    assert html.count('class="field-person"') == 1
    html = door.get("/admin/accounts/user/?kind=staff&role=lead").content.decode()
    assert english.lead.email in html
    assert english.agent.email not in html
    assert "Nothing matches." in door.get("/admin/accounts/user/?q=zzzzz").content.decode()


@pytest.mark.parametrize(
    "query", ["kind=odd", "role=odd", "p=99999", "o=99", "is_active__exact=x", "q=%00", "password__startswith=a"]
)
def test_odd_filters_are_answered_calmly(door: Pages, query: str) -> None:
    response = door.get(f"/admin/accounts/user/?{query}")
    assert response.status_code in {200, 302, 400}


def test_the_superuser_of_the_command_line_enters(db: None) -> None:
    from django.core.management import call_command

    with mock.patch.dict("os.environ", {"DJANGO_SUPERUSER_PASSWORD": PASSWORD}):
        call_command("createsuperuser", "--noinput", "--email", "root@example.test", stdout=io.StringIO())
    root = fresh(User.objects.get(email="root@example.test"))
    assert (root.role, root.is_superuser, root.name) == ("administrator", True, "root@example.test")
    assert Pages(root).is_in()


def test_a_password_given_at_the_command_line_ends_sessions_and_is_audited(cast: Cast, acts: Any) -> None:
    from django.core.management import CommandError, call_command

    api = Api(cast.agent)
    with mock.patch("getpass.getpass", side_effect=["one-long-secret-1", "another-secret-2", "short", "short"]):
        for _attempt in range(2):
            with pytest.raises(CommandError):
                call_command("changepassword", cast.agent.email, stdout=io.StringIO())
    assert api.get("/auth/me").status_code == 200
    with mock.patch("getpass.getpass", return_value=NEW):
        call_command("changepassword", str(cast.agent.email).upper(), stdout=io.StringIO())
    assert api.get("/auth/me").status_code == 401
    assert Pages(cast.agent, NEW).is_in()
    (entry,) = acts("PASSWORD_CHANGED", entity_id=str(cast.agent.pk))
    assert entry.actor_id is None
