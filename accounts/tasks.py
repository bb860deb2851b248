"""Background work of accounts."""

from celery import shared_task

from accounts.operations import send_password_resets as send
from accounts.operations import send_sign_in_links as send_links


@shared_task(name="accounts.operations.send_password_resets")  # type: ignore[untyped-decorator]
def send_password_resets() -> None:
    """Mail the reset links that wait."""
    send()


@shared_task(name="accounts.operations.send_sign_in_links")  # type: ignore[untyped-decorator]
def send_sign_in_links() -> None:
    """Mail the sign-in links that wait."""
    send_links()
