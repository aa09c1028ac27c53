"""Sixteen at once: the same form sent, the same link clicked, the same submission handed over – each counts once."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connections
from django.test import Client
from pytest_django.fixtures import Settings

from crm_site.events.delivering import deliver_pending
from crm_site.forms.confirming import confirm
from crm_site.forms.delivering import deliver
from crm_site.forms.models import FormField, Submission
from crm_site.mail.models import OutgoingMail
from customers.models import Customer
from tests.crm_site.forms.conftest import build, stamp_of, with_consent

THREADS = 16
pytestmark = pytest.mark.django_db(transaction=True)


def at_once(work: Callable[[], Any]) -> list[Any]:
    """Let all threads begin together, and return what each came to."""
    gate, found = threading.Barrier(THREADS), []

    def run() -> None:
        try:
            gate.wait()
            found.append(work())
        except Exception as error:
            found.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run) for _number in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return found


@pytest.fixture(autouse=True)
def many_allowed(settings: Settings) -> None:
    """Let the races be about something else than limits."""
    cache.clear()
    settings.FORM_POSTS_PER_SENDER = 10_000


def test_a_form_that_is_sent_by_sixteen_at_once_is_stored_and_handed_over_once() -> None:
    form = build()
    path = f"/f/{form.token}/"
    stamp = stamp_of(Client(), path)
    codes = at_once(lambda: Client().post(path, {"stamp": stamp, "f-name": "Ada"}).status_code)
    assert Counter(codes) == {200: 1, 409: THREADS - 1}
    found = Submission.objects.get()
    assert not [one for one in at_once(lambda: deliver(found.pk)) if isinstance(one, Exception)]
    at_once(deliver_pending)
    assert Customer.objects.count() == 1


def test_of_sixteen_clicks_on_a_link_one_confirms() -> None:
    form = build()
    FormField.objects.filter(form=form, name="email").update(required=True)
    form = with_consent(form, double_opt_in=True)
    path = f"/f/{form.token}/"
    Client().post(path, {"stamp": stamp_of(Client(), path), "f-name": "Ada", "f-email": "ada@example.com"})
    token = OutgoingMail.objects.get().text.partition("/f/confirm/")[2].partition("/")[0]
    found = at_once(lambda: confirm(token))
    assert sum(one is not None for one in found) == 1, found
    at_once(deliver_pending)
    assert Customer.objects.count() == 1
