"""Celery tasks of notifications."""

from __future__ import annotations

from celery import shared_task
from django.conf import settings

from crm_site.mail.sending import give_up_lost, send_due
from crm_site.notifications import digests
from crm_site.notifications.models import RobotPost
from crm_site.notifications.robots.posting import transmit


@shared_task(name="notifications.post_due")
def post_due() -> None:
    """Let robots post what is due, if this site lets them."""
    if settings.ROBOT_SENDING:
        send_due(RobotPost, transmit)


@shared_task(name="notifications.sweep")
def sweep() -> None:
    """Notice posts whose worker died, and post what a lost ring left behind."""
    give_up_lost(RobotPost)
    post_due()


@shared_task(name="notifications.make_digests")
def make_digests() -> None:
    """Make the daily mails whose hour has come."""
    digests.make_digests()
