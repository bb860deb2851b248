"""Tickets, their messages, and what stands around them."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import Team, User
from core.text import in_language
from tickets.assigning.models import AgentTurn as AgentTurn
from tickets.assigning.models import AssignmentRule as AssignmentRule
from tickets.inbox.models import Draft as Draft
from tickets.inbox.models import Macro as Macro
from tickets.inbox.models import Reading as Reading
from tickets.inbox.models import SavedView as SavedView
from tickets.querysets import MessageQuerySet, TicketQuerySet
from tickets.sla.models import BusinessCalendar as BusinessCalendar
from tickets.sla.models import SlaEvent as SlaEvent
from tickets.sla.models import SlaPolicy as SlaPolicy
from tickets.sla.models import SlaPolicyVersion as SlaPolicyVersion
from tickets.states import DONE, WORKING, Priority, Status


class Category(models.Model):
    """Hold what a ticket is about; a tree, named in both languages."""

    audit_type = "category"

    name_ar = models.CharField(_("Arabic name"), max_length=100)
    name_en = models.CharField(_("English name"), max_length=100)
    parent = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="children", verbose_name=_("parent")
    )
    is_active = models.BooleanField(_("active"), default=True)

    class Meta:
        verbose_name = _("category")
        verbose_name_plural = _("categories")
        default_permissions = ()
        ordering = ["name_en"]
        constraints = [
            models.UniqueConstraint(fields=["parent", "name_ar"], name="category_name_ar_once", nulls_distinct=False),
            models.UniqueConstraint(fields=["parent", "name_en"], name="category_name_en_once", nulls_distinct=False),
            models.CheckConstraint(condition=~Q(parent=F("id")), name="category_not_own_parent"),
        ]

    def __str__(self) -> str:
        return in_language(self.name_ar, self.name_en)

    @property
    def audit_name(self) -> str:
        return self.name_en


class CannedResponse(models.Model):
    """A ready answer in both languages, found by its shortcut; variables are filled when it is used."""

    audit_type = "canned_response"

    title_ar = models.CharField(_("Arabic title"), max_length=150)
    title_en = models.CharField(_("English title"), max_length=150)
    body_ar = models.TextField(_("Arabic text"))
    body_en = models.TextField(_("English text"))
    shortcut = models.CharField(_("shortcut"), max_length=40)

    class Meta:
        verbose_name = _("canned response")
        verbose_name_plural = _("canned responses")
        default_permissions = ()
        ordering = ["shortcut"]
        constraints = [
            models.UniqueConstraint(
                Lower("shortcut"),
                name="canned_shortcut_once",
                violation_error_message=_("This shortcut is already in use."),
            )
        ]

    def __str__(self) -> str:
        return in_language(self.title_ar, self.title_en)

    @property
    def audit_name(self) -> str:
        return self.shortcut


Rows = list[dict[str, Any]]
_WITH_FILES = Q(attachment_count__gt=0) | Q(note_attachment_count__gt=0)


class Ticket(models.Model):
    """A customer's request and its state.

    `version` and `updated_at` count changes of the public fields alone; `staff_updated_at` moves with anything.
    """

    audit_type = "ticket"

    number = models.CharField(_("number"), max_length=24, editable=False)
    subject = models.CharField(_("subject"), max_length=200)
    description = models.TextField(_("description"))
    status = models.CharField(_("status"), max_length=12, choices=Status.choices, default=Status.OPEN)
    priority = models.SmallIntegerField(_("priority"), choices=Priority.choices, default=Priority.NORMAL)
    # Keys that a composite index begins with, or by which nothing is looked up, have no index of their own.
    customer = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="tickets", verbose_name=_("customer"), db_index=False
    )
    created_by = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="+", verbose_name=_("opened by"), db_index=False
    )
    category = models.ForeignKey(
        Category,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="tickets",
        verbose_name=_("category"),
        db_index=False,
    )
    team = models.ForeignKey(
        Team, on_delete=models.PROTECT, null=True, blank=True, related_name="tickets", verbose_name=_("team")
    )
    assignee = models.ForeignKey(
        User,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="assigned",
        verbose_name=_("assignee"),
        db_index=False,
    )
    order_id = models.CharField(_("order"), max_length=64, blank=True, default="")
    product_id = models.CharField(_("product"), max_length=64, blank=True, default="")
    tags = ArrayField(models.CharField(max_length=40), verbose_name=_("tags"), default=list, blank=True)
    # The chat that the ticket was made of; chats stand in an app above this one.
    chat_session_id = models.BigIntegerField(null=True, editable=False)
    # The customer's name and addresses, copied for search (tickets.search); the database folds them into search_text.
    customer_text = models.TextField(blank=True, default="", editable=False)

    message_count = models.PositiveIntegerField(default=0)
    note_count = models.PositiveIntegerField(default=0)
    attachment_count = models.PositiveIntegerField(default=0)
    note_attachment_count = models.PositiveIntegerField(default=0)
    reopen_count = models.PositiveIntegerField(default=0)
    escalation_level = models.PositiveSmallIntegerField(_("escalation level"), default=0)
    escalated_at = models.DateTimeField(_("escalated"), null=True)

    first_response_at = models.DateTimeField(_("first response"), null=True)
    first_response_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    resolved_at = models.DateTimeField(_("resolved"), null=True)
    resolved_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    resolved_assignee = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    closed_at = models.DateTimeField(_("closed"), null=True)
    merged_into = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, related_name="merged_sources", db_index=False
    )

    first_response_due_at = models.DateTimeField(null=True)
    next_response_due_at = models.DateTimeField(null=True)
    resolution_due_at = models.DateTimeField(null=True)
    sla_due_at = models.DateTimeField(null=True)
    # When the promise that is due at sla_due_at begins to warn.
    sla_warning_at = models.DateTimeField(null=True)
    sla_breached = models.BooleanField(default=False)
    sla_paused = models.BooleanField(default=False)
    # What is left of the resolution's target while its clock is paused.
    sla_remaining_seconds = models.PositiveIntegerField(null=True)
    sla_policy = models.ForeignKey(SlaPolicy, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    # The state of policies and calendars (tickets.sla.rules) that the columns above were computed under.
    sla_rules_version = models.PositiveBigIntegerField(default=0)
    # When the monitor has to look at the ticket next; null when there is nothing to wait for.
    check_at = models.DateTimeField(null=True)

    version = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField(_("created"), default=timezone.now)
    updated_at = models.DateTimeField(_("updated"), default=timezone.now)
    staff_updated_at = models.DateTimeField(default=timezone.now)
    last_message_at = models.DateTimeField(_("last message"), default=timezone.now)
    last_activity_at = models.DateTimeField(default=timezone.now)
    # Until when agents have put it aside: out of the lists of work, and nothing else. The monitor ends it.
    snoozed_until = models.DateTimeField(_("put aside until"), null=True)
    # Since when the customer waits for an answer: their first public message after the last one of an agent.
    customer_waits_since = models.DateTimeField(null=True)

    objects = TicketQuerySet.as_manager()
    # Annotations of TicketQuerySet.complete().
    watcher_rows: Rows
    link_rows: Rows
    back_link_rows: Rows
    attachment_rows: Rows
    # Facts of a ticket that is being opened (tickets.facts.Fact); no other has the attribute.
    coming_facts: list[Any]

    class Meta:
        verbose_name = _("ticket")
        verbose_name_plural = _("tickets")
        default_permissions = ()
        ordering = ["-created_at", "-id"]
        constraints = [
            # Not `unique=True`: numbers are looked up whole, and that would add a second index for LIKE.
            models.UniqueConstraint(fields=["number"], name="tickets_ticket_number_key"),
            models.CheckConstraint(condition=Q(status__in=Status.values), name="ticket_status_known"),
            models.CheckConstraint(condition=Q(priority__in=Priority.values), name="ticket_priority_known"),
            models.CheckConstraint(
                condition=Q(merged_into__isnull=True) | (Q(status=Status.CLOSED) & ~Q(merged_into=F("id"))),
                name="ticket_merged_is_closed",
            ),
            models.CheckConstraint(
                condition=Q(resolved_at__isnull=False) | ~Q(status=Status.RESOLVED), name="ticket_resolved_has_time"
            ),
            models.CheckConstraint(
                condition=Q(closed_at__isnull=False) | ~Q(status=Status.CLOSED), name="ticket_closed_has_time"
            ),
            models.UniqueConstraint(
                fields=["chat_session_id"], condition=Q(chat_session_id__isnull=False), name="ticket_one_of_a_chat"
            ),
        ]
        indexes = [
            models.Index(fields=["customer", "-created_at", "-id"], name="ticket_of_customer"),
            models.Index(fields=["-created_at", "-id"], name="ticket_newest"),
            models.Index(fields=["-updated_at", "-id"], name="ticket_updated"),
            models.Index(fields=["status", "-created_at", "-id"], name="ticket_by_status"),
            models.Index(fields=["assignee", "-created_at", "-id"], name="ticket_by_assignee"),
            models.Index(fields=["assignee", "status", "-created_at", "-id"], name="ticket_by_assignee_status"),
            models.Index(fields=["merged_into"], condition=Q(merged_into__isnull=False), name="ticket_merged"),
            models.Index(fields=["category", "-created_at", "-id"], name="ticket_by_category"),
            models.Index(fields=["-priority", "-id"], name="ticket_by_priority"),
            models.Index(fields=["sla_due_at", "id"], name="ticket_by_due"),
            models.Index(F("sla_due_at").desc(nulls_last=True), F("id").desc(), name="ticket_by_due_last"),
            models.Index(fields=["customer_waits_since", "id"], name="ticket_by_waiting"),
            models.Index(fields=["status", "id"], name="ticket_status_order"),
            models.Index(fields=["order_id", "-created_at"], condition=~Q(order_id=""), name="ticket_by_order"),
            models.Index(fields=["product_id", "-created_at"], condition=~Q(product_id=""), name="ticket_by_product"),
            models.Index(fields=["-created_at", "-id"], condition=Q(sla_breached=True), name="ticket_breached"),
            models.Index(fields=["-created_at", "-id"], condition=_WITH_FILES, name="ticket_with_files"),
            models.Index(fields=["check_at"], condition=Q(check_at__isnull=False), name="ticket_to_check"),
            models.Index(fields=["snoozed_until"], condition=Q(snoozed_until__isnull=False), name="ticket_put_aside"),
            models.Index(
                fields=["sla_rules_version", "id"], condition=~Q(status__in=[*DONE]), name="ticket_open_by_rules"
            ),
            GinIndex(fields=["tags"], name="ticket_by_tag"),
            # All that reports count of tickets by the day of their creation, so that no row is fetched for it.
            models.Index(
                fields=["created_at"],
                include=[
                    *("id", "status", "priority", "category", "team", "customer", "resolved_at", "closed_at"),
                    *("first_response_at", "first_response_by"),
                ],
                condition=Q(merged_into__isnull=True),
                name="ticket_in_reports",
            ),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def audit_name(self) -> str:
        return self.number

    @property
    def priority_name(self) -> str:
        return Priority(self.priority).wire

    @property
    def is_done(self) -> bool:
        return self.status in DONE


class AuthorType(models.TextChoices):
    """Say who wrote a message."""

    CUSTOMER = "customer", _("Customer")
    AGENT = "agent", pgettext_lazy("writer", "Agent")
    BOT = "bot", _("Bot")
    SYSTEM = "system", _("System")

    @classmethod
    def of(cls, user: User) -> AuthorType:
        """Return as whom this user writes; what a chat left unanswered is opened by the product itself."""
        if user.is_customer:
            return cls.CUSTOMER
        return {"bot": cls.BOT, "system": cls.SYSTEM}.get(user.role, cls.AGENT)


class Message(models.Model):
    """A message of a ticket's thread; an internal one is a note that no customer ever sees.

    `first_ticket` is the ticket it was sent to and never changes; `ticket` is where it stands after merging; `opens` is
    the ticket it opened, if it did (an answer to a closed ticket is sent to the old one and opens a new one).
    """

    audit_type = "message"

    ticket = models.ForeignKey(Ticket, on_delete=models.PROTECT, related_name="messages", db_index=False)
    first_ticket = models.ForeignKey(Ticket, on_delete=models.PROTECT, related_name="+")
    author = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", db_index=False)
    author_type = models.CharField(max_length=8, choices=AuthorType.choices)
    body = models.TextField()
    is_internal = models.BooleanField(default=False)
    opens = models.ForeignKey(Ticket, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    client_message_id = models.CharField(max_length=100, blank=True, default="")
    created_at = models.DateTimeField(default=timezone.now)

    objects = MessageQuerySet.as_manager()
    attachment_rows: Rows

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["author", "first_ticket", "client_message_id"],
                condition=~Q(client_message_id=""),
                name="message_sent_once",
            ),
            models.UniqueConstraint(
                fields=["opens"], condition=Q(opens__isnull=False), name="message_opens_one_ticket"
            ),
            models.CheckConstraint(
                condition=Q(is_internal=False) | ~Q(author_type=AuthorType.CUSTOMER), name="message_note_by_staff"
            ),
        ]
        indexes = [
            models.Index(fields=["ticket", "id"], name="message_thread"),
            models.Index(
                fields=["ticket", "id"],
                include=["author_type", "author", "opens", "created_at"],
                condition=Q(is_internal=False),
                name="message_public_thread",
            ),
            models.Index(fields=["author", "created_at"], name="message_by_author"),
        ]

    def __str__(self) -> str:
        return f"{self.ticket_id} {self.pk}"


class Change(models.Model):
    """Hold what became of a ticket when: the facts that SLA clocks and reports are computed from."""

    ticket = models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="changes", db_index=False)
    field = models.CharField(max_length=16)
    old = models.CharField(max_length=24, blank=True, default="")
    new = models.CharField(max_length=24, blank=True, default="")
    by_id = models.BigIntegerField(null=True)
    at = models.DateTimeField()

    class Meta:
        db_table = "tickets_change"
        default_permissions = ()
        indexes = [
            models.Index(fields=["ticket", "id"], name="change_of_ticket"),
            models.Index(fields=["field", "at"], include=["ticket", "old", "new", "by_id"], name="change_by_field"),
            models.Index(
                fields=["ticket", "-at", "-id"], include=["new"], condition=Q(field="assignee"), name="change_of_agent"
            ),
            # Reopenings are few, and asked for among all changes.
            models.Index(
                fields=["ticket", "at"],
                condition=Q(field="status", old__in=[*DONE], new__in=[*WORKING]),
                name="change_reopening",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.ticket_id} {self.field} {self.old}→{self.new}"


class Watcher(models.Model):
    """An agent who follows a ticket."""

    ticket = models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="watchers")
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="watched")
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["ticket", "user"], name="watcher_once")]

    def __str__(self) -> str:
        return f"{self.ticket_id} {self.user_id}"


class LeftBehind(models.Model):
    """A ticket whose agent can answer it no more (tickets.unassigned), of which those who may take it were told."""

    ticket = models.OneToOneField(Ticket, on_delete=models.CASCADE, related_name="+", primary_key=True)
    agent = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+", db_index=False)

    objects: ClassVar[models.Manager[LeftBehind]] = models.Manager()

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.ticket_id} {self.agent_id}"


class LinkKind(models.TextChoices):
    """How two tickets belong together."""

    RELATED = "related", _("Related")
    FOLLOW_UP = "follow_up", _("Follow-up")


class Link(models.Model):
    """Two tickets that belong together; `ticket` is the later of a follow-up."""

    ticket = models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="links")
    other = models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="linked_from")
    kind = models.CharField(max_length=12, choices=LinkKind.choices)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["ticket", "other", "kind"], name="link_once"),
            models.CheckConstraint(condition=~Q(ticket=F("other")), name="link_two_tickets"),
        ]

    def __str__(self) -> str:
        return f"{self.ticket_id} {self.kind} {self.other_id}"


class Rating(models.Model):
    """A customer's verdict on a ticket, credited to whoever resolved it."""

    ticket = models.OneToOneField(Ticket, on_delete=models.CASCADE, related_name="rating", primary_key=True)
    rating = models.PositiveSmallIntegerField()
    feedback = models.TextField(blank=True, default="")
    agent = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    first_rated_at = models.DateTimeField(default=timezone.now)
    rated_at = models.DateTimeField(default=timezone.now)

    class Meta:
        default_permissions = ()
        constraints = [models.CheckConstraint(condition=Q(rating__range=(1, 5)), name="rating_one_to_five")]
        indexes = [models.Index(fields=["rated_at"], name="rating_by_time")]

    def __str__(self) -> str:
        return f"{self.ticket_id} {self.rating}"


