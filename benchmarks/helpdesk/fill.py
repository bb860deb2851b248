"""Run by the peer's own Python: migrate, fill with as many tickets as ours, sign somebody in; prints JSON."""

import datetime
import json
import os
import random
import sys

os.environ["DJANGO_SETTINGS_MODULE"] = "settings"
import django

django.setup()
# ruff: noqa: E402
from django.contrib.auth import get_user_model
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.utils import timezone

from helpdesk.models import FollowUp, Queue, Ticket, UserSettings

TICKETS, MESSAGES = int(sys.argv[1]), int(sys.argv[2])
RARE, COMMON = "زمردة فيروزية", "تأخر الشحن"
User = get_user_model()
chance = random.Random(7)


def people():
    call_command("loaddata", "emailtemplate.json", verbosity=0)
    User.objects.bulk_create([User(username=f"agent{n}", is_staff=True, email=f"a{n}@x.test") for n in range(60)])
    User.objects.create_superuser("boss", "boss@x.test", "x")
    for number in range(12):
        Queue.objects.create(title=f"Queue {number}", slug=f"q{number}", allow_public_submission=True)
    for user in User.objects.filter(usersettings_helpdesk__isnull=True):
        UserSettings.objects.create(user=user)


def tickets():
    letters = "ابتثجحخدذرزسشصضطظعغفقكلمنهوي"
    words = ["".join(chance.choices(letters, k=chance.randint(3, 7))) for _ in range(4_000)]

    def text(count):
        return " ".join(words[int(chance.random() ** 3 * 4_000)] for _ in range(count))

    queues = list(Queue.objects.values_list("id", flat=True))
    agents = list(User.objects.filter(username__startswith="agent").values_list("id", flat=True))
    now = timezone.now()
    for first in range(0, TICKETS, 5_000):
        made = []
        for number in range(first, min(first + 5_000, TICKETS)):
            at = now - datetime.timedelta(minutes=(TICKETS - number) * 525_600 / TICKETS)
            title = text(5) + (f" {RARE}" if number % 5_000 == 7 else "") + (f" {COMMON}" if number % 3 == 0 else "")
            made.append(
                Ticket(title=title[:199], description=text(24), queue_id=chance.choice(queues), created=at, modified=at,
                       submitter_email=f"c{number % 9_000}@x.test", assigned_to_id=chance.choice(agents),
                       status=chance.choice([1, 3, 4, 4, 4, 4, 4, 4]), priority=chance.randint(1, 5), secret_key="k")
            )  # fmt: skip
        Ticket.objects.bulk_create(made, batch_size=2_500)
        said = [
            FollowUp(ticket=ticket, date=ticket.created + datetime.timedelta(minutes=number), title="Comment",
                     comment=text(12), public=number != 3, user_id=ticket.assigned_to_id)
            for ticket in made for number in range(MESSAGES)
        ]  # fmt: skip
        FollowUp.objects.bulk_create(said, batch_size=5_000)


call_command("migrate", verbosity=0)
if not User.objects.filter(username="boss").exists():
    people()
if not Ticket.objects.exists():
    tickets()
    with connection.cursor() as cursor:
        cursor.execute("vacuum analyze")
client = Client()
client.force_login(User.objects.get(username="boss"))
client.get("/tickets/", headers={"host": "127.0.0.1"})
csrf = client.cookies["csrftoken"].value if "csrftoken" in client.cookies else ""
session = client.cookies["sessionid"].value
print(
    json.dumps({"session": session, "csrf": csrf, "queue": Queue.objects.first().pk, "tickets": Ticket.objects.count()})
)
