"""Background work of chats."""

from celery import shared_task

from chat.queue_positions import tell_later
from chat.watch import watch as look


@shared_task(name="chat.watch")  # type: ignore[untyped-decorator]
def watch() -> None:
    """Look at every open chat, every CHAT_WATCH_SECONDS."""
    look()


@shared_task(name="chat.tell_positions")  # type: ignore[untyped-decorator]
def tell_positions() -> None:
    """The places in the queue, after a burst of moves."""
    tell_later()
