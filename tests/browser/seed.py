"""Make what the browser finds: one of each kind of person, teams, and a log with changes. Run by `manage.py shell`."""

from django.contrib.auth.models import Group

from accounts.models import User
from accounts.operations import create_customer, create_staff, save_group, save_team, set_active, update_staff
from audit.models import Entry
from tests.cast import PASSWORD


def seed() -> dict[str, int]:
    """Makes the data; run in the server's own database."""
    boss = create_staff("boss@example.test", name="سارة العتيبي", role="administrator", by=None, password=PASSWORD)
    names = [("Omar Haddad", "agent"), ("ليلى منصور", "agent"), ("Hana Kim", "lead"), ("Nora Blake", "agent")]
    staff = [
        create_staff(f"staff{number}@example.test", name=name, role=role, by=boss, password=PASSWORD)
        for number, (name, role) in enumerate(names)
    ]
    for number, name in enumerate(["محمد القحطاني", "Alice Brown", "نورة الشهري"]):
        create_customer(f"customer{number}@example.test", name=name, by=boss, password=PASSWORD)
    members = {staff[0].pk: False, staff[2].pk: True}
    team = save_team(None, name_ar="الدعم الفني", name_en="Technical support", active=True, members=members, by=boss)
    update_staff(staff[0].pk, changes={"name": "Omar Haddad Jr.", "phone": "+966501112223"}, by=boss)
    set_active(staff[3].pk, active=False, by=boss)
    group = Group.objects.get(name="lead")
    save_group(group.pk, name="lead", codenames=["tickets.view", "tickets.reply"], by=boss)
    entry = Entry.objects.filter(action="PERMISSIONS_CHANGED").latest("pk")
    person = User.objects.get(pk=staff[0].pk)
    return {"person": person.pk, "team": team.pk, "group": group.pk, "entry": entry.pk}
