"""Deleted records lie in the trash: seen as before, brought back whole, and forgotten in time."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.messages import get_messages
from django.test import Client
from django.utils import timezone

from analytics.models import SalesDay
from crm_site.events.delivering import deliver_pending
from crm_site.history.deleting import delete_records, preview_deletion
from crm_site.history.jobs import forget_history
from crm_site.history.models import Change, Operation, TrashedRecord
from crm_site.history.restoring import CannotRestoreError, restore_trashed
from crm_site.jobs.context import JobContext
from crm_site.staff.models import User
from customers.models import ContactPoint, Customer, CustomerMetrics
from sales.models import Order
from sales.services import place_order
from tests.conftest import Cast
from tests.database_digest import records_digest
from tests.factories.deals import OpportunityLineFactory
from tests.factories.records import ContactPointFactory, CustomerFactory, OrderFactory, ProductFactory, TagFactory
from tests.factories.staff import JobRunFactory

SignIn = Callable[[User], Client]


def test_the_preview_says_what_goes_along_and_what_stands_in_the_way(cast: Cast) -> None:
    free = CustomerFactory(owner=cast.owner, team=cast.owner.team)
    ContactPointFactory.create_batch(2, customer=free)
    kept = OrderFactory(customer=CustomerFactory(owner=cast.owner, team=cast.owner.team)).customer
    foreign = CustomerFactory(owner=cast.outsider, team=cast.outsider.team)
    going = preview_deletion(Customer.objects.filter(pk__in=[free.pk, kept.pk, foreign.pk]), cast.owner)
    assert (going.ids, going.blocked_ids, going.denied) == ([free.pk], {kept.pk}, 1)
    assert dict(going.along) == {ContactPoint: 2}
    assert dict(going.blocked) == {Order: 1}


def test_one_record_of_many_comes_back_with_all_that_was_its_own(cast: Cast) -> None:
    company = CustomerFactory(owner=cast.owner, kind="organisation")
    member = CustomerFactory(owner=cast.owner, organisation=company)
    other = CustomerFactory(owner=cast.owner)
    ContactPointFactory(customer=company)
    company.tags.add(TagFactory())
    before = records_digest()
    delete_records(Customer.objects.filter(pk__in=[company.pk, other.pk]), actor=cast.owner)
    assert TrashedRecord.objects.count() == 2
    for pk in (company.pk, other.pk):
        restore_trashed(TrashedRecord.objects.get(record_id=pk), cast.owner)
    assert records_digest() == before
    member.refresh_from_db()
    assert member.organisation == company
    assert not TrashedRecord.objects.exists()


def test_a_record_whose_place_is_taken_stays_in_the_trash(cast: Cast) -> None:
    customer = CustomerFactory(owner=cast.owner, reference="A")
    delete_records(Customer.objects.filter(pk=customer.pk), actor=cast.owner)
    taker = CustomerFactory(reference="A")
    with pytest.raises(CannotRestoreError):
        restore_trashed(TrashedRecord.objects.get(), cast.owner)
    assert list(Customer.objects.all()) == [taker]
    assert TrashedRecord.objects.count() == 1


def test_figures_follow_a_deleted_and_a_restored_order(cast: Cast) -> None:
    customer = CustomerFactory(owner=cast.owner, team=cast.owner.team)
    order = place_order({"customer": customer, "total": 50}, [], cast.owner)
    deliver_pending()
    assert CustomerMetrics.objects.get(customer=customer).net_revenue == 50
    delete_records(Order.objects.filter(pk=order.pk), actor=cast.admin)
    deliver_pending()
    assert CustomerMetrics.objects.get(customer=customer).net_revenue == 0
    assert not SalesDay.objects.exists()
    restore_trashed(TrashedRecord.objects.get(), cast.admin)
    deliver_pending()
    assert CustomerMetrics.objects.get(customer=customer).net_revenue == 50
    assert SalesDay.objects.exists()


def test_people_delete_on_the_page_and_take_it_back(cast: Cast, signed_in: SignIn) -> None:
    customer = CustomerFactory(owner=cast.owner, team=cast.owner.team, name="Wang")
    ContactPointFactory(customer=customer)
    client, address = signed_in(cast.owner), f"/customers/{customer.pk}/delete/"
    assert "1 contact point<" in client.get(address).content.decode()
    answer = client.post(address)
    assert answer.status_code == 302
    (message,) = get_messages(answer.wsgi_request)
    assert str(message) == "“Wang” was deleted."
    assert client.get("/history/trash/").content.decode().count("Wang") > 0
    assert client.post(message.extra_tags).status_code == 302
    assert Customer.objects.get().email != ""


def test_what_something_rests_on_is_not_deleted(cast: Cast, signed_in: SignIn) -> None:
    customer = OrderFactory(customer=CustomerFactory(owner=cast.owner, team=cast.owner.team)).customer
    answer = signed_in(cast.owner).post(f"/customers/{customer.pk}/delete/")
    assert (answer.status_code, Customer.objects.count()) == (409, 1)


def test_the_trash_shows_what_the_reader_could_see_before(cast: Cast, signed_in: SignIn) -> None:
    customer = CustomerFactory(owner=cast.owner, team=cast.owner.team, name="Wang")
    delete_records(Customer.objects.filter(pk=customer.pk), actor=cast.owner)
    trashed, done = TrashedRecord.objects.get(), Operation.objects.get()
    outsider = signed_in(cast.outsider)
    assert "Wang" not in outsider.get("/history/trash/").content.decode()
    for address in (f"/history/trash/{trashed.pk}/", f"/history/operations/{done.pk}/"):
        assert outsider.get(address).status_code == 404
    for address in (f"/history/trash/{trashed.pk}/restore/", f"/history/operations/{done.pk}/undo/"):
        assert outsider.post(address).status_code == 404
    assert not Customer.objects.exists()


def test_a_blocked_product_is_named(cast: Cast) -> None:
    product = ProductFactory()
    OrderFactory().lines.create(product=product)
    going = preview_deletion(type(product).objects.filter(pk=product.pk), cast.admin)
    assert (going.ids, [words for words, _count in going.blocked_words]) == ([], ["order lines"])


def test_a_product_of_a_deal_is_kept_though_nothing_leads_back_to_the_deal(cast: Cast, signed_in: SignIn) -> None:
    line = OpportunityLineFactory()
    product: Any = line.product
    going = preview_deletion(type(product).objects.filter(pk=product.pk), cast.admin)
    assert (going.ids, dict(going.blocked)) == ([], {type(line): 1})
    answer = signed_in(cast.admin).post(f"/sales/products/{product.pk}/delete/")
    assert (answer.status_code, type(product).objects.filter(pk=product.pk).exists()) == (409, True)


def test_the_trash_is_emptied_in_time(cast: Cast) -> None:
    customers = CustomerFactory.create_batch(2, owner=cast.owner)
    delete_records(Customer.objects.filter(pk=customers[0].pk), actor=cast.owner)
    delete_records(Customer.objects.filter(pk=customers[1].pk), actor=cast.owner)
    TrashedRecord.objects.filter(record_id=customers[0].pk).update(expires_at=timezone.now() - dt.timedelta(days=1))
    result = forget_history(JobContext(JobRunFactory(name="forget_history")))
    assert result["trashed"] == 1
    assert TrashedRecord.objects.get().record_id == customers[1].pk
    assert set(Change.objects.filter(action="D").values_list("root_id", flat=True)) == {customers[1].pk}
