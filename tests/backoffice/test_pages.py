"""Say who opens which page, what the frame shows him, and what a refusal looks like."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.contrib import admin
from django.db import connection

from accounts.models import Role, Team, User
from accounts.operations import save_group
from audit.models import Entry
from chat.operations import hand_over, start
from tests.api import Api, data
from tests.backoffice.door import Pages
from tests.cast import Cast, customer, staff
from tickets.models import Ticket

PAGES = {
    "home": "/admin/",
    "staff": "/admin/accounts/user/?kind=staff",
    "customers": "/admin/accounts/user/?kind=customers",
    "add staff": "/admin/accounts/user/add/?kind=staff",
    "add customer": "/admin/accounts/user/add/?kind=customers",
    "a person": "/admin/accounts/user/{agent}/change/",
    "a customer": "/admin/accounts/user/{customer}/change/",
    "new password": "/admin/accounts/user/{agent}/password/",
    "teams": "/admin/accounts/team/",
    "a team": "/admin/accounts/team/{team}/change/",
    "groups": "/admin/auth/group/",
    "a group": "/admin/auth/group/{group}/change/",
    "audit": "/admin/audit/entry/",
    "an entry": "/admin/audit/entry/{entry}/change/",
    "own password": "/admin/password_change/",
    "samples": "/admin/samples/",
}
ANYBODY = {"home", "own password", "samples"}
AUDIT = {"audit", "an entry"}
# Which pages open (200); every other one is 403, or leads home when its object is out of sight.
OPEN = {
    "agent": ANYBODY,
    "lead": ANYBODY,
    "manager": ANYBODY | AUDIT,
    "administrator": set(PAGES),
    "customer manager": ANYBODY | {"customers", "staff", "add customer", "a customer"},
}


@pytest.fixture
def address(cast: Cast) -> Callable[[str], str]:
    """The address of a page of PAGES, for this test's people."""
    from django.contrib.auth.models import Group

    ids = {
        "agent": cast.agent.pk,
        "customer": cast.customer.pk,
        "team": cast.team.pk,
        "group": Group.objects.get(name="agent").pk,
        "entry": Entry.objects.order_by("pk")[0].pk,
    }
    return lambda page: PAGES[page].format(**ids)


def customer_manager(by: User) -> User:
    """Someone who manages customers alone."""
    group = save_group(None, name="front desk", codenames=["customers.manage"], by=by)
    person = staff("desk", Role.AGENT)
    person.groups.set([group])
    return person


def test_outside_every_page_leads_to_the_door(address: Callable[[str], str]) -> None:
    answers = [Pages().get(address(page)) for page in PAGES]
    assert {(answer.status_code, answer.headers["Location"].split("?")[0]) for answer in answers} == {
        (302, "/admin/login/")
    }


@pytest.mark.parametrize("role", OPEN)
def test_each_role_opens_its_pages_and_no_other(cast: Cast, address: Callable[[str], str], role: str) -> None:
    person = customer_manager(cast.administrator) if role == "customer manager" else getattr(cast, role)
    door = Pages(person)
    answers = {page: door.get(address(page)).status_code for page in PAGES}
    assert {page for page, status in answers.items() if status == 200} == OPEN[role]
    assert set(answers.values()) <= {200, 302, 403}
    assert {page for page, status in answers.items() if status == 302} <= {"a person", "new password"}


def test_who_manages_customers_sees_no_staff(cast: Cast) -> None:
    html = Pages(customer_manager(cast.administrator)).get("/admin/accounts/user/").content.decode()
    assert cast.customer.email in html
    assert cast.manager.email not in html


def test_a_refused_page_is_html_and_recorded(english: Cast, pages: Any, acts: Callable[..., list[Entry]]) -> None:
    response = pages(english.agent).get("/admin/accounts/team/")
    assert response.status_code == 403
    assert b"You may not open this page" in response.content
    (entry,) = acts("ACCESS_REFUSED")
    assert (entry.actor_id, entry.detail.metadata["door"]) == (english.agent.pk, "GET /admin/accounts/team/")


