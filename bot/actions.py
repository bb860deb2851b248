"""Define what choosing a quick reply does."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class ReplyAction(models.TextChoices):
    """`link` is opened by the client, the others are carried out by us."""

    REPLY = "reply", _("Answer with this text")
    HANDOVER = "handover", _("Ask for a person")
    TICKET = "ticket", _("Open a ticket")
    LINK = "link", _("Open a link")
