"""Lists sort by a custom field as soon as its index is there, which is made while everybody goes on writing."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection, connections
from django.test import Client

from crm_site.fields.choices import IndexState
from crm_site.fields.definitions import fields_of
from crm_site.fields.indexing import index_names
from crm_site.fields.models import CustomField
from crm_site.fields.services import add_field, change_field
from crm_site.jobs.models import JobRun
from crm_site.jobs.running import run_job
from customers.lists import customer_list
from customers.models import Customer
from customers.services import change_customer
from tests.factories.records import CustomerFactory
from tests.factories.staff import UserFactory

THREADS, SAVES = 16, 12


@pytest.fixture(autouse=True)
def _no_heartbeat(settings: Any) -> None:
    settings.JOB_HEARTBEAT_SECONDS = 0


@pytest.fixture
def field(transactional_db: None) -> Iterator[CustomField]:
    """A number on customers, whose indexes go with it."""
    made = add_field({"host": "customer", "name": "size", "kind": "number", "label_en": "Size"})
    yield made
    with connection.cursor() as cursor:
        for name in index_names(made):
            cursor.execute(f'DROP INDEX IF EXISTS "{name}"')


def prepare(field: CustomField) -> CustomField:
    """Run the job that the new field asked for."""
    run = JobRun.objects.get(name="custom_field_index", state="queued")
    done = run_job(run.pk)
    assert done is not None
    assert done.state == "succeeded", done.error
    return CustomField.objects.get(pk=field.pk)


def indexes() -> set[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT indexname FROM pg_indexes WHERE indexname LIKE 'custom\\_%'")
        return {name for (name,) in cursor.fetchall()}


def test_a_list_pages_through_in_the_order_of_a_field(field: CustomField, client: Client, monkeypatch: Any) -> None:
    assert "custom_size" not in {name for name, one in customer_list.schema().columns.items() if one.sort}
    assert prepare(field).index_state == IndexState.READY
    assert set(index_names(field)) <= indexes()
    sizes = ["3", "-7", "12.5", None, "100", "3"]
    for at, size in enumerate(sizes):
        CustomerFactory(name=f"Person {at}", custom={} if size is None else {"size": size}, stage="new")
    user = UserFactory(is_superuser=True)
    monkeypatch.setattr(type(customer_list), "page_size", 2)
    for sort, order in (("custom_size", [3, 1, 0, 5, 2, 4]), ("-custom_size", [4, 2, 5, 0, 1, 3])):
        state = customer_list.state({"sort": sort, "stage": ""})
        found: list[str] = []
        after = ""
        while True:
            part = customer_list.slice(user, customer_list.state({"sort": sort, "stage": "", "after": after}))
            found += [row.name for row in part.rows]
            after = part.next
            if not after:
                break
        assert state.sort == "custom_size"
        assert found == [f"Person {at}" for at in order], sort


def test_an_interrupted_index_is_made_anew_and_one_out_of_use_goes(field: CustomField) -> None:
    name = index_names(field)[0]
    with connection.cursor() as cursor:
        cursor.execute(f'CREATE INDEX "{name}" ON customers_customer (id)')
        cursor.execute("UPDATE pg_index SET indisvalid = false WHERE indexrelid = to_regclass(%s)", [name])
    prepare(field)
    with connection.cursor() as cursor:
        cursor.execute("SELECT indexdef FROM pg_indexes WHERE indexname = %s", [name])
        assert "custom" in cursor.fetchone()[0]
    change_field(CustomField.objects.get(pk=field.pk), {"is_active": False})
    assert prepare(field).index_state == IndexState.NONE
    assert not indexes() & set(index_names(field))


def test_a_field_added_while_sixteen_people_write_loses_nothing(transactional_db: None) -> None:
    customers = CustomerFactory.create_batch(4)
    saved: list[int] = []
    stop = threading.Barrier(THREADS + 1)

    def write(number: int) -> None:
        try:
            stop.wait()
            for turn in range(SAVES):
                one = customers[(number + turn) % len(customers)]
                while True:
                    now = Customer.objects.get(pk=one.pk)
                    count = int(now.custom.get("count", 0))
                    facts: dict[str, Any] = {"custom": {"count": str(count + 1)}}
                    if fields_of("customer"):
                        facts["custom"]["size"] = str(turn)
                    try:
                        change_customer(now, now.version, facts, None)
                    except Exception as error:
                        if type(error).__name__ != "StaleVersionError":
                            raise
                    else:
                        saved.append(one.pk)
                        break
        finally:
            connections.close_all()

    threads = [threading.Thread(target=write, args=(number,)) for number in range(THREADS)]
    for thread in threads:
        thread.start()
    stop.wait()
    field = add_field({"host": "customer", "name": "size", "kind": "number", "label_en": "Size"})
    prepare(field)
    for thread in threads:
        thread.join()
    with connection.cursor() as cursor:
        for name in index_names(field):
            cursor.execute(f'DROP INDEX IF EXISTS "{name}"')
    assert len(saved) == THREADS * SAVES
    for one in Customer.objects.all():
        assert int(one.custom["count"]) == saved.count(one.pk) == one.version - 1
    assert [one.name for one in fields_of("customer")] == ["size"]
