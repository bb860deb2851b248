"""Background work of the log."""

from celery import shared_task
from django.utils import timezone

from audit.anchors import write_anchor


@shared_task(name="audit.anchor")  # type: ignore[untyped-decorator]
def anchor() -> None:
    """Write down the chain's head once an hour; asked each minute."""
    write_anchor(timezone.now())
