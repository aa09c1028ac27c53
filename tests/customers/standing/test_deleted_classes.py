"""Classes and their customers in the trash, and what undoing does to them."""

from __future__ import annotations

import pytest

from crm_site.events.delivering import deliver_pending
from crm_site.history.choices import OperationKind
from crm_site.history.deleting import delete_records
from crm_site.history.operations import operation
from crm_site.history.undoing import undo_operation
from customers.models import Classification, ClassMember, Customer, CustomerClass
from customers.services import (
    create_customer,
    refresh_standing,
)
from tests.conftest import Cast
from tests.customers.standing.test_classes import about, classes
from tests.customers.standing.test_trash import run_what_is_owed
from tests.factories.records import CustomerFactory

pytestmark = pytest.mark.usefixtures("db")


def test_a_customer_comes_back_from_the_trash_and_is_asked_anew(cast: Cast) -> None:
    ada = CustomerFactory(country="Germany")
    refresh_standing([ada.pk])
    done = delete_records(Customer.objects.filter(pk=ada.pk), actor=cast.manager, title="x")
    assert not ClassMember.objects.exists()
    CustomerClass.objects.filter(name="Europe").update(rule=about("country", "is", "Japan"))
    undo_operation(done, cast.manager)
    run_what_is_owed()
    assert classes(ada) == {"region": "Elsewhere"}


def test_a_deleted_class_leaves_its_customers_to_the_next_and_comes_back_with_them(cast: Cast) -> None:
    ada = CustomerFactory(country="Germany")
    refresh_standing([ada.pk])
    done = delete_records(CustomerClass.objects.filter(name="Europe"), actor=cast.admin, title="x")
    run_what_is_owed()
    assert classes(ada) == {"region": "Elsewhere"}
    assert undo_operation(done, cast.admin).conflicts == []
    run_what_is_owed()
    assert classes(ada) == {"region": "Europe"}


def test_a_deleted_classification_comes_back_with_its_classes(cast: Cast) -> None:
    ada = CustomerFactory(country="Germany")
    refresh_standing([ada.pk])
    done = delete_records(Classification.objects.filter(code="region"), actor=cast.admin, title="x")
    assert (classes(ada), CustomerClass.objects.count()) == ({}, 12)
    undo_operation(done, cast.admin)
    run_what_is_owed()
    assert (classes(ada), CustomerClass.objects.count()) == ({"region": "Europe"}, 16)


def test_only_who_sets_up_deletes_classes(cast: Cast) -> None:
    assert delete_records(CustomerClass.objects.all(), actor=cast.manager, title="x").count == 0
    assert delete_records(Classification.objects.all(), actor=cast.manager, title="x").count == 0
    assert (Classification.objects.count(), CustomerClass.objects.count()) == (4, 16)


def test_classes_keep_nothing_from_being_undone(cast: Cast) -> None:
    with operation(OperationKind.IMPORT, actor=cast.owner, module="customers") as done:
        ada = create_customer({"name": "Ada", "country": "Germany"}, cast.owner)
    deliver_pending()
    assert classes(ada) == {"region": "Europe"}
    assert undo_operation(done, cast.owner).conflicts == []
    assert not ClassMember.objects.exists()
