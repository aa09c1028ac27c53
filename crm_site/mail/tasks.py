"""Celery tasks of the mail room."""

from __future__ import annotations

from celery import shared_task
from django.conf import settings

from crm_site.mail.models import OutgoingMail
from crm_site.mail.sending import give_up_lost, send_due
from crm_site.mail.smtp import transmit


@shared_task(name="mail.send_due")
def send_due_mail() -> None:
    """Send what is due, if this site sends at all; rung by the queue, and swept in case a ring was lost."""
    if settings.MAIL_SENDING:
        send_due(OutgoingMail, transmit)


@shared_task(name="mail.sweep")
def sweep() -> None:
    """Notice mails whose worker died, and send what a lost ring left behind."""
    give_up_lost(OutgoingMail)
    send_due_mail()
