"""Categories and canned responses: read by those concerned, kept by those with the right."""

import pytest

from audit.models import Entry
from tests.api import Api, data, refusal
from tests.tickets.acts import footprint, opened, with_rights
from tickets.models import CannedResponse, Category

CATEGORY = {"nameAr": "الضمان", "nameEn": "Warranty"}
CANNED = {"titleAr": "ترحيب", "titleEn": "Greeting", "bodyAr": "أهلا", "bodyEn": "Hello", "shortcut": "hi"}


@pytest.fixture
def category(cast):
    return data(Api(cast.lead).post("/tickets/categories", CATEGORY), 201)


@pytest.fixture
def canned(cast):
    return data(Api(cast.lead).post("/tickets/canned-responses", CANNED), 201)


def test_a_category_is_made_read_changed_and_removed(cast, category):
    assert category == {"id": category["id"], **CATEGORY, "parentId": None, "isActive": True}
    for who in (cast.customer, cast.guest, cast.agent):
        assert data(Api(who).get("/tickets/categories")) == [category]
        assert data(Api(who).get(f"/tickets/categories/{category['id']}")) == category
    client, path = Api(cast.lead), f"/tickets/categories/{category['id']}"
    assert data(client.patch(path, {"nameEn": "Guarantee"})) == {**category, "nameEn": "Guarantee"}
    assert data(client.delete(path)) is None
    assert data(client.get("/tickets/categories")) == []
    actions = Entry.objects.filter(entity_type="category").order_by("id").values_list("action", flat=True)
    assert list(actions) == ["CATEGORY_CREATED", "CATEGORY_UPDATED", "CATEGORY_DELETED"]


def test_a_category_switched_off_is_seen_by_its_keepers_alone(cast, category):
    path = f"/tickets/categories/{category['id']}"
    assert data(Api(cast.lead).patch(path, {"isActive": False}))["isActive"] is False
    for who in (cast.customer, cast.agent):
        assert data(Api(who).get("/tickets/categories")) == []
        refusal(Api(who).get(path), 404, "not_found")
    assert len(data(Api(cast.lead).get("/tickets/categories"))) == 1


def test_keeping_categories_needs_the_right(cast, category):
    path = f"/tickets/categories/{category['id']}"
    for who in (cast.agent, cast.manager, cast.customer):
        client = Api(who)
        for answer in (client.post("/tickets/categories", CATEGORY), client.patch(path, {}), client.delete(path)):
            assert refusal(answer, 403, "forbidden")["details"] == {"permission": "support.categories.manage"}
    assert data(Api(cast.agent).get("/tickets/categories")) == [category]
    data(Api(with_rights(cast.agent, "categories.manage")).delete(path))


def test_the_tree_has_no_cycles_no_twins_and_an_end(cast, category):
    client = Api(cast.lead)

    def child(parent, name):
        body = {"nameAr": name, "nameEn": name, "parentId": parent["id"]}
        return data(client.post("/tickets/categories", body), 201)

    chain = [category]
    for depth in range(4):
        chain.append(child(chain[-1], f"d{depth}"))
    refusal(client.post("/tickets/categories", CATEGORY), 400, "invalid")
    data(client.post("/tickets/categories", {**CATEGORY, "parentId": chain[1]["id"]}), 201)
    before = footprint()
    for parent in (chain[0], chain[1], chain[3]):
        answer = client.patch(f"/tickets/categories/{category['id']}", {"parentId": parent["id"]})
        assert refusal(answer, 400, "invalid")["fields"].keys() == {"parentId"}
    for wrong in (chain[-1]["id"], "999999"):
        answer = client.post("/tickets/categories", {"nameAr": "x", "nameEn": "x", "parentId": wrong})
        assert refusal(answer, 400, "invalid")["fields"].keys() == {"parentId"}
    assert footprint() == before
    data(client.patch(f"/tickets/categories/{chain[1]['id']}", {"parentId": None}))


def test_a_category_in_use_is_not_removed(cast, category):
    ticket = opened(cast.customer, categoryId=category["id"])
    refusal(Api(cast.lead).delete(f"/tickets/categories/{category['id']}"), 400, "invalid")
    assert Category.objects.exists()
    data(Api(cast.agent).patch(f"/tickets/{ticket['id']}", {"categoryId": None}))
    data(Api(cast.lead).delete(f"/tickets/categories/{category['id']}"))


def test_a_canned_response_is_made_read_changed_and_removed(cast, canned):
    assert canned == {"id": canned["id"], **CANNED}
    assert data(Api(cast.agent).get("/tickets/canned-responses")) == [canned]
    client, path = Api(cast.lead), f"/tickets/canned-responses/{canned['id']}"
    assert data(client.get(path)) == canned
    changed = data(client.patch(path, {"bodyEn": "Hello {{ customer }}"}))
    assert changed == {**canned, "bodyEn": "Hello {{ customer }}"}
    detail = Entry.objects.select_related("detail").get(action="CANNED_RESPONSE_UPDATED").detail
    assert (detail.old_values, detail.new_values) == ({"bodyEn": "Hello"}, {"bodyEn": "Hello {{ customer }}"})
    data(client.delete(path))
    refusal(client.get(path), 404, "not_found")


def test_canned_responses_are_the_staffs(cast, canned):
    path = f"/tickets/canned-responses/{canned['id']}"
    for who in (cast.customer, cast.guest):
        for answer in (Api(who).get(path), Api(who).get("/tickets/canned-responses"), Api(who).delete(path)):
            refusal(answer, 404, "not_found")
    client = Api(cast.agent)
    for answer in (client.post("/tickets/canned-responses", CANNED), client.patch(path, {}), client.delete(path)):
        assert refusal(answer, 403, "forbidden")["details"] == {"permission": "support.canned.manage"}
    assert CannedResponse.objects.count() == 1


def test_a_shortcut_is_taken_once(cast, canned):
    client = Api(cast.lead)
    assert "shortcut" in refusal(client.post("/tickets/canned-responses", CANNED), 400, "invalid")["fields"]
    other = data(client.post("/tickets/canned-responses", {**CANNED, "shortcut": "bye"}), 201)
    refusal(client.patch(f"/tickets/canned-responses/{other['id']}", {"shortcut": "hi"}), 400, "invalid")
    assert CannedResponse.objects.filter(shortcut="bye").exists()
    for taken in ("HI", "Hi"):
        assert (
            "shortcut"
            in refusal(client.post("/tickets/canned-responses", {**CANNED, "shortcut": taken}), 400, "invalid")[
                "fields"
            ]
        )


@pytest.mark.parametrize(("path", "body"), [("/tickets/categories", CATEGORY), ("/tickets/canned-responses", CANNED)])
def test_a_key_makes_a_repeat_one_and_malformed_ids_are_absent(cast, path, body):
    client = Api(cast.lead)
    first = data(client.post(path, body, Idempotency_Key="c-1"), 201)
    assert data(client.post(path, body, Idempotency_Key="c-1"), 201) == first
    data(client.delete(f"{path}/{first['id']}"))
    refusal(client.post(path, body, Idempotency_Key="c-1"), 404, "not_found")
    for malformed in ("x", "-1", "9" * 30, "%00", "1.0"):
        refusal(client.get(f"{path}/{malformed}"), 404, "not_found")
        refusal(client.delete(f"{path}/{malformed}"), 404, "not_found")
