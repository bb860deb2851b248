"""Chat sessions, their messages and ratings."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Language, User
from bot.words import language_of
from chat.querysets import ChatMessageQuerySet, SessionQuerySet
from chat.states import OPEN, EndedBy, Status
from chat.texts import service_name
from tickets.models import AuthorType, Ticket


class Session(models.Model):
    """A customer's conversation with one handler at a time; he has at most one that is open.

    `version` and `updated_at` count changes of what is shown of the session; a message moves neither.
    """

    audit_type = "chat_session"

    customer = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="chats", verbose_name=_("customer"), db_index=False
    )
    agent = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("agent"), db_index=False
    )
    status = models.CharField(_("status"), max_length=8, choices=Status.choices, default=Status.BOT)
    language = models.CharField(_("language"), max_length=2, choices=Language.choices)
    ticket = models.ForeignKey(
        Ticket, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("ticket"), db_index=False
    )
    waiting_since = models.DateTimeField(_("waiting since"), null=True)
    # Whoever lost his agent goes before all who came later.
    is_front = models.BooleanField(default=False)
    accepted_at = models.DateTimeField(_("accepted"), null=True)
    # When it first came into the queue and to an agent, whatever became of it later: what waiting is measured by.
    first_waiting_at = models.DateTimeField(null=True)
    first_accepted_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(_("ended"), null=True)
    ended_by = models.CharField(_("ended by"), max_length=8, choices=EndedBy.choices, blank=True, default="")

    # What the watch over the queue remembers; nobody is shown any of it.
    last_message_at = models.DateTimeField(default=timezone.now)
    last_customer_at = models.DateTimeField(default=timezone.now)
    last_agent_at = models.DateTimeField(null=True)
    customer_gone_at = models.DateTimeField(null=True)
    customer_asked_at = models.DateTimeField(null=True)
    agent_gone_at = models.DateTimeField(null=True)
    ticket_offered_at = models.DateTimeField(null=True)
    idle_warned_at = models.DateTimeField(null=True)
    customer_read_at = models.DateTimeField(null=True)
    agent_read_at = models.DateTimeField(null=True)

    version = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField(_("started"), default=timezone.now)
    updated_at = models.DateTimeField(_("updated"), default=timezone.now)

    objects = SessionQuerySet.as_manager()
    # Annotation of SessionQuerySet.complete().
    queue_position: int | None

    class Meta:
        verbose_name = _("chat")
        verbose_name_plural = _("chats")
        default_permissions = ()
        ordering = ["-created_at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["customer"], condition=Q(status__in=[*OPEN]), name="chat_session_one_open_each"
            ),
            models.CheckConstraint(condition=Q(status__in=Status.values), name="chat_session_status_known"),
            models.CheckConstraint(condition=Q(language__in=Language.values), name="chat_session_language_known"),
            models.CheckConstraint(
                condition=Q(status=Status.ENDED)
                | Q(status=Status.ACTIVE, agent__isnull=False, accepted_at__isnull=False)
                | Q(status__in=[Status.BOT, Status.WAITING], agent__isnull=True),
                name="chat_session_active_has_agent",
            ),
            models.CheckConstraint(
                condition=Q(status=Status.WAITING, waiting_since__isnull=False)
                | ~Q(status=Status.WAITING) & Q(waiting_since__isnull=True),
                name="chat_session_waiting_has_time",
            ),
            models.CheckConstraint(
                condition=Q(status=Status.ENDED, ended_at__isnull=False, ended_by__in=EndedBy.values)
                | ~Q(status=Status.ENDED) & Q(ended_at__isnull=True, ended_by=""),
                name="chat_session_ended_has_time",
            ),
        ]
        indexes = [
            models.Index(fields=["customer", "-created_at", "-id"], name="chat_session_of_customer"),
            models.Index(fields=["-created_at", "-id"], name="chat_session_newest"),
            models.Index(fields=["agent", "-created_at", "-id"], name="chat_session_by_agent"),
            models.Index(fields=["status", "-created_at", "-id"], name="chat_session_by_status"),
            models.Index(fields=["agent"], condition=Q(status=Status.ACTIVE), name="chat_session_active"),
            models.Index(
                fields=["-is_front", "waiting_since", "id"],
                condition=Q(status=Status.WAITING),
                name="chat_session_queue",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.customer_id} {self.pk}"

    @property
    def audit_name(self) -> str:
        return f"#{self.pk}"

    @property
    def is_open(self) -> bool:
        return self.status in OPEN


class ChatMessage(models.Model):
    """A message of a chat; an internal one is a note that no customer ever sees.

    `answers` is the customer's message that a bot's answer belongs to: there is at most one. `reply_value` is what a
    chosen quick reply stands for, where `body` is what it said.
    """

    audit_type = "chat_message"

    session = models.ForeignKey(Session, on_delete=models.PROTECT, related_name="messages", db_index=False)
    author = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", db_index=False)
    author_type = models.CharField(max_length=8, choices=AuthorType.choices)
    body = models.TextField()
    is_internal = models.BooleanField(default=False)
    quick_replies: models.JSONField[list[dict[str, str]], list[dict[str, str]]] = models.JSONField(default=list)
    reply_value = models.TextField(blank=True, default="")
    answers = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    # The bot's rule by id; rules come and go, what they said stays.
    rule_id = models.BigIntegerField(null=True)
    client_message_id = models.CharField(max_length=100, blank=True, default="")
    read_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(default=timezone.now)

    objects = ChatMessageQuerySet.as_manager()
    attachment_rows: list[dict[str, Any]]

    class Meta:
        db_table = "chat_message"
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["author", "session", "client_message_id"],
                condition=~Q(client_message_id=""),
                name="chat_message_sent_once",
            ),
            models.UniqueConstraint(
                fields=["answers"], condition=Q(answers__isnull=False), name="chat_message_answered_once"
            ),
            models.CheckConstraint(condition=Q(author_type__in=AuthorType.values), name="chat_message_author_known"),
            models.CheckConstraint(
                condition=Q(is_internal=False) | Q(author_type=AuthorType.AGENT), name="chat_message_note_by_agent"
            ),
            models.CheckConstraint(
                condition=Q(answers__isnull=True, rule_id__isnull=True) | Q(author_type=AuthorType.BOT),
                name="chat_message_bot_answers",
            ),
        ]
        indexes = [
            models.Index(fields=["session", "id"], name="chat_message_thread"),
            models.Index(fields=["rule_id"], condition=Q(rule_id__isnull=False), name="chat_message_by_rule"),
        ]

    def __str__(self) -> str:
        return f"{self.session_id} {self.pk}"

    @property
    def author_name(self) -> str:
        """The name of its author; the bot and the product itself in the language of what they said."""
        language = language_of(self.body, self.session.language)
        return service_name(self.author_type, language) or str(self.author.name)


class ChatRating(models.Model):
    """A customer's verdict on a chat, given once, credited to the agent who had it last."""

    session = models.OneToOneField(Session, on_delete=models.CASCADE, related_name="rating", primary_key=True)
    rating = models.PositiveSmallIntegerField()
    feedback = models.TextField(blank=True, default="")
    agent = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    rated_at = models.DateTimeField(default=timezone.now)

    class Meta:
        db_table = "chat_rating"
        default_permissions = ()
        constraints = [models.CheckConstraint(condition=Q(rating__range=(1, 5)), name="chat_rating_one_to_five")]
        indexes = [models.Index(fields=["rated_at"], name="chat_rating_by_time")]

    def __str__(self) -> str:
        return f"{self.session_id} {self.rating}"
