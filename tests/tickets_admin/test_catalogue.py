"""Categories and canned responses: written by their operations, in both languages."""

import pytest

from audit.models import Entry
from tests.tickets_admin.desk import fields_of, opened, text_of, words_of
from tickets.models import CannedResponse, Category

CATEGORIES, CANNED = "/admin/tickets/category/", "/admin/tickets/cannedresponse/"
RESPONSE = {
    "shortcut": "hi",
    "title_ar": "تحية",
    "title_en": "Greeting",
    "body_ar": "مرحبا {customer_name}",
    "body_en": "Hello",
}


def send(desk_of, address, **typed):
    page = desk_of.client.get(address)
    return desk_of.client.post(address, {**fields_of(page, ""), **typed})


def test_a_category_is_made_moved_and_switched_off(cast, desk):
    lead = desk(cast.lead)
    assert send(lead, f"{CATEGORIES}add/", name_ar="أجهزة", name_en="Devices", is_active="on").status_code == 302
    devices = Category.objects.get()
    send(lead, f"{CATEGORIES}add/", name_ar="ضمان", name_en="Warranty", parent_id=devices.pk, is_active="on")
    warranty = Category.objects.get(name_en="Warranty")
    assert warranty.parent == devices
    page = text_of(lead.client.get(CATEGORIES)).partition("result_list")[2]
    assert 'data-depth="1">Warranty' in page
    assert page.index("Devices") < page.index(">Warranty")
    change = f"{CATEGORIES}{warranty.pk}/change/"
    assert str(devices.pk) == fields_of(lead.client.get(change), "")["parent_id"]
    typed = {**fields_of(lead.client.get(change), ""), "parent_id": ""}
    typed.pop("is_active")
    lead.client.post(change, typed)
    warranty.refresh_from_db()
    assert (warranty.parent, warranty.is_active) == (None, False)
    assert set(Entry.objects.filter(entity_type="category").values_list("action", flat=True)) == {
        "CATEGORY_CREATED",
        "CATEGORY_UPDATED",
    }


def test_a_name_in_use_and_a_circle_are_refused_in_place(cast, desk):
    lead = desk(cast.lead)
    devices = Category.objects.create(name_ar="أجهزة", name_en="Devices")
    below = Category.objects.create(name_ar="ضمان", name_en="Warranty", parent=devices)
    refused = send(lead, f"{CATEGORIES}add/", name_ar="أجهزة", name_en="Other")
    assert "already a category of this name" in words_of(refused)
    change = f"{CATEGORIES}{devices.pk}/change/"
    select = text_of(lead.client.get(change))
    assert f'value="{below.pk}"' not in select[select.index('name="parent_id"') :]
    assert send(lead, change, parent_id=below.pk).status_code == 200
    devices.refresh_from_db()
    assert devices.parent is None


def test_a_category_in_use_is_not_deleted(cast, desk):
    lead = desk(cast.lead)
    used, free = (Category.objects.create(name_ar=name, name_en=name) for name in ("used", "free"))
    opened(cast.customer, category_id=used.pk)
    answer = lead.client.post(f"{CATEGORIES}{used.pk}/delete/", follow=True)
    assert "This category is in use." in words_of(answer)
    assert "Delete “free”?" in words_of(lead.client.get(f"{CATEGORIES}{free.pk}/delete/"))
    lead.client.post(f"{CATEGORIES}{free.pk}/delete/")
    assert list(Category.objects.all()) == [used]


def test_a_canned_response_is_made_changed_and_deleted(cast, desk):
    lead = desk(cast.lead)
    assert send(lead, f"{CANNED}add/", **RESPONSE).status_code == 302
    made = CannedResponse.objects.get()
    change = f"{CANNED}{made.pk}/change/"
    assert "{customer_name}" in text_of(lead.client.get(change))
    send(lead, change, body_en="Hello {customer_name}\r\nBye")
    made.refresh_from_db()
    assert made.body_en == "Hello {customer_name}\nBye"
    assert "shortcut" in words_of(send(lead, f"{CANNED}add/", **RESPONSE)).lower()
    assert CannedResponse.objects.count() == 1
    lead.client.post(f"{CANNED}{made.pk}/delete/")
    assert not CannedResponse.objects.exists()


@pytest.mark.parametrize(("person", "categories", "canned"), [("agent", 403, 200), ("manager", 403, 403)])
def test_who_may_not_manage_them_does_not(cast, desk, person, categories, canned):
    made = CannedResponse.objects.create(**RESPONSE)
    category = Category.objects.create(name_ar="أجهزة", name_en="Devices")
    user = desk(getattr(cast, person))
    assert user.client.get(CATEGORIES).status_code == categories
    assert user.client.get(CANNED).status_code == canned
    assert user.client.get(f"{CANNED}{made.pk}/change/").status_code == canned
    for address in (f"{CANNED}{made.pk}/change/", f"{CANNED}{made.pk}/delete/", f"{CANNED}add/"):
        assert user.client.post(address, RESPONSE | {"shortcut": "x"}).status_code == 403
    for address in (f"{CATEGORIES}{category.pk}/change/", f"{CATEGORIES}{category.pk}/delete/", f"{CATEGORIES}add/"):
        assert user.client.post(address, {"name_ar": "x", "name_en": "x"}).status_code == 403
    assert CannedResponse.objects.get().shortcut == "hi"
    assert Category.objects.get().name_en == "Devices"
