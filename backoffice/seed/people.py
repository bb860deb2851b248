"""The people and the catalogue of a filled database; what a former run made is used again."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib.auth.models import Group

from accounts.models import SERVICE_ROLES, Role, Team, TeamMembership, User
from backoffice.demo.people import DOMAIN as DEMO_DOMAIN
from tickets.models import Category, Ticket

DOMAIN = "seed.test"
AGENTS, TEAMS = 60, 6
CATEGORIES = (
    ("توصيل", "Delivery"), ("مدفوعات", "Payments"), ("ضمان", "Warranty"), ("أجهزة", "Devices"),
    ("شرائح", "SIM cards"), ("فواتير", "Invoices"), ("تطبيق", "App"), ("استرجاع", "Refunds"),
    ("خصومات", "Discounts"), ("ملحقات", "Accessories"), ("فروع", "Branches"), ("أخرى", "Other"),
)  # fmt: skip
_GIVEN = {
    "ar": ("محمد", "أحمد", "فاطمة", "علي", "إبراهيم", "نورة", "خالد", "سارة", "يوسف", "هدى", "ريم", "طارق"),
    "en": ("Adam", "Mona", "Sam", "Grace", "Omar", "Lina", "Peter", "Dana", "Maya", "Yara", "Karim", "Nora"),
}
_FAMILY = {
    "ar": ("العتيبي", "الشمري", "القحطاني", "الحربي", "الغامدي", "المصري", "الزهراني", "الدوسري", "العلي", "حداد"),
    "en": ("Khoury", "Smith", "Nasser", "Brown", "Haddad", "Saleh", "Jones", "Farah", "Mansour", "Taylor"),
}


@dataclass(frozen=True)
class People:
    """The ids that tickets are spread over."""

    customers: list[int]
    agents: list[int]
    teams: list[int]
    categories: list[int]


def real_data() -> str:
    """A customer or a ticket that neither this command nor the demo made, in words; empty when there is none."""
    made = f"@({DOMAIN}|{DEMO_DOMAIN})$".replace(".", r"\.")
    stranger = User.objects.customers().exclude(email__regex=made).first()
    if stranger is not None:
        return f"the customer {stranger.audit_name}"
    real = Ticket.objects.exclude(customer__email__regex=made).exclude(customer__role__in=SERVICE_ROLES).first()
    return f"the ticket {real.number}" if real else ""


def make_people(tickets: int) -> People:
    """Customers (a tenth of the tickets, 50 to 50,000), 60 agents in 6 teams, 12 categories."""
    customers = _customers(max(50, min(tickets // 10, 50_000)))
    agents = _agents()
    teams = [Team.objects.get_or_create(name_ar=f"فريق {n}", name_en=f"Team {n}")[0].pk for n in range(1, TEAMS + 1)]
    TeamMembership.objects.bulk_create(
        [TeamMembership(team_id=teams[n % TEAMS], user_id=pk) for n, pk in enumerate(agents)], ignore_conflicts=True
    )
    categories = [
        Category.objects.get_or_create(name_ar=arabic, name_en=english, parent=None)[0].pk
        for arabic, english in CATEGORIES
    ]
    return People(customers, agents, teams, categories)


def _made(prefix: str) -> list[int]:
    found = User.objects.filter(email__startswith=prefix, email__endswith=f"@{DOMAIN}")
    return list(found.order_by("pk").values_list("pk", flat=True))


def _name(number: int, language: str) -> str:
    given, family = _GIVEN[language], _FAMILY[language]
    return f"{given[number % len(given)]} {family[number // len(given) % len(family)]}"


def _customers(count: int) -> list[int]:
    there = len(_made("customer"))
    new = []
    for number in range(there, count):
        language = "ar" if number % 5 < 3 else "en"
        mailbox, phone = f"customer{number}@{DOMAIN}", f"+9665{number:08d}"
        new.append(User(email=mailbox, name=_name(number, language), phone=phone, language=language, password="!"))
    User.objects.bulk_create(new, batch_size=5_000)
    return _made("customer")[:count]


def _agents() -> list[int]:
    if not _made("agent"):
        made = [
            User(email=f"agent{n}@{DOMAIN}", name=_name(n * 7, "ar" if n % 2 else "en"), role=Role.AGENT, password="!")
            for n in range(AGENTS)
        ]
        User.objects.bulk_create(made)
        group = Group.objects.get(name=Role.AGENT)
        group.user_set.add(*made)
    return _made("agent")
