"""People and what they may do: users, teams, and the token families of their sessions."""

from __future__ import annotations

import uuid
from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import Permission, PermissionsMixin
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Case, F, Func, Q, Value, When
from django.db.models.functions import Coalesce, Lower
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from accounts.catalogue import APP_LABEL, CODENAMES, full_name
from core.search_words import holding


class Role(models.TextChoices):
    """Hold what kind of person this is. Rights come from groups; a role names the group one starts in."""

    CUSTOMER = "customer", _("Customer")
    GUEST = "guest", _("Guest")
    AGENT = "agent", _("Agent")
    LEAD = "lead", _("Lead")
    MANAGER = "manager", _("Manager")
    ADMINISTRATOR = "administrator", _("Administrator")
    BOT = "bot", _("Bot")
    SYSTEM = "system", _("System")


CUSTOMER_ROLES = (Role.CUSTOMER, Role.GUEST)
STAFF_ROLES = (Role.AGENT, Role.LEAD, Role.MANAGER, Role.ADMINISTRATOR)
SERVICE_ROLES = (Role.BOT, Role.SYSTEM)


class Availability(models.TextChoices):
    """Tell whether an agent takes chats; set by himself."""

    AVAILABLE = "available", _("Available")
    AWAY = "away", _("Away")
    OFFLINE = "offline", _("Offline")


class Language(models.TextChoices):
    ARABIC = "ar", "العربية"
    ENGLISH = "en", "English"


_NAMES: ArrayField[Any, Any] = ArrayField(models.CharField())
_RIGHTS = Case(
    When(role__in=CUSTOMER_ROLES, then=Value([], _NAMES)),
    default=Func(F("pk"), function="user_rights", output_field=_NAMES),
)

# By what people are found; letter for letter the expression of the index `user_search`.
_PERSON_TEXT = Func(
    *(F("name"), Coalesce(F("email"), Value("")), F("contact_email"), F("phone")),
    template="fold_v1(%(expressions)s)",
    arg_joiner=" || ' ' || ",
    output_field=models.TextField(),
)


class UserQuerySet(models.QuerySet[Any]):
    def with_rights(self) -> UserQuerySet:
        """Each user with the rights of his groups and his own, in the same query; customers hold none."""
        return self.annotate(stored_rights=_RIGHTS)

    def staff(self) -> UserQuerySet:
        """People who work here and may sign in."""
        return self.filter(role__in=STAFF_ROLES, is_active=True)

    def customers(self) -> UserQuerySet:
        return self.filter(role__in=CUSTOMER_ROLES)

    def holding(self, text: str) -> UserQuerySet:
        """People whose name, addresses and phone hold every word, by the index on them."""
        return holding(self, [_PERSON_TEXT], text)

    def with_right(self, codename: str) -> UserQuerySet:
        """Active staff who hold a right of the catalogue."""
        right = Permission.objects.filter(content_type__app_label=APP_LABEL, codename=codename)
        holds = Q(is_superuser=True) | Q(groups__permissions__in=right) | Q(user_permissions__in=right)
        return self.staff().filter(pk__in=self.model._default_manager.filter(holds).values("pk"))

    def without_right(self, codename: str) -> UserQuerySet:
        """Return the staff, disabled ones among them, who are not among those `with_right`."""
        able = self.model._default_manager.with_right(codename)
        return self.filter(role__in=STAFF_ROLES).exclude(pk__in=able.values("pk"))


class UserManager(BaseUserManager.from_queryset(UserQuerySet)):  # type: ignore[misc]
    def get_by_natural_key(self, username: str | None) -> User:
        return self.get(email=(username or "").lower())

    def service(self, role: Role) -> User:
        """The bot or the system, as the author of what no person did."""
        return self.get(role=role)


