"""The demo company's form for enquiries: published, and what came in leads to the leads that came of it."""

from __future__ import annotations

import pytest
from django.test import Client

from crm_site.forms.models import Form, Submission
from sales.choices import LeadChannel
from sales.models import Lead
from tests.demo_company import company  # noqa: F401 - a fixture

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("company")]


def test_the_form_opens_in_both_languages_with_the_products() -> None:
    form = Form.objects.get(target="lead")
    client = Client()
    english = client.get(f"/f/{form.token}/?lang=en").content.decode()
    assert "What may we offer you?" in english
    assert english.count("<option") > 5
    assert "您需要什么？" in client.get(f"/f/{form.token}/?lang=zh").content.decode()


def test_what_came_in_leads_to_its_lead() -> None:
    sent = Submission.objects.filter(form__target="lead", state="received")
    assert sent.count() > 20
    leads = Lead.objects.select_related("customer").in_bulk([one.subject_id for one in sent])
    for one in sent:
        lead = leads[one.subject_id or 0]
        assert (lead.channel, lead.received_at) == (LeadChannel.FORM, one.received_at)
        assert (one.values["name"], one.values["about"]) == (lead.customer.name, lead.title)
        assert not one.is_owed
    assert Submission.objects.filter(form__target="lead", state="spam").count() == 6
