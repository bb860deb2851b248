"""Every search of the back office finds what is written otherwise: letters, digits, phones, signs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.db import connection
from django.urls import reverse

from accounts.models import Team, User
from accounts.operations import update_profile
from bot.models import Rule
from chat.operations import start
from core.search_words import words_of
from tests.cast import Cast, customer
from tests.tickets_admin.desk import Desk, text_of
from tickets.models import CannedResponse, Category

LISTS = {
    "accounts_user_changelist": "أحمد العَمْري",
    "tickets_ticket_add": "أحمد العَمْري",
    "chat_session_changelist": "أحمد العَمْري",
    "tickets_cannedresponse_changelist": "إعتذار",
    "tickets_category_changelist": "أجهزة",
    "accounts_team_changelist": "مكتبة",
    "bot_rule_changelist": "ساعات العمل الرسميّة",
    "auth_group_changelist": "مُناوبة",
}
Find = Callable[[str, str], str]


@pytest.fixture
def find(cast: Cast) -> Find:
    """`find(list, text)` is the page of a list after a search, in Arabic."""
    person = customer("أحمد العَمْري")
    update_profile(person.pk, changes={"phone": "+966551234567"}, by=person)
    start(by=person)
    CannedResponse.objects.create(title_ar="إعتذار", title_en="Apology", body_ar="نعتذر", body_en="Sorry", shortcut="s")
    Category.objects.create(name_ar="أجهزة", name_en="Devices")
    Team.objects.create(name_ar="مكتبة", name_en="Library")
    Rule.objects.create(
        name_ar="ساعات العمل الرسميّة", name_en="H", response_ar="٩", response_en="9", priority=1, trigger_patterns=["h"]
    )
    Group.objects.create(name="مُناوبة")
    client = Desk(cast.administrator, language="ar").client

    def page(name: str, text: str) -> str:
        return text_of(client.get(reverse(f"admin:{name}"), {"q": text}))

    return page


@pytest.mark.parametrize(
    ("name", "typed"),
    [
        ("accounts_user_changelist", "احمد العمري"),
        ("accounts_user_changelist", "العمرى، احمد"),
        ("accounts_user_changelist", "(أحـــمد) “العُمري”؛"),
        ("tickets_ticket_add", "احمد العمري"),
        ("chat_session_changelist", "احمد العمري"),
        ("tickets_cannedresponse_changelist", "اعتذار"),
        ("tickets_cannedresponse_changelist", "«APOLOGY»"),
        ("tickets_category_changelist", "اجهزه"),
        ("accounts_team_changelist", "مكتبه"),
        ("bot_rule_changelist", "الرسمية ساعات"),
        ("auth_group_changelist", "مناوبه"),
    ],
)
def test_letters_are_folded_in_every_list(find: Find, name: str, typed: str) -> None:
    assert LISTS[name] in find(name, typed)
    assert LISTS[name] not in find(name, "قثصضف")


@pytest.mark.parametrize("name", ["accounts_user_changelist", "tickets_ticket_add", "chat_session_changelist"])
@pytest.mark.parametrize(
    "phone",
    [
        "0551234567",
        "055 123 4567",
        "00966551234567",
        "٠٥٥١٢٣٤٥٦٧",
        "+966551234567",
        "(055) 123-4567",
        "۰۰۹۶۶ ۵۵ ۱۲۳ ۴۵۶۷",
    ],
)
def test_a_person_is_found_by_phone_however_it_is_written(find: Find, name: str, phone: str) -> None:
    assert LISTS[name] in find(name, phone)
    assert LISTS[name] not in find(name, phone.replace("7", "8").replace("٧", "٨").replace("۷", "۸"))


def test_percent_and_underscore_are_themselves(find: Find) -> None:
    assert LISTS["accounts_team_changelist"] not in find("accounts_team_changelist", "%")
    assert LISTS["accounts_team_changelist"] not in find("accounts_team_changelist", "_كتبة")


def test_people_are_found_by_an_index(find: Find) -> None:
    """The expression of the search is that of the index."""
    with connection.cursor() as cursor:
        cursor.execute("set local enable_seqscan = off")
        plan = User.objects.holding("العمري").explain()
    assert "user_search" in plan


@pytest.mark.parametrize(
    ("typed", "forms"),
    [
        ("50%", [("50%",)]),
        ("#TKT-2026-000223", [("#tkt-2026-000223",)]),
        ("طلب 055 123 4567", [("طلب",), ("055 123 4567", "551234567")]),
        ("20261129", [("20261129",)]),
    ],
)
def test_a_phone_is_one_word_and_other_numbers_stay_as_typed(db: Any, typed: str, forms: list[tuple[str, ...]]) -> None:
    assert [word.forms for word in words_of(typed).all] == forms
