"""A sender that is killed sends nothing twice, and what it had in hand is listed as unknown."""

from __future__ import annotations

import datetime as dt
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator

import pytest
from django.db import connection
from django.utils import timezone

from crm_site.local.places import PROJECT
from crm_site.mail.models import OutgoingMail
from crm_site.mail.queueing import queue_mail
from crm_site.mail.sending import claim, give_up_lost, send_due
from crm_site.mail.smtp import transmit
from tests.crm_site.mail.conftest import MailServer

pytestmark = pytest.mark.django_db(transaction=True)

SENDER = """
import django; django.setup()
from crm_site.mail.models import OutgoingMail
from crm_site.mail import sending, smtp
print("ready", flush=True)
{code}
"""
Start = Callable[[str], subprocess.Popen[str]]


@pytest.fixture
def start(mail_server: MailServer) -> Iterator[Start]:
    """Return a starter of senders in processes of their own, on this test's database and mail server."""
    running: list[subprocess.Popen[str]] = []
    told = connection.settings_dict
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "crm_site.settings",
        "DATABASE_URL": f"postgres://{told['USER']}:{told['PASSWORD']}@{told['HOST']}:{told['PORT']}/{told['NAME']}",
        "EMAIL_URL": f"smtp://127.0.0.1:{mail_server.port}",
    }
    if str(told["HOST"]).startswith("/"):
        environment["DATABASE_URL"] = f"postgres://{told['USER']}@/{told['HOST']}/{told['NAME']}"

    def run(code: str) -> subprocess.Popen[str]:
        child = subprocess.Popen(
            [sys.executable, "-c", SENDER.format(code=code)],
            cwd=PROJECT,
            env=environment,
            stdout=subprocess.PIPE,
            text=True,
        )
        running.append(child)
        assert child.stdout is not None
        assert child.stdout.readline() == "ready\n"
        return child

    yield run
    for child in running:
        if child.poll() is None:
            child.kill()
        child.wait()


def wait_for(condition: Callable[[], bool]) -> None:
    """Wait until something is so."""
    deadline = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def forget_worker() -> None:
    """Let ten minutes pass, and sweep."""
    OutgoingMail.objects.filter(state="sending").update(claimed_at=timezone.now() - dt.timedelta(minutes=11))
    give_up_lost(OutgoingMail)


def states() -> set[str]:
    """Return the states there are."""
    return set(OutgoingMail.objects.values_list("state", flat=True))


def test_killed_before_the_claim_commits_the_row_is_free_again(start: Start, mail_server: MailServer) -> None:
    queue_mail("one", "olga@crm.example", subject="News", text="Words")
    child = start(
        "from django.db import transaction; import time\n"
        "with transaction.atomic():\n"
        "    OutgoingMail.objects.select_for_update(skip_locked=True).get(); "
        "OutgoingMail.objects.update(state='sending'); print('locked', flush=True); time.sleep(60)"
    )
    assert child.stdout is not None
    assert child.stdout.readline() == "locked\n"
    assert claim(OutgoingMail) is None
    child.send_signal(signal.SIGKILL)
    child.wait()
    wait_for(lambda: send_due(OutgoingMail, transmit) == 1)
    assert (states(), len(mail_server.taken)) == ({"sent"}, 1)


def test_killed_between_the_claim_and_the_words_nothing_is_sent_again(start: Start, mail_server: MailServer) -> None:
    queue_mail("one", "olga@crm.example", subject="News", text="Words")
    child = start("import time; sending.claim(OutgoingMail); print('claimed', flush=True); time.sleep(60)")
    assert child.stdout is not None
    assert child.stdout.readline() == "claimed\n"
    child.send_signal(signal.SIGKILL)
    child.wait()
    assert states() == {"sending"}
    forget_worker()
    assert send_due(OutgoingMail, transmit) == 0
    assert (states(), mail_server.taken) == ({"unknown"}, [])


def test_killed_while_the_server_takes_the_words_the_mail_arrives_once(start: Start, mail_server: MailServer) -> None:
    queue_mail("one", "olga@crm.example", subject="News", text="Words")
    children: list[subprocess.Popen[str]] = []

    def kill_and_take() -> str:
        children[0].kill()
        children[0].wait()
        return "250 taken"

    mail_server.data = kill_and_take
    children.append(start("sending.send_due(OutgoingMail, smtp.transmit)"))
    children[0].wait(timeout=20)
    wait_for(lambda: len(mail_server.taken) == 1)
    mail_server.data = None
    assert states() == {"sending"}
    forget_worker()
    assert send_due(OutgoingMail, transmit) == 0
    assert (states(), len(mail_server.taken)) == ({"unknown"}, 1)


def test_of_200_mails_and_kills_at_random_moments_none_arrives_twice(start: Start, mail_server: MailServer) -> None:
    for number in range(200):
        queue_mail("news", f"person{number}@crm.example", subject="News", text="Words")
    for _kill in range(4):
        before = len(mail_server.taken)
        child = start("sending.send_due(OutgoingMail, smtp.transmit, limit=1000)")
        wait_for(lambda: len(mail_server.taken) >= before + 15 or child.poll() is not None)  # noqa: B023 - waited for here
        child.kill()
        child.wait()
    forget_worker()
    while send_due(OutgoingMail, transmit):
        continue
    arrived = [address for envelope in mail_server.taken for address in envelope.rcpt_tos]
    assert len(arrived) == len(set(arrived))
    unknown = OutgoingMail.objects.filter(state="unknown").count()
    assert states() <= {"sent", "unknown"}
    assert unknown <= 4
    assert 200 - unknown <= len(arrived) <= 200
