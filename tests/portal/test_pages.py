"""A customer's own pages: signing in by password and by link, tickets, files, rating, choices; nobody else's things."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts import operations
from accounts.models import SignInLinkRequest, TokenFamily, User
from notifications.models import Item, Preference
from tests.cast import PASSWORD
from tests.client import Client
from tests.tickets.acts import noted, opened, replied, row
from tickets.models import Message, Rating, Ticket
from tickets.notices.contexts import ticket_url
from tickets.operations import NewTicket, change_status, create_ticket

pytestmark = pytest.mark.django_db
HOSTILE = '<img src=x onerror="alert(1)"> "مرحبا"'


def signed_in(user: User, password: str = PASSWORD) -> Client:
    client = Client()
    answer = client.post(reverse("help-sign-in"), {"email": user.email, "password": password})
    assert answer.status_code == 302, answer.content.decode()[:3000]
    return client


def ticket_of(user: User, subject: str = HOSTILE) -> Ticket:
    return create_ticket(NewTicket(subject, HOSTILE), by=user)


def path_of(ticket: Ticket) -> str:
    return reverse("help-ticket", args=[ticket.number])


def shown(client: Client, path: str, status: int = 200) -> str:
    answer = client.get(path)
    assert answer.status_code == status, answer.content.decode()[:2000]
    return answer.content.decode()


def hidden(html: str, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]+)"', html)
    assert found, name
    return found[1]


def test_a_password_signs_a_customer_in_and_out(cast):
    assert Client().get("/help").headers["Location"] == reverse("help-sign-in")
    client = signed_in(cast.customer)
    assert "تذاكري" in shown(client, reverse("help-tickets"))
    family = TokenFamily.objects.get(user=cast.customer, ended_at=None)
    client.post(reverse("help-sign-out"))
    family.refresh_from_db()
    assert family.ended_at is not None
    assert client.get(reverse("help-tickets")).status_code == 302


def test_staff_and_wrong_passwords_do_not_enter(cast):
    for email, password in ((cast.agent.email, PASSWORD), (cast.customer.email, "wrong"), ("no@example.test", "x")):
        answer = Client().post(reverse("help-sign-in"), {"email": email, "password": password})
        assert answer.status_code == 401
        assert "errornote" in answer.content.decode()
    assert not TokenFamily.objects.filter(user=cast.agent, ended_at=None).exists()


def test_a_disabled_customer_is_out_at_the_next_request(cast):
    client = signed_in(cast.customer)
    operations.set_active(cast.customer.pk, active=False, by=cast.administrator)
    assert client.get(reverse("help-tickets")).status_code == 302


def test_after_signing_in_one_stays_on_these_pages(cast):
    address = f"{reverse('help-sign-in')}?next=https://evil.example/help"
    answer = Client().post(address, {"email": cast.customer.email, "password": PASSWORD})
    assert answer.headers["Location"] == reverse("help-tickets")
    wanted = f"{reverse('help-sign-in')}?next={reverse('help-new-ticket')}"
    answer = Client().post(wanted, {"email": cast.customer.email, "password": PASSWORD})
    assert answer.headers["Location"] == reverse("help-new-ticket")


def test_a_mailed_link_signs_in_once_and_only_by_its_button(cast):
    for email in (cast.customer.email, "nobody@example.test", cast.agent.email):
        assert Client().post(reverse("help-ask-for-link"), {"email": email}).status_code == 302
    assert operations.send_sign_in_links() == 1
    assert not SignInLinkRequest.objects.exists()
    assert Item.objects.filter(kind="sign-in-link", entity_id=str(cast.customer.pk)).count() == 1
    path = operations.make_sign_in_link(cast.customer).split("/help", 1)[1]
    client = Client()
    assert client.get(f"/help{path}").status_code == 200
    assert client.get(reverse("help-tickets")).status_code == 302
    assert client.post(f"/help{path}").headers["Location"] == reverse("help-tickets")
    assert client.get(reverse("help-tickets")).status_code == 200
    assert Client().post(f"/help{path}").status_code == 400


def test_a_link_ends_with_the_address_it_went_to(cast):
    path = operations.make_sign_in_link(cast.customer).split("/help", 1)[1]
    User.objects.filter(pk=cast.customer.pk).update(email="other@example.test")
    assert Client().post(f"/help{path}").status_code == 400


def test_a_ticket_is_opened_once_with_its_files_and_shown_as_text(cast, storage):
    client = signed_in(cast.customer)
    form = shown(client, reverse("help-new-ticket"))
    body = {"subject": HOSTILE, "description": HOSTILE, "form_id": hidden(form, "form_id")}
    answers = [
        client.post(reverse("help-new-ticket"), {**body, "attachments": SimpleUploadedFile("a.txt", b"hello")})
        for _ in range(2)
    ]
    ticket = Ticket.objects.get(customer=cast.customer)
    assert [answer.headers["Location"] for answer in answers] == [path_of(ticket)] * 2
    page = shown(client, path_of(ticket))
    assert "<img src=x" not in page
    assert "&lt;img src=x" in page
    address = re.search(r'href="(/help/files/[^"]+)"', page)
    assert address
    link = urlsplit(client.get(address[1]).headers["Location"])
    fetched = Client().get(f"{link.path}?{link.query}")
    assert b"".join(fetched.streaming_content) == b"hello"
    assert signed_in(cast.stranger).get(address[1]).status_code == 404


def test_an_empty_form_says_what_is_missing_and_keeps_what_was_typed(cast):
    client = signed_in(cast.customer)
    answer = client.post(reverse("help-new-ticket"), {"subject": "", "description": "typed", "form_id": "1"})
    assert answer.status_code == 400
    assert "typed" in answer.content.decode()
    assert not Ticket.objects.exists()


def test_the_list_finds_by_words_and_shows_ones_own_alone(cast):
    mine, theirs = ticket_of(cast.customer, "شاشة مكسورة"), ticket_of(cast.stranger, "شاشة أخرى")
    client = signed_in(cast.customer)
    page = shown(client, f"{reverse('help-tickets')}?q=شاشه")
    assert mine.number in page
    assert theirs.number not in page
    assert mine.number not in shown(client, f"{reverse('help-tickets')}?q=بطارية")
    assert mine.number not in shown(client, f"{reverse('help-tickets')}?show=done")
    for path in (path_of(theirs), "/help/tickets/TKT-2026-999999", "/help/tickets/x"):
        assert "رقم التذكرة" not in shown(client, path, 404)
    assert client.post(path_of(theirs), {"act": "reply", "body": "x", "client_message_id": "1"}).status_code == 404


def test_a_reply_is_stored_once_and_notes_are_never_shown(cast):
    ticket = opened(cast.customer)
    replied(cast.agent, ticket, "Public answer")
    noted(cast.agent, ticket, "Secret note")
    client = signed_in(cast.customer)
    number = row(ticket)
    page = shown(client, path_of(number))
    assert "Public answer" in page
    assert "Secret note" not in page
    body = {"act": "reply", "body": "شكرًا", "client_message_id": hidden(page, "client_message_id")}
    for _ in range(2):
        assert client.post(path_of(number), body).status_code == 302
    assert Message.objects.filter(ticket=number, body="شكرًا").count() == 1


def test_a_resolved_ticket_is_rated_and_reopened(cast):
    ticket = ticket_of(cast.customer)
    client = signed_in(cast.customer)
    assert client.post(path_of(ticket), {"act": "rate", "rating": "5"}).status_code == 409
    change_status(ticket.pk, status="resolved", by=cast.agent)
    assert client.post(path_of(ticket), {"act": "rate", "rating": "9"}).status_code == 400
    assert client.post(path_of(ticket), {"act": "rate", "rating": "4", "feedback": "سريع"}).status_code == 302
    assert Rating.objects.get(ticket=ticket).rating == 4
    assert client.post(path_of(ticket), {"act": "reopen"}).status_code == 302
    ticket.refresh_from_db()
    assert ticket.status == "open"


def test_choices_are_kept_and_change_the_language(cast):
    client = signed_in(cast.customer)
    page = shown(client, reverse("help-profile"))
    assert 'value="ticket-replied:email" checked' in page
    answer = client.post(reverse("help-profile"), {"name": "سارة", "language": "en", "notify": ["ticket-replied:push"]})
    assert answer.status_code == 302
    assert Preference.objects.get(user=cast.customer, kind="ticket-replied", channel="email").enabled is False
    assert "My tickets" in shown(client, reverse("help-tickets"))


def test_a_language_chosen_before_signing_in_goes_on_and_the_switch_alone_stores_one(cast):
    tickets, address, switch = reverse("help-tickets"), reverse("help-sign-in"), reverse("help-language")
    body = {"email": cast.customer.email, "password": PASSWORD}
    client, other = Client(), Client()
    asked = f"{address}?next={tickets}&language=ar"
    chosen = client.post(switch, {"language": "en", "next": asked}).headers["Location"]
    assert 'lang="en"' in shown(client, chosen)
    client.post(chosen, body)
    other.post(f"{address}?language=en", body)
    for reader in (client, other):
        assert "My tickets" in shown(reader, tickets)
    cast.customer.refresh_from_db()
    assert cast.customer.language == "ar"
    client.post(switch, {"language": "ar", "next": tickets})
    assert "تذاكري" in shown(client, tickets)
    client.post(switch, {"language": "en", "next": tickets})
    cast.customer.refresh_from_db()
    assert cast.customer.language == "en"
    User.objects.filter(pk=cast.customer.pk).update(language="ar")
    other.post(reverse("help-sign-out"))
    other.post(address, body)
    assert "تذاكري" in shown(other, tickets)


def test_a_guest_reads_and_answers_one_ticket_by_the_link_of_the_e_mail(cast, storage):
    ticket, other = ticket_of(cast.guest), ticket_of(cast.guest, "Other")
    path = ticket_url(ticket, cast.guest).split("/help", 1)[1]
    client = Client()
    page = shown(client, f"/help{path}")
    assert ticket.number in page
    body = {
        "act": "reply",
        "body": "من الضيف",
        "client_message_id": hidden(page, "client_message_id"),
        "attachments": SimpleUploadedFile("a.txt", b"hello"),
    }
    assert client.post(f"/help{path}", body).status_code == 302
    assert Message.objects.get(ticket=ticket, body="من الضيف").author_id == cast.guest.pk
    file = re.search(r'href="(/help/guest/[^"]+/files/[^"]+)"', shown(client, f"/help{path}"))
    assert file
    assert client.get(file[1]).status_code == 302
    other_path = ticket_url(other, cast.guest).split("/help", 1)[1]
    assert client.get(f"/help{other_path}/files/{file[1].rsplit('/', 1)[1]}").status_code == 404
    assert client.get(reverse("help-tickets")).status_code == 302
    assert client.get(f"/help{path[:-2]}xx").status_code == 404


def test_a_customer_with_an_account_is_led_to_the_sign_in(cast):
    ticket = ticket_of(cast.customer)
    assert ticket_url(ticket, cast.customer).endswith(path_of(ticket))
    answer = Client().get(path_of(ticket))
    assert answer.headers["Location"].startswith(reverse("help-sign-in"))


def test_scripts_get_a_token_of_this_sign_in_with_their_header_alone(cast):
    client = signed_in(cast.customer)
    assert client.post(reverse("help-token")).status_code == 401
    answer = client.post(reverse("help-token"), headers={"X-Requested-With": "help"})
    token = answer.json()["token"]
    me = Client().get("/auth/me", headers={"Authorization": f"Bearer {token}"})
    assert me.json()["data"]["id"] == str(cast.customer.pk)
    assert Client().post(reverse("help-token"), headers={"X-Requested-With": "help"}).status_code == 401


def test_forms_of_other_sites_change_nothing(cast):
    ticket = ticket_of(cast.customer)
    client = Client(enforce_csrf_checks=True)
    for path in (path_of(ticket), reverse("help-sign-in"), reverse("help-sign-out"), reverse("help-profile")):
        assert client.post(path, {"act": "close"}).status_code in {400, 403}


def test_the_list_asks_the_database_as_much_for_twenty_tickets_as_for_one(cast):
    client, counts = signed_in(cast.customer), []
    for many in (1, 15):
        for _ in range(many):
            ticket_of(cast.customer)
        with CaptureQueriesContext(connection) as asked:
            shown(client, reverse("help-tickets"))
        counts.append(len(asked))
    assert counts[0] == counts[1], counts


def test_the_manifest_describes_an_app_in_both_languages(cast):
    for language, direction in (("ar", "rtl"), ("en", "ltr")):
        content = Client().get(f"{reverse('help-manifest')}?language={language}").json()
        assert (content["lang"], content["dir"], content["start_url"]) == (language, direction, "/help")
