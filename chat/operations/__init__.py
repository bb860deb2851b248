"""Every change of a chat; one function a change, called by every door."""

from chat.operations.conversation import BotSays, NewChatMessage, Post, Posted, answer_as_bot, post, post_together
from chat.operations.ending import end, rate
from chat.operations.locking import ChatsHeld
from chat.operations.queue import accept, hand_over, transfer
from chat.operations.reading import mail_transcript, read
from chat.operations.starting import Started, start
from chat.operations.tickets import make_ticket

__all__ = [
    "BotSays",
    "ChatsHeld",
    "NewChatMessage",
    "Post",
    "Posted",
    "Started",
    "accept",
    "answer_as_bot",
    "end",
    "hand_over",
    "mail_transcript",
    "make_ticket",
    "post",
    "post_together",
    "rate",
    "read",
    "start",
    "transfer",
]
