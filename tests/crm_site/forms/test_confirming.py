"""Double opt-in: one mail, one click, once, and no word about whose address exists."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django.fixtures import Settings

from crm_site.events.delivering import deliver_pending
from crm_site.forms.confirming import confirm, lifetime
from crm_site.forms.limiting import MAILS_A_DAY
from crm_site.forms.models import Form, FormField, Submission
from crm_site.forms.receiving import accept
from crm_site.mail.models import OutgoingMail
from customers.models import Customer
from tests.crm_site.forms.conftest import Fill, build, with_consent
from tests.database_digest import database_digest


@pytest.fixture
def form(db: None) -> Form:
    """A form that wants its mail address confirmed."""
    made = build()
    FormField.objects.filter(form=made, name="email").update(required=True)
    return with_consent(made, double_opt_in=True)


def link() -> str:
    """Return the path that the only mail leads to."""
    found = re.search(r"(/f/confirm/\S+)", OutgoingMail.objects.get().text)
    assert found
    return found[1]


def test_nothing_is_done_before_the_click_and_everything_after_it(form: Form, fill: Fill, client: Client) -> None:
    answer = fill(form, f"/f/{form.token}/?lang=zh", name="Ada", email="Ada@Example.com", consent__given="on")
    assert "还" in answer.content.decode() or b"One more step" in answer.content
    deliver_pending()
    assert (Submission.objects.get().state, Customer.objects.count()) == ("waiting", 0)
    mail = OutgoingMail.objects.get()
    assert mail.recipient == "ada@example.com"
    before = database_digest()
    for _again in range(2):
        page = client.get(link())
        assert (page.status_code, b"<form" in page.content) == (200, True)
        client.head(link())
    assert database_digest() == before
    assert client.post(link()).status_code == 200
    deliver_pending()
    found = Submission.objects.get()
    assert (found.state, found.token_digest, Customer.objects.get().name) == ("confirmed", None, "Ada")
    assert found.confirmed_at is not None


def test_the_link_works_once(form: Form, fill: Fill, client: Client) -> None:
    fill(form, name="Ada", email="ada@example.com")
    path = link()
    assert [client.post(path).status_code for _again in range(3)] == [200, 410, 410]
    deliver_pending()
    assert Customer.objects.count() == 1


def test_the_link_ends_and_never_lives_longer_than_three_days(
    form: Form, fill: Fill, client: Client, settings: Settings
) -> None:
    settings.FORM_CONFIRM_HOURS = 500
    assert lifetime() == dt.timedelta(hours=72)
    fill(form, name="Ada", email="ada@example.com")
    Submission.objects.update(token_expires_at=timezone.now() - dt.timedelta(seconds=1))
    assert client.get(link()).status_code == 410
    assert client.post(link()).status_code == 410
    assert Submission.objects.get().state == "waiting"


def test_wrong_used_and_old_links_look_the_same(form: Form, fill: Fill, client: Client) -> None:
    fill(form, name="Ada", email="ada@example.com")
    path = link()
    client.post(path)
    pages = {
        client.get(one, headers={"Accept-Language": "en"}).content
        for one in (path, "/f/confirm/wrong/", "/f/confirm/x-y/")
    }
    assert len(pages) == 1
    assert b"ada" not in pages.pop().lower()


def test_the_token_is_kept_nowhere_but_in_the_mail(form: Form, fill: Fill) -> None:
    fill(form, name="Ada", email="ada@example.com")
    token = link().split("/")[3]
    found = Submission.objects.get()
    assert len(token) >= 40
    assert found.token_digest is not None
    assert token not in found.token_digest
    assert len(found.token_digest) == 64


def test_nobody_can_write_to_others_through_the_mail(form: Form, fill: Fill) -> None:
    fill(form, name="Buy at https://evil.example", email="victim@example.com", message="https://evil.example")
    mail = OutgoingMail.objects.get()
    assert "evil" not in mail.text + mail.subject + mail.html


def test_an_address_gets_only_so_many_mails(form: Form, fill: Fill) -> None:
    for _again in range(MAILS_A_DAY + 2):
        fill(form, name="Ada", email="victim@example.com")
    assert OutgoingMail.objects.count() == MAILS_A_DAY
    assert Submission.objects.filter(state="spam", reason="too_often").count() == 2


def test_a_confirmation_that_comes_twice_at_once_counts_once(form: Form, fill: Fill) -> None:
    fill(form, name="Ada", email="ada@example.com")
    token = link().split("/")[3]
    assert confirm(token) is not None
    assert confirm(token) is None


def test_spam_that_somebody_lets_pass_is_still_asked_to_confirm(form: Form, fill: Fill) -> None:
    fill(form, name="Ada", email="ada@example.com", contact_reason_2="x")
    found = Submission.objects.get()
    assert (found.state, OutgoingMail.objects.count()) == ("spam", 0)
    assert accept(found)
    deliver_pending()
    found.refresh_from_db()
    assert (found.state, OutgoingMail.objects.count(), Customer.objects.count()) == ("waiting", 1, 0)
    assert not accept(found)
