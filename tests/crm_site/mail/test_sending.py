"""Mail goes out once: what the server takes, refuses, puts off, and what nobody can be sure of."""

from __future__ import annotations

import datetime as dt
import email
import email.policy
import time
from typing import Any

import pytest
from django.contrib.admin import site
from django.db import connection
from django.utils import timezone
from pytest_django.fixtures import Settings

from crm_site.jobs.running import run_job
from crm_site.jobs.starting import start_job
from crm_site.mail import tasks
from crm_site.mail.models import OutgoingMail
from crm_site.mail.queueing import queue_mail
from crm_site.mail.sending import LONGEST_WAIT, MAX_ATTEMPTS, claim, give_up_lost, send_due, settle, wait_before
from crm_site.mail.smtp import transmit
from tests.crm_site.mail.conftest import MailServer, free_port

pytestmark = pytest.mark.django_db


def queue(source: str = "digest:1", recipient: str = "olga@crm.example", **more: str) -> OutgoingMail:
    """Queue a mail and return its row."""
    facts: dict[str, Any] = {"subject": "News 你好", "text": "Words", "html": "<p>Words</p>", **more}
    queue_mail(source, recipient, **facts)
    return OutgoingMail.objects.get(source=source, recipient=recipient.lower())


def states() -> list[str]:
    """Return the states of all rows."""
    return list(OutgoingMail.objects.order_by("pk").values_list("state", flat=True))


def test_a_mail_goes_out_once_with_both_parts(mail_server: MailServer) -> None:
    row = queue()
    assert send_due(OutgoingMail, transmit) == 1
    assert send_due(OutgoingMail, transmit) == 0
    (taken,) = mail_server.taken
    message = email.message_from_bytes(taken.content, policy=email.policy.default)
    assert taken.rcpt_tos == ["olga@crm.example"]
    assert (message["Subject"], message["Message-ID"]) == ("News 你好", row.message_id)
    assert message["Auto-Submitted"] == "auto-generated"
    assert [part.get_content_type() for part in message.iter_parts()] == ["text/plain", "text/html"]
    row.refresh_from_db()
    assert (row.state, row.attempts, row.error) == ("sent", 1, "")


def test_the_same_source_reaches_an_address_once(mail_server: MailServer) -> None:
    for address in ("olga@crm.example", "OLGA@crm.example ", "tom@crm.example"):
        queue_mail("digest:1", address, subject="News", text="Words")
    assert send_due(OutgoingMail, transmit) == 2
    queue_mail("digest:1", "olga@crm.example", subject="News", text="Words")
    assert send_due(OutgoingMail, transmit) == 0
    assert len(mail_server.taken) == 2


def test_a_subject_cannot_bring_headers_along(mail_server: MailServer) -> None:
    queue(subject="News\r\nBcc: eve@evil.example")
    send_due(OutgoingMail, transmit)
    (taken,) = mail_server.taken
    assert email.message_from_bytes(taken.content)["Bcc"] is None


@pytest.mark.parametrize(
    ("rcpt", "data", "state"),
    [
        ("450 mailbox busy", "", "queued"),
        ("550 no such mailbox", "", "bounced"),
        ("", "451 try later", "queued"),
        ("", "452 full", "queued"),
        ("", "554 spam", "bounced"),
        ("", "250 but the line breaks", "unknown"),
    ],
)
def test_the_servers_answer_decides(rcpt: str, data: str, state: str, mail_server: MailServer) -> None:
    mail_server.rcpt = rcpt
    mail_server.data = (lambda: data) if data else None
    row = queue()
    send_due(OutgoingMail, transmit)
    row.refresh_from_db()
    assert row.state == state
    assert (rcpt or data)[:3] in row.error or state == "unknown"
    if state == "queued":
        assert timezone.now() < row.due_at <= timezone.now() + dt.timedelta(minutes=1.5)
    mail_server.rcpt, mail_server.data = "", None
    OutgoingMail.objects.update(due_at=timezone.now())
    send_due(OutgoingMail, transmit)
    row.refresh_from_db()
    # Only what the server put off goes out later; what is unknown never does by itself.
    assert row.state == ("sent" if state == "queued" else state)


def test_a_server_that_is_not_there_is_asked_again(mail_server: MailServer, settings: Settings) -> None:
    settings.EMAIL_PORT = free_port()
    row = queue()
    send_due(OutgoingMail, transmit)
    row.refresh_from_db()
    assert (row.state, row.attempts) == ("queued", 1)
    assert "ConnectionRefusedError" in row.error


