"""Say who has a session in hand: the bot, the queue, an agent, or nobody any more."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Status(models.TextChoices):
    """A session's one handler at a time; `version` moves with it, so that nobody acts on an old one."""

    BOT = "bot", _("With the bot")
    WAITING = "waiting", _("Waiting")
    ACTIVE = "active", pgettext_lazy("chat", "Active")
    ENDED = "ended", _("Ended")


class EndedBy(models.TextChoices):
    """Say who ended a session."""

    CUSTOMER = "customer", _("Customer")
    AGENT = "agent", pgettext_lazy("writer", "Agent")
    SYSTEM = "system", _("System")


OPEN = (Status.BOT, Status.WAITING, Status.ACTIVE)
# What an agent can take over: chats that no person has in hand.
UNTAKEN = (Status.BOT, Status.WAITING)
