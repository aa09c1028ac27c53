"""Putting mails into the queue, in the transaction of what they tell."""

from __future__ import annotations

from email.utils import make_msgid
from urllib.parse import urlsplit

from django.conf import settings

from crm_site.events.doorbell import ring_on_commit
from crm_site.lib.text import clean_text
from crm_site.mail.models import OutgoingMail


def queue_mail(source: str, recipient: str, *, subject: str, text: str, html: str = "", calendar: str = "") -> None:
    """Queue one mail; the same source reaches an address once, however often it is asked for.

    `calendar` is a meeting as iCalendar, which goes along as a part of its own.
    """
    domain = urlsplit(settings.BASE_URL).hostname or "localhost"
    mail = OutgoingMail(
        source=source,
        recipient=recipient.strip().lower(),
        subject=clean_text(subject)[:250],
        text=text,
        html=html,
        calendar=calendar,
        message_id=make_msgid(domain=domain),
    )
    OutgoingMail.objects.bulk_create([mail], ignore_conflicts=True)
    ring_on_commit("mail.send_due")
