"""Celery tasks of sales."""

from celery import shared_task

from sales.services import monday_mail
from sales.services.leads import return_silent_leads, revive_due_leads


@shared_task(name="sales.sweep_leads")
def sweep_leads() -> None:
    """Take back leads that were left alone, and take up those whose day has come; safe to run twice at once."""
    return_silent_leads()
    revive_due_leads()


@shared_task(name="sales.mail_mondays")
def mail_mondays() -> None:
    """Queue the Monday mails whose hour has come; safe to run twice at once."""
    monday_mail.mail_mondays()
