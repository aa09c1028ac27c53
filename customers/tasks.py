"""Celery tasks of customers."""

from celery import shared_task
from django.utils import timezone

from customers.services import tasking


@shared_task(name="customers.sweep_tasks")
def sweep_tasks() -> None:
    """Let series go on and remind people of what is due; run every few seconds, and safe to run twice at once."""
    now = timezone.now()
    tasking.continue_due_series(now)
    tasking.claim_due_reminders(now)
