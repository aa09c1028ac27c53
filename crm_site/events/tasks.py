"""Celery tasks of the outbox."""

from celery import shared_task

from crm_site.events import delivering


@shared_task(name="events.deliver_pending")
def deliver_pending() -> None:
    """Deliver what is due; rung by `publish`, and swept every few seconds in case a ring was lost."""
    delivering.deliver_pending()
