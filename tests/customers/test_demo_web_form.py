"""The demo company's web form: published, and what came in leads to the customers who ticked its box."""

from __future__ import annotations

import pytest
from django.test import Client

from crm_site.forms.models import Form, Submission
from customers.models import ConsentEntry
from tests.demo_company import company  # noqa: F401 - a fixture

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("company")]


def test_the_form_opens_in_both_languages() -> None:
    form = Form.objects.get(target="sign_up")
    client = Client()
    assert "Our monthly newsletter" in client.get(f"/f/{form.token}/?lang=en").content.decode()
    assert "每月通讯" in client.get(f"/f/{form.token}/?lang=zh").content.decode()


def test_what_came_in_is_what_the_ledger_says() -> None:
    sent = Submission.objects.filter(form__target="sign_up")
    confirmed = sent.filter(state="confirmed")
    assert confirmed.count() > 20
    for one in confirmed:
        assert one.subject_id is not None
        line = ConsentEntry.objects.filter(
            customer_id=one.subject_id, purpose="newsletter", state="given", source="form"
        )
        assert line.filter(at=one.received_at, confirmed_at=one.confirmed_at).exists()
        assert one.consent_text in (one.form.consent_en, one.form.consent_zh)
        assert not one.is_owed
    assert set(sent.values_list("state", flat=True)) == {"confirmed", "spam", "waiting"}
