"""Where `manage.py demo` makes nothing."""

from __future__ import annotations

import os
from io import StringIO

import psycopg
import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from accounts.models import User
from accounts.operations import create_customer, start_guest
from backoffice.demo.make import make_demo
from tests.backoffice_demo.conftest import Interrupted
from tickets.models import Ticket
from tickets.operations import NewTicket, create_ticket


@pytest.fixture(autouse=True)
def folder(settings, tmp_path):
    """Files of this test alone."""
    local = {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": tmp_path}}
    settings.STORAGES = {**settings.STORAGES, "default": local}


def interrupt(tickets: int, size: int) -> None:
    if tickets >= 3:
        raise Interrupted


def refused() -> str:
    before = User.objects.count()
    with pytest.raises(CommandError) as caught:
        call_command("demo", tickets=20, stdout=StringIO())
    assert caught.value.returncode == 1
    assert User.objects.count() == before
    return str(caught.value)


def test_a_database_with_a_real_customer_is_refused(db):
    create_customer("sara@example.test", name="Sara", by=None)
    assert "the user sara@example.test" in refused()
    assert not Ticket.objects.exists()


def test_a_database_with_a_real_guest_is_refused(db):
    start_guest("Visitor")
    assert "the user Visitor" in refused()


def test_a_ticket_that_the_demo_did_not_make_is_real_whoever_opened_it(db):
    with pytest.raises(Interrupted):
        make_demo(20, interrupt)
    customer = User.objects.get(email="customer1@demo.test")
    ticket = create_ticket(NewTicket(subject="Help", description="Please"), by=customer)
    assert f"the ticket {ticket.number}" in refused()


def test_an_address_that_the_demo_would_use_is_no_licence(db):
    create_customer("customer1@demo.test", name="Someone", by=None)
    assert "the user customer1@demo.test" in refused()


def test_two_at_once_are_refused(db):
    name = connection.settings_dict["NAME"]
    with psycopg.connect(os.environ["DATABASE_SUPERUSER_URL"], dbname=name, autocommit=True) as other:
        other.execute("select pg_advisory_lock(4243)")
        assert "Another process" in refused()


def test_too_few_tickets_are_refused(db):
    with pytest.raises(CommandError, match="from 20"):
        call_command("demo", "--tickets", "3")