def test_a_refused_write_changes_nothing_and_is_recorded(cast: Cast, pages: Any, acts: Any) -> None:
    form = {"name": "Taken over", "email": "taken@example.test"}
    response = pages(cast.manager).send(f"/admin/accounts/user/{cast.agent.pk}/change/", form, page="/admin/")
    assert response.status_code in {302, 403}
    assert User.objects.get(pk=cast.agent.pk).name == cast.agent.name
    response = pages(cast.agent).send("/admin/auth/group/add/", {"name": "mine", "rights": "export"}, page="/admin/")
    assert response.status_code == 403
    assert len(acts("ACCESS_REFUSED")) >= 1


@pytest.mark.parametrize("path", ["/admin/xx/", "/admin/accounts/", "/admin/accounts/user/1/delete/", "/admin/r/1/1/"])
def test_what_is_not_there_is_a_page_too(cast: Cast, pages: Any, path: str) -> None:
    response = pages(cast.administrator).get(path)
    assert response.status_code in {302, 403, 404}
    assert response.headers["Content-Type"].startswith("text/html")


def test_outside_the_back_office_refusals_stay_json(db: None) -> None:
    response = Pages().get("/nothing-here")
    assert (response.status_code, response.headers["Content-Type"]) == (404, "application/json")


@pytest.mark.parametrize(("typed", "meant"), [("/admin", "/admin/"), ("/admin/accounts/team", "/admin/accounts/team/")])
def test_a_missing_last_slash_is_mended(cast: Cast, pages: Any, typed: str, meant: str) -> None:
    assert pages(cast.administrator).get(typed).headers["Location"] == meant


def test_the_navigation_shows_what_one_may_open(english: Cast, pages: Any) -> None:
    def entries(person: User) -> list[str]:
        html = pages(person).get("/admin/").content.decode()
        nav = html[html.index('<nav id="nav"') : html.index("</nav>", html.index('<nav id="nav"'))]
        return re.findall(r"</svg>([^<]+)</a>", nav)

    people = ["Customers", "Audit log", "Staff", "Teams", "Groups"]
    assert [entry for entry in entries(english.administrator) if entry in people] == people
    assert not set(entries(english.agent)) & set(people)


def test_the_page_shown_is_marked_in_the_navigation(english: Cast, pages: Any) -> None:
    door = pages(english.administrator)
    for path, label in {
        "/admin/": "Home",
        "/admin/accounts/user/?kind=customers": "Customers",
        f"/admin/accounts/user/{english.agent.pk}/change/": "Staff",
        f"/admin/accounts/user/{english.customer.pk}/change/": "Customers",
        "/admin/accounts/team/": "Teams",
    }.items():
        html = door.get(path).content.decode()
        nav = html[html.index('<nav id="nav"') : html.index("</nav>", html.index('<nav id="nav"'))]
        assert re.findall(r'aria-current="page"><svg[^>]*>.*?</svg>([^<]+)</a>', nav) == [label]


def test_a_model_that_no_area_names_still_appears(db: None) -> None:
    from backoffice.navigation import AREAS

    named = {entry.page for area in AREAS for entry in area.entries}
    assert {"accounts.user", "accounts.team", "auth.group", "audit.entry"} <= named
    assert all(model._meta.label_lower for model in admin.site._registry)


@pytest.mark.parametrize("language", ["ar", "en"])
def test_every_page_keeps_the_strict_policy(cast: Cast, address: Callable[[str], str], language: str) -> None:
    User.objects.filter(pk=cast.administrator.pk).update(language=language)
    door = Pages(cast.administrator)
    for page in PAGES:
        check_page(door.get(address(page)), language)


