"""The back office as a person meets it: both languages, both schemes, desk and phone, keyboard, no complaint."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

import pytest

from tests.browser.examine import LOOKS, faults
from tests.browser.site import Visitor

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

Visit = Callable[..., Visitor]
PAGES = (
    "/admin/",
    "/admin/accounts/user/?kind=staff",
    "/admin/accounts/user/{person}/change/",
    "/admin/accounts/user/{person}/password/",
    "/admin/accounts/user/add/?kind=staff",
    "/admin/accounts/team/",
    "/admin/accounts/team/{team}/change/",
    "/admin/accounts/team/?q=nothing-like-it",
    "/admin/auth/group/",
    "/admin/auth/group/{group}/change/",
    "/admin/audit/entry/",
    "/admin/audit/entry/{entry}/change/",
    "/admin/password_change/",
    "/admin/samples/",
    "/admin/account/second-factor",
    "/admin/password/forgot",
    "/admin/password/reset/made-up",
)


@pytest.mark.parametrize(("language", "direction"), [("ar", "rtl"), ("en", "ltr")])
def test_one_signs_in_by_keyboard_alone(visit: Visit, language: str, direction: str) -> None:
    visitor = visit(language, signed_in=False)
    assert (visitor.attribute("lang"), visitor.attribute("dir")) == (language, direction)
    assert visitor.page.evaluate("document.activeElement.id") == "id_username"
    visitor.sign_in()
    visitor.speak(language)
    assert visitor.attribute("dir") == direction
    navigation = visitor.page.locator("#nav").bounding_box()
    content = visitor.page.locator("main").bounding_box()
    assert (navigation["x"] > content["x"]) == (direction == "rtl")
    assert visitor.complaints == []


@pytest.mark.parametrize(("language", "scheme", "width"), LOOKS)
def test_no_page_complains_overflows_or_keeps_anybody_out(
    visit: Visit, axe: str, language: str, scheme: str, width: int
) -> None:
    visitor = visit(language, scheme, width)
    page, found = visitor.page, []
    for path in PAGES:
        assert visitor.go(path).status == 200, path
        assert (visitor.attribute("lang"), visitor.attribute("data-theme")) == (language, "auto")
        dark = page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(15, 21, 24)"
        assert dark == (scheme == "dark")
        found += faults(page, axe, path)
    assert found == []
    assert page.evaluate("document.fonts.check('16px \"IBM Plex Sans Arabic\"')")
    assert visitor.complaints == []


def test_the_navigation_of_a_phone_opens_closes_and_leads(visit: Visit) -> None:
    page = visit("ar", width=390).page
    teams = page.locator("#nav a", has_text="الفرق")
    page.click(".nav-toggle")
    page.click("#nav summary")
    assert teams.is_visible()
    page.keyboard.press("Escape")
    assert not teams.is_visible()
    assert page.evaluate("document.activeElement.className").startswith("nav-toggle")
    page.keyboard.press("Enter")
    teams.click()
    page.wait_for_url("**/admin/accounts/team/")


def test_the_scheme_that_one_chooses_stays(visit: Visit) -> None:
    visitor = visit()
    visitor.page.click(".theme-toggle")
    assert visitor.attribute("data-theme") == "dark"
    visitor.go("/admin/accounts/team/")
    assert visitor.attribute("data-theme") == "dark"
    assert visitor.page.evaluate("getComputedStyle(document.body).colorScheme") == "dark"


def test_the_keyboard_skips_to_the_content_and_opens_menus(visit: Visit) -> None:
    visitor = visit()
    visitor.go("/admin/accounts/user/?kind=staff")
    page = visitor.page
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip-to-content-link"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "content-start"
    summary = page.locator("details.filter summary").nth(1)
    summary.focus()
    page.keyboard.press("Enter")
    choice = page.locator("details.filter[open] a", has_text="Lead")
    assert choice.is_visible()
    page.keyboard.press("Escape")
    assert not choice.is_visible()
    assert summary.evaluate("el => el === document.activeElement")


def test_a_team_is_made_with_members_in_the_browser(visit: Visit) -> None:
    visitor = visit("en", width=390)
    visitor.go("/admin/accounts/team/add/")
    page, name = visitor.page, f"Night shift {uuid.uuid4().hex[:6]}"
    page.fill("#id_name_ar", name.replace("Night shift", "الليل"))
    page.fill("#id_name_en", name)
    page.click(".add-row a")
    page.select_option("#id_memberships-0-user", label="Hana Kim · staff2@example.test")
    page.check("#id_memberships-0-is_lead")
    page.click("input[name=_save]")
    page.wait_for_url("**/admin/accounts/team/")
    assert page.locator("tr", has_text=name).locator(".field-leading").inner_text().endswith("Hana Kim")
    assert visitor.complaints == []


def test_a_wrong_entry_is_announced_and_what_was_typed_stays(visit: Visit) -> None:
    visitor: Any = visit("ar")
    visitor.go("/admin/accounts/user/add/?kind=customers")
    page = visitor.page
    page.fill("#id_name", "ريم")
    page.fill("#id_email", "customer0@example.test")
    page.click("input[name=_save]")
    page.wait_for_selector(".errorlist")
    assert "مستخدم" in page.locator(".field-email .errorlist").inner_text()
    assert page.input_value("#id_name") == "ريم"
    assert page.get_attribute("#id_email", "aria-invalid") == "true"