class Merge(models.Model):
    """Hold what one merge moved, so that it can be undone exactly."""

    source = models.ForeignKey(Ticket, on_delete=models.PROTECT, related_name="+")
    target = models.ForeignKey(Ticket, on_delete=models.PROTECT, related_name="+")
    status_before = models.CharField(max_length=12)
    closed_before = models.DateTimeField(null=True)
    message_ids = ArrayField(models.BigIntegerField(), default=list)
    watcher_ids = ArrayField(models.BigIntegerField(), default=list)
    # The source's links as they were, and the columns of a target that this merge reopened, as they were.
    links: models.JSONField[Rows, Rows] = models.JSONField(default=list)
    target_before: models.JSONField[dict[str, Any] | None, dict[str, Any] | None] = models.JSONField(null=True)
    merged_at = models.DateTimeField(default=timezone.now)
    undone_at = models.DateTimeField(null=True)

    objects: ClassVar[models.Manager[Merge]] = models.Manager()

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["source"], condition=Q(undone_at__isnull=True), name="merged_once")
        ]

    def __str__(self) -> str:
        return f"{self.source_id} → {self.target_id}"


class Imported(models.Model):
    """Which ticket a record of another system became, so that importing it again makes nothing twice."""

    source = models.CharField(max_length=40)
    source_id = models.CharField(max_length=100)
    ticket = models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="+", db_index=False)

    objects: ClassVar[models.Manager[Imported]] = models.Manager()

    class Meta:
        db_table = "tickets_imported"
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["source", "source_id"], name="imported_once")]

    def __str__(self) -> str:
        return f"{self.source} {self.source_id}"