class User(AbstractBaseUser, PermissionsMixin):
    """Anyone who signs in or acts: customers, guests, staff, and the two service users."""

    audit_type = "user"
    sign_in = ""
    """What this user signed in by, where they were read with it: a token family, or `session:` and its key."""

    email = models.EmailField(
        _("e-mail"), unique=True, null=True, blank=True, error_messages={"unique": _("This e-mail is already in use.")}
    )
    # Registered by somebody who typed the address; nobody has shown yet that it is theirs.
    email_unproved = models.BooleanField(default=False, editable=False)
    contact_email = models.EmailField(_("contact e-mail"), blank=True, default="")
    name = models.CharField(_("name"), max_length=150)
    phone = models.CharField(_("phone"), max_length=20, blank=True, default="")
    role = models.CharField(_("role"), max_length=16, choices=Role.choices, default=Role.CUSTOMER)
    language = models.CharField(_("language"), max_length=2, choices=Language.choices, default=Language.ARABIC)
    availability = models.CharField(
        _("availability"), max_length=16, choices=Availability.choices, default=Availability.OFFLINE
    )
    # Since when an agent who took work takes none; null while they do, and for those who never said that they would.
    away_since = models.DateTimeField(null=True, editable=False)
    # Whether the back office holds an agent's replies for half a minute, in which they can be taken back.
    holds_replies = models.BooleanField(_("holds replies"), default=False, editable=False)
    is_active = models.BooleanField(_("active"), default=True)
    created_at = models.DateTimeField(_("created"), default=timezone.now, editable=False)
    updated_at = models.DateTimeField(_("updated"), auto_now=True)

    objects: ClassVar[UserManager] = UserManager()
    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ["name"]

    class Meta:
        verbose_name = _("user")
        verbose_name_plural = _("users")
        default_permissions = ()
        constraints = [
            models.CheckConstraint(condition=Q(email=Lower("email")), name="user_email_lower_case"),
            models.UniqueConstraint("role", condition=Q(role__in=("bot", "system")), name="one_user_per_service"),
            models.CheckConstraint(condition=Q(role__in=Role.values), name="user_role_known"),
            models.CheckConstraint(condition=Q(language__in=Language.values), name="user_language_known"),
            models.CheckConstraint(
                condition=Q(email__isnull=False) | Q(role__in=("guest", "bot", "system")), name="user_signs_in_by_email"
            ),
        ]
        indexes = [models.Index(fields=["role", "is_active"], name="user_role")]

    def __str__(self) -> str:
        return self.name

    @property
    def is_staff(self) -> bool:
        """Return whether the back office lets this person in."""
        return self.is_active and self.role in STAFF_ROLES

    @property
    def is_agent(self) -> bool:
        """Return whether this person sees staff forms (any of the staff roles, and the service users)."""
        return self.role not in CUSTOMER_ROLES

    @property
    def is_customer(self) -> bool:
        return self.role in CUSTOMER_ROLES

    @property
    def actor_model(self) -> str:
        """The contract's word for the kind of actor: Customer, Agent, Bot or System."""
        return {"bot": "Bot", "system": "System", "customer": "Customer", "guest": "Customer"}.get(self.role, "Agent")

    @property
    def actor_name(self) -> str:
        return self.name

    @property
    def audit_name(self) -> str:
        return self.email or self.name

    @property
    def address(self) -> str:
        """Where mail reaches this person; a guest's is unverified."""
        return self.email or self.contact_email

    @cached_property
    def rights(self) -> frozenset[str]:
        """The catalogue names this user holds, read once for this object; they are for active staff."""
        return self.granted_rights if self.is_active else frozenset()

    @cached_property
    def granted_rights(self) -> frozenset[str]:
        """The catalogue names that this user's groups give, disabled or not; customers have none."""
        if self.is_customer:
            return frozenset()
        if self.is_superuser:
            return CODENAMES
        stored = self.__dict__.get("stored_rights")
        if stored is None:
            stored = User.objects.filter(pk=self.pk).with_rights().values_list("stored_rights", flat=True).get()
        return CODENAMES.intersection(stored)

    def has_perm(self, perm: str, obj: Any = None) -> bool:
        label, _dot, codename = perm.partition(".")
        return self.is_active and label == APP_LABEL and codename in self.rights

    def has_module_perms(self, app_label: str) -> bool:
        return self.is_staff

    @property
    def permission_names(self) -> list[str]:
        """The rights as the wire names them, sorted."""
        return sorted(full_name(codename) for codename in self.rights)

    def get_full_name(self) -> str:
        return self.name

    def get_short_name(self) -> str:
        return self.name


