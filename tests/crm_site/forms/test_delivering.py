"""Handing over: stored first, once each, and what goes wrong is kept and can be tried again."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest
from django.db import OperationalError
from django.test import Client
from django.utils import timezone
from pytest_django.fixtures import Settings

from crm_site.events.delivering import deliver_pending
from crm_site.events.models import Delivery
from crm_site.forms.delivering import deliver, try_out
from crm_site.forms.models import Form, Submission
from crm_site.forms.receiving import received_of
from crm_site.jobs.running import run_job
from crm_site.jobs.starting import start_job
from crm_site.staff.models import User
from customers.models import Customer
from tests.conftest import Cast
from tests.crm_site.forms.conftest import Fill, with_consent
from tests.factories.forms import SubmissionFactory

SignIn = Callable[[User], Client]


def test_the_row_is_there_before_anybody_is_told_and_the_debt_with_it(form: Form, fill: Fill) -> None:
    fill(form, name="Ada")
    assert Submission.objects.get().is_owed
    assert Delivery.objects.filter(handler="crm_site.forms.handlers.hand_over").count() == 1
    assert not Customer.objects.exists()


def test_however_often_it_is_handed_over_one_customer_is_made(form: Form, fill: Fill) -> None:
    fill(form, name="Ada")
    found = Submission.objects.get()
    for _again in range(3):
        deliver(found.pk)
    deliver_pending()
    assert Customer.objects.count() == 1


def test_a_worker_that_dies_leaves_the_debt_and_no_half_work(
    form: Form, fill: Fill, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(form, name="Ada")
    monkeypatch.setattr(Submission, "save", lambda *_all, **_more: (_ for _ in ()).throw(OperationalError("gone")))
    deliver_pending()
    assert not Customer.objects.exists()
    monkeypatch.undo()
    Delivery.objects.update(due_at=timezone.now())
    deliver_pending()
    assert Customer.objects.count() == 1
    assert not Delivery.objects.exists()


def test_what_goes_wrong_is_kept_and_can_be_tried_again(
    form: Form, fill: Fill, cast: Cast, signed_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(form, name="Broken")
    deliver_pending()
    found = Submission.objects.get()
    assert (found.error, found.handled_at, found.is_owed) == ("RuntimeError: it broke", None, True)
    client = signed_in(cast.manager)
    assert b"it broke" in client.get(found.get_absolute_url()).content
    listed = client.get("/forms/submissions/?failed=yes").content.decode()
    assert found.get_absolute_url() in listed
    assert found.get_absolute_url() not in client.get("/forms/submissions/?failed=no").content.decode()
    client.post(f"{found.get_absolute_url()}retry/")
    found.refresh_from_db()
    assert found.error == "RuntimeError: it broke"
    Submission.objects.update(values={"name": "Mended"})
    client.post(f"{found.get_absolute_url()}retry/")
    found.refresh_from_db()
    assert (found.error, Customer.objects.get().name) == ("", "Mended")
    client.post(f"{found.get_absolute_url()}retry/")
    assert Customer.objects.count() == 1


def test_a_target_may_make_nothing(form: Form, fill: Fill) -> None:
    fill(form, name="Nobody")
    deliver_pending()
    found = Submission.objects.get()
    assert (found.is_owed, found.subject_id, found.subject_url) == (False, None, "")


def test_a_target_gets_consent_and_origin(form: Form, fill: Fill) -> None:
    form = with_consent(form)
    fill(form, name="Ada", consent__given="on", utm_source="fair")
    found = received_of(Submission.objects.select_related("form", "wording").get())
    assert found.consent is not None
    said = (found.consent.channel, found.consent.purpose, found.consent.wording, found.consent.version)
    assert said == ("email", "newsletter", "I want the newsletter.", 1)
    assert found.origin["utm_source"] == "fair"
    assert (found.form_name, found.values) == (form.name, {"name": "Ada"})


def test_a_trial_does_everything_and_leaves_nothing(form: Form) -> None:
    trial = try_out(SubmissionFactory(form=form, values={"name": "Ada"}, state="test"))
    assert trial.made == "customer: Ada"
    assert (
        try_out(SubmissionFactory(form=form, values={"name": "Broken"}, state="test")).problem
        == "RuntimeError: it broke"
    )
    assert not Customer.objects.exists()


def test_filling_in_as_a_test_shows_what_would_be_made(
    form: Form, cast: Cast, signed_in: SignIn, client: Client
) -> None:
    client = signed_in(cast.marketer)
    assert client.get(f"/forms/{form.pk}/test/").status_code == 200
    assert client.post(f"/forms/{form.pk}/test/", {"f-email": "x"}).status_code == 422
    answer = client.post(f"/forms/{form.pk}/test/", {"f-name": "Ada"}, follow=True)
    assert "customer: Ada" in answer.content.decode()
    deliver_pending()
    found = Submission.objects.get()
    assert (found.state, found.subject_id, Customer.objects.count()) == ("test", None, 0)
    deliver(found.pk)
    assert not Customer.objects.exists()


def test_spam_can_be_let_pass_and_what_is_owed_can_be_called_spam(
    form: Form, fill: Fill, cast: Cast, signed_in: SignIn
) -> None:
    client = signed_in(cast.manager)
    fill(form, name="Ada", contact_reason_2="x")
    found = Submission.objects.get()
    client.post(f"{found.get_absolute_url()}accept/")
    deliver_pending()
    assert Customer.objects.get().name == "Ada"
    client.post(f"{found.get_absolute_url()}dismiss/")
    found.refresh_from_db()
    assert found.state == "received"
    fill(form, name="Broken")
    deliver_pending()
    other = Submission.objects.exclude(pk=found.pk).get()
    client.post(f"{other.get_absolute_url()}dismiss/")
    other.refresh_from_db()
    assert (other.state, other.reason) == ("spam", "by_hand")


def test_what_led_to_nothing_is_forgotten_after_a_while(form: Form, settings: Settings) -> None:
    settings.FORM_DAYS = 30
    old = timezone.now() - dt.timedelta(days=31)
    for state in ("received", "confirmed", "waiting", "spam", "refused", "test"):
        SubmissionFactory(form=form, state=state, received_at=old)
        SubmissionFactory(form=form, state=state)
    run = start_job("forget_submissions")
    run_job(run.pk)
    left = Submission.objects.filter(received_at__lte=old)
    assert sorted(left.values_list("state", flat=True)) == ["confirmed", "received"]
    assert Submission.objects.count() == 8


def test_a_submission_whose_target_is_gone_waits_for_it(form: Form, fill: Fill) -> None:
    fill(form, name="Ada")
    Form.objects.update(target="gone")
    deliver_pending()
    found = Submission.objects.get()
    assert found.error == "Nobody takes the answers of this form any more."
    Form.objects.update(target="enquiry")
    deliver(found.pk)
    assert Customer.objects.count() == 1
