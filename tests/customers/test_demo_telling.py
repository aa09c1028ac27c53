"""The demo people find something in their bell, and may see what it is about."""

from __future__ import annotations

import pytest

from crm_site.files.keeping import path_of
from crm_site.files.models import Attachment
from crm_site.notifications.models import Follow, Notification
from crm_site.notifications.reading import waiting_for
from crm_site.staff.models import User
from customers.models import Activity, Customer
from tests.demo_company import company  # noqa: F401 - a fixture

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("company")]


def test_everybody_has_two_new_ones_and_may_open_all() -> None:
    people = list(User.objects.filter(email__endswith="@demo.example"))
    assert len(people) == 14
    for person in people:
        assert waiting_for(person).badge == "2", person.name
        rows = Notification.objects.filter(recipient=person)
        assert sorted(rows.values_list("kind", flat=True)) == ["customer.mention", "customer.noted", "customer.owned"]
        seen = set(Customer.objects.visible_to(person).values_list("pk", flat=True))
        assert {one.subject_id for one in rows} <= seen, person.name
        assert Follow.objects.filter(user=person).count() == 1


def test_a_mention_stands_on_its_customers_timeline() -> None:
    for told in Notification.objects.filter(kind="customer.mention"):
        note = Activity.objects.filter(customer_id=told.subject_id or 0, data__mentions=[told.recipient_id]).get()
        assert f"@[{told.recipient_id}]" in note.body
        assert note.actor_id == told.actor_id
        file = Attachment.objects.of("customer", note.customer_id).get(entry_id=note.pk)
        assert path_of(file.sha256).read_bytes().decode("utf-8-sig").startswith("Article,名称,Price")