class Team(models.Model):
    """A group of agents that tickets can be given to."""

    audit_type = "team"

    name_ar = models.CharField(_("Arabic name"), max_length=100, unique=True)
    name_en = models.CharField(_("English name"), max_length=100, unique=True)
    is_active = models.BooleanField(_("active"), default=True)
    members: models.ManyToManyField[User, TeamMembership] = models.ManyToManyField(
        User, through="TeamMembership", related_name="teams", verbose_name=_("members")
    )

    class Meta:
        verbose_name = _("team")
        verbose_name_plural = _("teams")
        default_permissions = ()
        ordering = ["name_en"]

    def __str__(self) -> str:
        from django.utils.translation import get_language

        return self.name_en if get_language() == "en" else self.name_ar

    @property
    def audit_name(self) -> str:
        return self.name_en


class TeamMembership(models.Model):
    """Say who is in a team, and who leads it."""

    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="memberships", verbose_name=_("team"))
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="memberships", verbose_name=_("agent"))
    is_lead = models.BooleanField(_("lead"), default=False)

    class Meta:
        verbose_name = _("member")
        verbose_name_plural = _("members")
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["team", "user"], name="team_member_once")]

    def __str__(self) -> str:
        return f"{self.team} · {self.user}"


class TeamDeparture(models.Model):
    """Someone who left a team and has not come back; what the team's work was given to them before is nobody's."""

    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="departures")
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    left_at = models.DateTimeField(default=timezone.now)

    class Meta:
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["team", "user"], name="team_left_once")]

    def __str__(self) -> str:
        return f"{self.team_id} {self.user_id}"


class TokenFamily(models.Model):
    """One sign-in through the API: its refresh token rotates, and the use of an old one ends the family."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="token_families")
    current = models.UUIDField(default=uuid.uuid4)
    created_at = models.DateTimeField(default=timezone.now)
    refreshed_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    end_reason = models.CharField(max_length=20, default="", blank=True)
    ip_address = models.GenericIPAddressField(null=True)
    user_agent = models.CharField(max_length=300, default="", blank=True)

    class Meta:
        default_permissions = ()
        indexes = [
            models.Index(fields=["user"], condition=Q(ended_at__isnull=True), name="token_family_open"),
            models.Index(fields=["expires_at"], name="token_family_expiry"),
        ]

    def __str__(self) -> str:
        return str(self.id)


class SignInCount(models.Model):
    """Sign-in attempts by account and by address in a window; kept in the database so that Redis is not needed."""

    key = models.CharField(max_length=64, primary_key=True)
    window_start = models.DateTimeField()
    count = models.PositiveIntegerField(default=0)

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return self.key


class LinkRequest(models.Model):
    """A mailed link that somebody asked for at an address, known or not; the worker looks up whose it is."""

    email = models.CharField(max_length=254)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        abstract = True
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.created_at:%Y-%m-%d %H:%M}"


class LivingLink(models.Model):
    """A mailed link by its token's hash, one for each person."""

    token_hash = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField()

    class Meta:
        abstract = True
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.created_at:%Y-%m-%d %H:%M}"


class PasswordResetRequest(LinkRequest):
    """A request for a link to a new password."""


class PasswordReset(LivingLink):
    """The one living reset link of a person, by its token's hash.

    Using it deletes it, and so does any change of password, e-mail or activity, by a trigger (`password_resets.sql`).
    """

    user = models.OneToOneField(User, on_delete=models.CASCADE, related_name="password_reset")


class SignInLinkRequest(LinkRequest):
    """A request for a link into the pages of /help."""


class SignInLink(LivingLink):
    """The one living sign-in link of a customer, by its token's hash; using it deletes it, as a new e-mail does."""

    user = models.OneToOneField(User, on_delete=models.CASCADE, related_name="sign_in_link")
    email = models.EmailField()


class ServerKey(models.Model):
    """A secret by which a shop's own server signs its customers in; only its hash is kept. Revoked ones stay."""

    audit_type = "server_key"

    name = models.CharField(_("name"), max_length=100, unique=True)
    secret_hash = models.CharField(max_length=64, unique=True, editable=False)
    created_at = models.DateTimeField(_("created"), default=timezone.now, editable=False)
    revoked_at = models.DateTimeField(_("revoked"), null=True, editable=False)

    class Meta:
        verbose_name = _("server key")
        verbose_name_plural = _("server keys")
        default_permissions = ()
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    @property
    def audit_name(self) -> str:
        return self.name
