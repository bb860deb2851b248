"""The people of the demo: who works in the shop, who buys there, and how they sign in."""

from __future__ import annotations

from dataclasses import dataclass

DOMAIN = "demo.test"
PASSWORD = "demo-demo-demo"


@dataclass(frozen=True)
class Person:
    """Somebody of the demo. `woman` decides how Arabic addresses her; `given` is how messages name and sign."""

    mailbox: str
    name: str
    language: str
    woman: bool = False
    phone: str = ""
    given_ar: str = ""
    given_en: str = ""

    @property
    def email(self) -> str:
        return f"{self.mailbox}@{DOMAIN}"

    def given(self, language: str) -> str:
        """The first name in the script of a language."""
        return (self.given_ar if language == "ar" else self.given_en) or self.name.split()[0]

    @property
    def title(self) -> str:
        """The polite Arabic form of address."""
        return "أستاذة" if self.woman else "أستاذ"


@dataclass(frozen=True)
class Worker(Person):
    """Someone of the staff; `team` is where, `leads` whether as its lead."""

    role: str = "agent"
    team: str = ""
    leads: bool = False
    availability: str = "offline"


STAFF = (
    Worker("admin", "Layla Mansour", "en", True, "+966500000001", "ليلى", "Layla", role="administrator"),
    Worker("manager", "خالد الزهراني", "ar", False, "+966500000002", "خالد", "Khalid", role="manager"),
    Worker(
        "lead", "هند الغامدي", "ar", True, "+966500000003", "هند", "Hind",
        role="lead", team="technical", leads=True, availability="available",
    ),
    Worker(
        "agent1", "نورة القحطاني", "ar", True, "+966500000004", "نورة", "Noura",
        team="technical", availability="available",
    ),
    Worker(
        "agent2", "فهد الدوسري", "ar", False, "+966500000005", "فهد", "Fahad", team="sales", availability="available"
    ),
    Worker(
        "agent3", "Daniel Reyes", "en", False, "+966500000006", "دانيال", "Daniel",
        team="technical", availability="available",
    ),
    Worker(
        "omar.haddad", "Omar Haddad", "en", False, "+966500000007", "عمر", "Omar",
        role="lead", team="sales", leads=True, availability="away",
    ),
    Worker(
        "sultan.almutairi", "سلطان المطيري", "ar", False, "+966500000008", "سلطان", "Sultan",
        role="lead", team="returns", leads=True, availability="available",
    ),
    Worker("reem.alshehri", "ريم الشهري", "ar", True, "+966500000009", "ريم", "Reem", team="returns"),
    Worker(
        "imran.siddiqui", "Imran Siddiqui", "en", False, "+966500000010", "عمران", "Imran",
        team="returns", availability="away",
    ),
    Worker("turki.alanazi", "تركي العنزي", "ar", False, "+966500000011", "تركي", "Turki", team="sales"),
    Worker(
        "abdulaziz.alharthi", "عبدالعزيز الحارثي", "ar", False, "+966500000012", "عبدالعزيز", "Abdulaziz",
        team="technical",
    ),
)  # fmt: skip
# Who writes Arabic to customers; everybody writes English.
WRITES_ARABIC = frozenset(one.mailbox for one in STAFF if one.language == "ar") | {"omar.haddad"}

SIGN_IN_CUSTOMERS = (
    Person("customer1", "سارة العتيبي", "ar", True, "+966550000001", "سارة", "Sarah"),
    Person("customer2", "عبدالله الشمري", "ar", False, "+966550000002", "عبدالله", "Abdullah"),
    Person("customer3", "Emily Carter", "en", True, "+966550000003", "إيميلي", "Emily"),
    Person("customer4", "منيرة الحربي", "ar", True, "+966550000004", "منيرة", "Munira"),
    Person("customer5", "Ahmed Raza", "en", False, "+966550000005", "أحمد", "Ahmed"),
)

_ARABIC = (
    ("محمد القرني", "mohammed.alqarni", False), ("فاطمة الزهراني", "fatimah.alzahrani", True),
    ("عبدالرحمن السبيعي", "abdulrahman.alsubaie", False), ("ريما الخالدي", "reema.alkhaldi", True),
    ("سعود البقمي", "saud.albuqami", False), ("أمل الرشيدي", "amal.alrashidi", True),
    ("ناصر العجمي", "nasser.alajmi", False), ("هيا السديري", "haya.alsudairi", True),
    ("بندر الثبيتي", "bandar.althubaiti", False), ("لطيفة الفيفي", "latifah.alfaifi", True),
    ("يوسف باوزير", "yousef.bawazeer", False), ("جواهر المالكي", "jawaher.almalki", True),
    ("مشعل الرويلي", "mishal.alruwaili", False), ("عبير الجهني", "abeer.aljuhani", True),
    ("طارق خوجة", "tariq.khoja", False), ("شهد الأحمدي", "shahad.alahmadi", True),
    ("ماجد الصاعدي", "majed.alsaedi", False), ("دانة العمري", "dana.alamri", True),
    ("إبراهيم النعيمي", "ibrahim.alnuaimi", False), ("وفاء الحازمي", "wafa.alhazmi", True),
    ("زياد عسيري", "ziyad.asiri", False), ("غادة البلوي", "ghada.albalawi", True),
    ("حمد المري", "hamad.almarri", False), ("نوف العريفي", "nouf.alarifi", True),
    ("عمر فلاته", "omar.fallatah", False), ("أسماء الغانم", "asma.alghanim", True),
)  # fmt: skip
_ENGLISH = (
    ("Maria Santos", "maria.santos", True), ("John Peters", "john.peters", False),
    ("Anjali Menon", "anjali.menon", True), ("Omar Khalil", "omar.khalil", False),
    ("Fatima Noor", "fatima.noor", True), ("David Okafor", "david.okafor", False),
    ("Grace Villanueva", "grace.villanueva", True), ("Rajesh Kumar", "rajesh.kumar", False),
    ("Sophie Laurent", "sophie.laurent", True), ("Bilal Hussain", "bilal.hussain", False),
    ("Nadia Rahman", "nadia.rahman", True), ("Thomas Becker", "thomas.becker", False),
    ("Chen Wei", "chen.wei", False), ("Hana Yusuf", "hana.yusuf", True),
)  # fmt: skip

CUSTOMERS = SIGN_IN_CUSTOMERS + tuple(
    Person(mailbox, name, language, woman, f"+9665500001{number:02}")
    for language, names in (("ar", _ARABIC), ("en", _ENGLISH))
    for number, (name, mailbox, woman) in enumerate(names, 0 if language == "ar" else 50)
)
SIGN_INS: tuple[Person, ...] = (*STAFF[:6], *SIGN_IN_CUSTOMERS)


def workers_of(team: str, language: str) -> list[Worker]:
    """The agents of a team who write a language, its lead left out."""
    able = [one for one in STAFF if one.team == team and not one.leads]
    return [one for one in able if language == "en" or one.mailbox in WRITES_ARABIC]


def lead_of(team: str) -> Worker:
    return next(one for one in STAFF if one.team == team and one.leads)