def test_a_server_that_never_answers_to_the_words_leaves_it_unknown(
    mail_server: MailServer, settings: Settings
) -> None:
    settings.EMAIL_TIMEOUT = 1

    def too_late() -> str:
        time.sleep(2)
        return "451 too late"

    mail_server.data = too_late
    row = queue()
    send_due(OutgoingMail, transmit)
    row.refresh_from_db()
    assert row.state == "unknown"


def test_waiting_doubles_with_jitter_and_ends(mail_server: MailServer) -> None:
    waits = [wait_before(attempt).total_seconds() for attempt in range(2, 12)]
    for wait, base in zip(waits, [60, 120, 240, 480, 960, 1920, 3600, 3600, 3600, 3600], strict=True):
        assert base <= wait < 1.5 * base
    assert len({wait_before(9) for _again in range(20)}) > 1
    assert wait_before(99) <= LONGEST_WAIT * 1.5
    mail_server.rcpt = "450 busy"
    row = queue()
    OutgoingMail.objects.update(attempts=MAX_ATTEMPTS - 1)
    send_due(OutgoingMail, transmit)
    row.refresh_from_db()
    assert row.state == "bounced"


def test_a_fault_of_our_own_leaves_it_unknown() -> None:
    queue()

    def broken(row: OutgoingMail) -> None:
        raise ZeroDivisionError

    send_due(OutgoingMail, broken)
    assert states() == ["unknown"]


def test_a_claimed_row_is_nobody_elses_and_becomes_unknown_when_its_worker_is_silent() -> None:
    row = queue()
    assert claim(OutgoingMail) == row
    assert claim(OutgoingMail) is None
    assert give_up_lost(OutgoingMail) == 0
    OutgoingMail.objects.update(claimed_at=timezone.now() - dt.timedelta(minutes=11))
    assert give_up_lost(OutgoingMail) == 1
    assert states() == ["unknown"]
    assert claim(OutgoingMail) is None


def test_a_slow_worker_corrects_the_sweep_but_not_a_later_attempt() -> None:
    queue()
    first = claim(OutgoingMail)
    assert first is not None
    OutgoingMail.objects.update(state="unknown")
    settle(first, lambda row: None)
    assert states() == ["sent"]
    OutgoingMail.objects.update(state="queued")
    again = claim(OutgoingMail)
    assert again is not None
    settle(first, lambda row: None)
    assert states() == ["sending"]


def test_nothing_goes_out_while_sending_is_off(mail_server: MailServer, settings: Settings) -> None:
    queue()
    settings.MAIL_SENDING = False
    tasks.sweep()
    tasks.send_due_mail()
    assert (states(), mail_server.taken) == (["queued"], [])
    settings.MAIL_SENDING = True
    tasks.sweep()
    assert (states(), len(mail_server.taken)) == (["sent"], 1)


def test_only_a_person_sends_again_what_is_unknown_or_refused(rf: Any) -> None:
    for state in ("queued", "sending", "sent", "bounced", "unknown"):
        queue(f"digest:{state}")
        OutgoingMail.objects.filter(source=f"digest:{state}").update(state=state)
    admin: Any = site.get_model_admin(OutgoingMail)
    admin.send_again(rf.get("/"), OutgoingMail.objects.all())
    assert states() == ["queued", "sending", "sent", "queued", "queued"]


def test_old_mail_is_forgotten_but_not_what_is_unknown() -> None:
    for state in ("queued", "sending", "sent", "bounced", "unknown"):
        queue(f"digest:{state}")
        OutgoingMail.objects.filter(source=f"digest:{state}").update(state=state)
    OutgoingMail.objects.update(created_at=timezone.now() - dt.timedelta(days=181))
    queue("new")
    OutgoingMail.objects.filter(source="new").update(state="sent")
    run = run_job(start_job("forget_mail", wake=False).pk)
    assert run is not None
    assert (run.state, run.result) == ("succeeded", {"removed": 2})
    assert states() == ["queued", "sending", "unknown", "sent"]


def test_what_is_due_is_found_by_its_index() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT indexdef FROM pg_indexes WHERE indexname = 'mail_due'")
        (definition,) = cursor.fetchone()
    assert definition.endswith("(due_at, id) WHERE ((state)::text = 'queued'::text)")
