"""Every change of a tracked table is kept, however it came in."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.db import connection, transaction
from django.test import Client

from crm_site.history.choices import OperationKind
from crm_site.history.models import Change, Insertion
from crm_site.history.operations import operation
from crm_site.history.origin import origin
from crm_site.staff.models import User
from customers.models import Customer
from customers.services import change_customer
from tests.conftest import Cast
from tests.factories.records import ContactPointFactory, CustomerFactory

SignIn = Callable[[User], Client]


def changes(customer: Customer) -> list[Change]:
    return list(Change.objects.filter(root_table="customers_customer", root_id=customer.pk).order_by("pk"))


def test_only_changed_columns_are_kept(cast: Cast) -> None:
    customer = CustomerFactory(owner=cast.owner, industry="Steel")
    change_customer(customer, 1, {"industry": "Paper"}, cast.owner)
    (change,) = changes(customer)
    assert (change.action, change.before, change.after) == ("U", {"industry": "Steel"}, {"industry": "Paper"})


def test_raw_sql_and_bulk_updates_are_kept(cast: Cast) -> None:
    one, two = CustomerFactory(), CustomerFactory()
    with connection.cursor() as cursor:
        cursor.execute("UPDATE customers_customer SET source = 'Fair' WHERE id = ANY(%s)", [[one.pk, two.pk]])
    Customer.objects.filter(pk=one.pk).update(country="China")
    assert [change.before for change in changes(one)] == [{"source": ""}, {"country": ""}]
    assert [change.before for change in changes(two)] == [{"source": ""}]


def test_an_update_that_changes_nothing_leaves_no_trace(cast: Cast) -> None:
    customer = CustomerFactory(source="Fair")
    Customer.objects.filter(pk=customer.pk).update(source="Fair", version=9)
    assert changes(customer) == []


def test_a_change_takes_few_steps_however_many_columns_a_table_has(cast: Cast) -> None:
    keys = [CustomerFactory(custom={"size": number}).pk for number in range(4)]
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL track_functions = 'all'")
        Customer.objects.filter(pk__in=keys).update(source="Fair")
        cursor.execute("SELECT calls FROM pg_stat_xact_user_functions WHERE funcname = 'history_flat'")
        assert cursor.fetchall() == [(2 * len(keys),)]
        Customer.objects.filter(pk__in=keys).update(source="Fair")
        cursor.execute("SELECT calls FROM pg_stat_xact_user_functions WHERE funcname = 'history_flat'")
        assert cursor.fetchall() == [(2 * len(keys),)]


def test_rows_of_a_record_stand_in_its_history(cast: Cast) -> None:
    point = ContactPointFactory(value="a@customer.example")
    customer = point.customer
    type(point).objects.filter(pk=point.pk).update(value="b@customer.example")
    point.delete()
    update, deletion = changes(customer)
    assert update.after == {"value": "b@customer.example"}
    assert deletion.action == "D"
    assert deletion.before["value"] == "b@customer.example"


def test_a_page_says_who_and_where(cast: Cast, signed_in: SignIn) -> None:
    customer = CustomerFactory(owner=cast.owner)
    address = f"/customers/{customer.pk}/facts/industry/"
    answer = signed_in(cast.owner).post(address, {"industry": "Paper", "version": 1})
    assert answer.status_code == 200
    (change,) = changes(customer)
    assert (change.actor, change.via, change.reference) == (cast.owner, "page", address)


@pytest.mark.django_db(transaction=True)
def test_a_rolled_back_transaction_takes_its_origin_along() -> None:
    customer = CustomerFactory()
    rows = Customer.objects.filter(pk=customer.pk)

    class StopError(Exception):
        pass

    with pytest.raises(StopError), origin(via="job", reference="first"), transaction.atomic():
        rows.update(source="a")
        raise StopError
    with origin(via="job", reference="second"), transaction.atomic():
        try:
            with transaction.atomic(), origin(reference="inner"):
                rows.update(source="b")
                raise StopError
        except StopError:
            pass
        rows.update(source="c")
    with transaction.atomic():
        rows.update(source="d")
    assert [(change.reference, change.after) for change in changes(customer)] == [
        ("second", {"source": "c"}),
        ("", {"source": "d"}),
    ]


def test_an_operation_remembers_what_it_inserted(cast: Cast) -> None:
    CustomerFactory()
    with operation(OperationKind.EDIT, actor=cast.owner, module="customers") as done:
        first, second = Customer.objects.bulk_create([Customer(name="One"), Customer(name="Two")])
    CustomerFactory()
    (insertion,) = Insertion.objects.all()
    assert (insertion.operation, insertion.table_name) == (done, "customers_customer")
    assert sorted(insertion.record_ids) == [first.pk, second.pk] == [insertion.low, insertion.high]
