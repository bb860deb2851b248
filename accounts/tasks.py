"""Background work of accounts."""

from celery import shared_task

from accounts.operations import send_password_resets as send


@shared_task(name="accounts.operations.send_password_resets")  # type: ignore[untyped-decorator]
def send_password_resets() -> None:
    """Mail the reset links that wait."""
    send()
