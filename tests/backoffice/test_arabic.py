"""The back office as an Arabic reader sees it: words, not codes, and headings and buttons in their proper forms."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.urls import reverse

from accounts.models import User
from accounts.operations import save_group, update_staff
from chat.operations import accept, start
from tests.cast import Cast
from tests.tickets_admin.desk import Desk, opened, words_of
from tickets.operations import NewMessage, NewTicket, add_message, assign, create_ticket


@pytest.fixture
def office(cast: Cast) -> Any:
    """The administrator at an Arabic desk, as a getter of pages by name."""
    desk = Desk(cast.administrator, language="ar")

    def page(name: str, *args: Any, **query: Any) -> str:
        response = desk.client.get(reverse(f"admin:{name}", args=args), query, follow=True)
        assert response.status_code == 200
        return words_of(response)

    return page


@pytest.mark.parametrize(
    ("page", "words"),
    [
        ("tickets_ticket_changelist", "تذكرة جديدة"),
        ("tickets_category_changelist", "تصنيف جديد"),
        ("tickets_category_add", "تصنيف جديد"),
        ("tickets_cannedresponse_changelist", "رد جاهز جديد"),
        ("bot_rule_changelist", "قاعدة جديدة"),
        ("accounts_team_changelist", "فريق جديد"),
        ("accounts_team_add", "فريق جديد"),
        ("auth_group_changelist", "مجموعة جديدة"),
        ("accounts_user_changelist", "عميل جديد"),
        ("accounts_user_changelist", "موظف جديد"),
        ("accounts_user_add", "موظف جديد"),
    ],
)
def test_what_is_added_is_called_new(office: Any, page: str, words: str) -> None:
    shown = office(page)
    assert words in shown
    assert "أضف" not in shown


def test_no_page_of_a_list_or_a_form_commands_its_reader(office: Any, cast: Cast) -> None:
    opened(cast.customer)
    shown = office("tickets_ticket_changelist") + office("accounts_team_add")
    for command, noun in [("احفظ", ""), ("ابحث", "بحث"), ("نفّذ", "تنفيذ")]:
        assert command not in shown
        assert noun in shown


def test_boxes_and_icons_of_a_list_command_nobody(cast: Cast) -> None:
    client = Desk(cast.administrator, language="ar").client
    people = client.get(reverse("admin:accounts_user_changelist")).content.decode()
    rule = client.get(reverse("admin:tickets_assignmentrule_add")).content.decode()
    for command, noun, page in [
        ("حدد هذا", "تحديد «", people),
        ("حدد جميع", "تحديد كل ما في", people),
        ("أضف", "إضافة:", rule),
    ]:
        assert command not in page
        assert noun in page


def test_headings_of_lists_are_definite(office: Any, cast: Cast) -> None:
    opened(cast.customer)
    shown = office("tickets_ticket_changelist")
    for heading in ("التذكرة", "العميل", "التصنيف", "الحالة", "الأولوية"):
        assert f" {heading} " in shown


def test_nothing_chosen_is_said_in_whole_words(office: Any, cast: Cast) -> None:
    opened(cast.customer)
    assert "لم يُحدَّد شيء" in office("tickets_ticket_changelist")
    catalogue = Desk(cast.administrator, language="ar").client.get(reverse("admin:jsi18n")).content.decode()
    assert json.dumps("لا شي محدد")[1:-1] not in catalogue
    assert json.dumps("لم يُحدَّد شيء")[1:-1] in catalogue


def test_the_history_of_a_ticket_is_definite_and_knows_no_agent_called_administrator(office: Any, cast: Cast) -> None:
    ticket = opened(cast.customer)
    assign(ticket.pk, agent_id=cast.agent.pk, by=cast.administrator)
    add_message(ticket.pk, NewMessage("We look into it."), by=cast.administrator)
    shown = office("tickets_ticket_change", ticket.pk).partition("سجل التغييرات")[2]
    for act in ("فُتحت التذكرة", "أُسندت التذكرة", "أُضيفت رسالة"):
        assert act in shown
    assert "Administrator · موظف ·" in shown.replace("&nbsp;", " ")


def test_the_system_has_an_arabic_name_in_the_log(office: Any, cast: Cast) -> None:
    system = User.objects.get(role="system")
    ticket = opened(cast.customer)
    assign(ticket.pk, agent_id=cast.agent.pk, by=system)
    shown = office("audit_entry_changelist") + office("tickets_ticket_change", ticket.pk) + office("index")
    assert "النظام" in shown
    assert "System" not in shown


def test_the_system_has_an_arabic_name_in_the_inbox(office: Any, cast: Cast) -> None:
    left = NewTicket(subject="A chat", description="Is anybody there?", customer_id=cast.customer.pk)
    create_ticket(left, by=User.objects.get(role="system"))
    shown = office("tickets_ticket_changelist", view="all")
    assert "النظام:" in shown
    assert "System" not in shown


def test_an_entry_shows_fields_and_values_in_words(office: Any, cast: Cast, acts: Any) -> None:
    update_staff(
        cast.agent.pk, changes={"language": "en" if cast.agent.language == "ar" else "ar"}, by=cast.administrator
    )
    shown = office("audit_entry_change", acts("USER_UPDATED")[-1].pk)
    assert "اللغة" in shown
    assert {"English", "العربية"} <= set(shown.split())
    assert "language" not in shown


def test_an_entry_shows_rights_by_their_names(office: Any, cast: Cast, acts: Any) -> None:
    save_group(None, name="Night shift", codenames=["tickets.view_all"], by=cast.administrator)
    shown = office("audit_entry_change", acts("PERMISSIONS_CHANGED")[-1].pk)
    assert "عرض جميع التذاكر" in shown
    assert "support.tickets" not in shown


def test_a_chat_in_hand_is_under_way(office: Any, cast: Cast) -> None:
    accept(start(by=cast.customer).session.pk, by=cast.agent)
    assert " جارية " in office("chat_session_changelist")


def test_digits_and_their_point_are_latin(office: Any, cast: Cast) -> None:
    from django.template.defaultfilters import filesizeformat
    from django.utils.translation import override

    with override("ar"):
        assert filesizeformat(133_632).replace("\xa0", " ") == "130.5 ك.ب"


def test_the_number_of_a_failure_is_a_reference_and_no_order(cast: Cast) -> None:
    desk = Desk(cast.agent, language="ar")
    shown = words_of(desk.client.get(reverse("admin:audit_entry_changelist")))
    assert "الرقم المرجعي" in shown
    assert "رقم الطلب" not in shown
