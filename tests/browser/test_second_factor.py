"""Setting up the second factor and signing in with it, as a person does both."""

from __future__ import annotations

import time
from base64 import b32decode
from collections.abc import Callable

import pytest
from django_otp.oath import TOTP

from tests.browser.site import BOSS, Visitor
from tests.cast import PASSWORD

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]


def code_of(key: str, steps: int = 0) -> str:
    """Return the code of so many steps from now. Those of now and of the next step stay good for 30 s at least."""
    totp = TOTP(b32decode(key))
    totp.time = time.time() + 30 * steps
    return f"{totp.token():06d}"


@pytest.mark.parametrize(("language", "scheme", "width"), [("ar", "light", 1440), ("en", "dark", 390)])
def test_one_sets_it_up_signs_in_with_it_and_switches_it_off(
    visit: Callable[..., Visitor], language: str, scheme: str, width: int
) -> None:
    visitor = visit(language, scheme, width)
    page = visitor.page
    visitor.go("/admin/account/second-factor")
    page.click("button[name=act][value=start]")
    # Before the answer is there, the last details are another page's, and there is no key to read.
    page.wait_for_selector("svg.qr")
    page.click("details summary >> nth=-1")
    key = "".join(page.locator("ul.secret code").all_inner_texts())
    assert page.locator("svg.qr").bounding_box()["width"] > 200
    page.fill("#id_code", code_of(key))
    page.press("#id_code", "Enter")
    page.wait_for_selector("ul.secret code >> nth=9")
    codes = page.locator("ul.secret code").all_inner_texts()
    assert len(codes) == 10

    second = visit(language, scheme, width, signed_in=False)
    second.page.fill("#id_username", BOSS)
    second.page.fill("#id_password", PASSWORD)
    second.page.keyboard.press("Enter")
    second.page.wait_for_url("**/admin/login/code")
    assert second.page.evaluate("document.activeElement.id") == "id_code"
    second.page.keyboard.type(code_of(key, 1))
    second.page.keyboard.press("Enter")
    second.page.wait_for_url("**/admin/")

    visitor.go("/admin/account/second-factor")
    page.fill("#id_password", PASSWORD)
    page.fill("#id_code", codes[0])
    page.click("button[value=disable]")
    page.wait_for_selector("button[value=start]")
    assert visitor.complaints == second.complaints == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
