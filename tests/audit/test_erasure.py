"""Erasing details: what goes, what stays, and the proof that nobody can leave out."""

import pytest
from django.db import ProgrammingError, connection, transaction

from audit.erasure import erase_details
from audit.models import Detail, Entry
from core.request_context import Origin, request_context
from tests.audit.acts import Person, act, damage

pytestmark = pytest.mark.usefixtures("transactional_db")


def test_the_detail_goes_and_the_act_stays():
    entries = act(3)
    with request_context(Origin("r", "192.0.2.1", "curl")):
        assert erase_details([entries[0], entries[2]], by=Person()) == 2
    assert list(Detail.objects.order_by("pk").values_list("pk", flat=True))[0] == entries[1]
    assert Entry.objects.filter(id__in=entries).count() == 3
    proof = Entry.objects.latest("id")
    assert (proof.action, proof.entity_type, proof.actor_id, proof.actor_model) == ("AUDIT_ERASED", "audit", 7, "Agent")
    assert proof.detail.metadata == {"entryIds": [entries[0], entries[2]]}
    assert (proof.detail.actor_name, proof.detail.ip_address, proof.detail.user_agent) == ("منى", "192.0.2.1", "curl")
    assert damage() == []


def test_erasing_again_or_nothing_writes_nothing():
    entries = act(1)
    erase_details(entries, by=Person())
    before = Entry.objects.count()
    assert erase_details(entries, by=Person()) == 0
    assert erase_details([], by=Person()) == 0
    assert erase_details([10**15], by=Person()) == 0
    assert Entry.objects.count() == before


def test_the_proof_of_an_erasure_is_never_erased():
    erase_details(act(1), by=Person())
    proof = Entry.objects.latest("id")
    assert erase_details([proof.id], by=Person()) == 0
    assert Detail.objects.filter(pk=proof.id).exists()


def test_nobody_erases_in_silence():
    """The database's function writes the proof itself, whoever calls it."""
    entries = act(2)
    with connection.cursor() as cursor:
        cursor.execute("select audit_erase(%s, null, 'System', '', '', '')", [entries])
    assert Entry.objects.latest("id").action == "AUDIT_ERASED"
    assert damage() == []


def test_an_erasure_opens_no_door_for_the_rest_of_its_transaction():
    entries = act(2)
    with transaction.atomic():
        erase_details(entries[:1], by=Person())
        with pytest.raises(ProgrammingError), transaction.atomic():
            Detail.objects.filter(pk=entries[1]).delete()
    assert list(Detail.objects.filter(pk__in=entries).values_list("pk", flat=True)) == entries[1:]