def check_page(response: Any, language: str) -> None:
    """Nothing inline, nothing from elsewhere, the right direction, one heading."""
    policy = response.headers["Content-Security-Policy"]
    assert "unsafe" not in policy
    assert "default-src 'none'" in policy
    html = response.content.decode()
    assert not re.search(r"<style|\sstyle=|\son[a-z]+=|javascript:", html)
    assert all("src=" in tag for tag in re.findall(r"<script[^>]*>", html))
    assert not re.search(r'(?:src|href)="(?:https?:)?//', html)
    direction = "rtl" if language == "ar" else "ltr"
    assert f'<html lang="{language}" dir="{direction}">' in html
    assert html.count("<h1") == 1


def test_the_style_sheets_know_no_left_and_no_right() -> None:
    css = "".join(path.read_text() for path in (Path(settings.BASE_DIR) / "backoffice/static/backoffice").glob("*.css"))
    rules = re.sub(r"/\*.*?\*/", "", css, flags=re.S)
    assert not re.findall(r"(?<![-\w])(?:left|right|(?:margin|padding|border)-(?:left|right|top|bottom))\s*:", rules)
    assert not re.findall(r"(?:text-align|float)\s*:\s*(?:left|right)", rules)
    assert not re.findall(r"https?:", rules)


@pytest.fixture
def no_database(transactional_db: None) -> Iterator[None]:
    """PostgreSQL out of reach: the connection looks for it where it is not."""
    connection.close()
    host = connection.settings_dict["HOST"]
    connection.settings_dict["HOST"] = "/nowhere"
    yield
    connection.close()
    connection.settings_dict["HOST"] = host


@pytest.mark.parametrize("cookie", ["", "somebody"])
@pytest.mark.parametrize("path", ["/admin/", "/admin/login/", "/admin/accounts/user/"])
def test_without_the_database_a_page_says_so(no_database: None, path: str, cookie: str) -> None:
    door = Pages()
    door.client.cookies["support_session"] = cookie
    response = door.get(path, accept_language="en")
    if not cookie:  # Nobody needs the database to see the door.
        assert response.status_code in {200, 302}
        return
    assert (response.status_code, response.headers["Retry-After"]) == (503, "2")
    assert b"The service is busy" in response.content


def test_without_the_database_signing_in_says_so_and_loses_nothing(no_database: None) -> None:
    door = Pages()
    response = door.sign_in("agent@example.test", "whatever-it-is")
    assert response.status_code == 503
    assert "الخدمة مشغولة" in response.content.decode()


def test_the_home_page_counts_what_one_may_see(english: Cast, pages: Any) -> None:
    def tiles(person: User) -> dict[str, str]:
        html = pages(person).get("/admin/").content.decode()
        return {
            label: value for value, label in re.findall(r"<strong>([^<]+)</strong><span>([^<]+)</span></a></li>", html)
        }

    customer("One more")
    body = {"subject": "A broken screen", "description": "It fell."}
    data(Api(english.customer).post("/tickets", body), 201)
    data(Api(english.customer).post("/tickets", body), 201)
    start(by=english.customer)
    hand_over(by=english.customer)
    mine = {"My tickets": "0", "Unassigned tickets": "2", "Late or nearly": "0", "Mentions": "0", "Waiting chats": "1"}
    assert tiles(english.agent) == tiles(english.administrator) == mine
    home = pages(english.agent).get("/admin/").content.decode()
    assert home.count("A broken screen") == 2
    Team.objects.create(name_ar="أخرى", name_en="Other")
    Ticket.objects.update(team=Team.objects.get(name_en="Other"))
    assert tiles(english.outsider)["Unassigned tickets"] == "0"


def test_only_who_may_read_the_log_sees_the_latest_activity(english: Cast, pages: Any) -> None:
    assert "Latest activity" in pages(english.manager).get("/admin/").content.decode()
    assert "Latest activity" not in pages(english.agent).get("/admin/").content.decode()
