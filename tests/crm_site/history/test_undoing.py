"""An operation is undone whole; what somebody touched since is left alone and listed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db.models import F
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crm_site.history.choices import OperationKind
from crm_site.history.conflicts import CHANGED, DENIED, GONE, TAKEN, USED
from crm_site.history.deleting import delete_records
from crm_site.history.jobs import start_undo
from crm_site.history.models import Operation
from crm_site.history.operations import operation
from crm_site.history.undoing import AlreadyUndoneError, Outcome, undo_operation
from crm_site.jobs.running import run_job
from crm_site.staff.models import User
from customers.models import ContactPoint, Customer
from customers.services import change_customer, create_customer
from sales.models import Order
from tests.conftest import Cast
from tests.database_digest import records_digest
from tests.factories.records import ContactPointFactory, CustomerFactory, OrderFactory, TagFactory


def bulk(user: User | None, work: Callable[[], Any]) -> Operation:
    with operation(OperationKind.BULK_EDIT, actor=user, module="customers", title="Test") as done:
        work()
    return done


def told(outcome: Outcome) -> set[tuple[str, int, str, str]]:
    return {(one.table.partition("_")[2], one.id, one.why, one.column) for one in outcome.conflicts}


def test_changed_values_are_put_back_and_versions_move_on(cast: Cast) -> None:
    one, two = CustomerFactory(industry="Steel"), CustomerFactory(industry="Paper", source="Fair")
    before = records_digest()
    done = bulk(cast.manager, lambda: Customer.objects.update(industry="Wood", source="", version=F("version") + 1))
    outcome = undo_operation(done, cast.manager)
    assert (outcome.restored, outcome.conflicts) == (2, [])
    assert records_digest() == before
    assert set(Customer.objects.values_list("version", flat=True)) == {3}
    assert {one.pk, two.pk} == set(Customer.objects.values_list("pk", flat=True))


def test_a_value_changed_since_stays_and_the_others_go_back(cast: Cast) -> None:
    customer = CustomerFactory(owner=cast.owner, name="Old", industry="Steel", source="Fair")
    done = bulk(cast.owner, lambda: change_customer(customer, 1, {"industry": "Wood", "source": "Web"}, cast.owner))
    change_customer(customer, 2, {"industry": "Glass"}, cast.owner)
    outcome = undo_operation(done, cast.owner)
    customer.refresh_from_db()
    assert (customer.industry, customer.source) == ("Glass", "Fair")
    assert told(outcome) == {("customer", customer.pk, CHANGED, "industry")}
    assert outcome.undo.conflicts == [
        {"table": "customers_customer", "id": customer.pk, "why": CHANGED, "column": "industry", "now": '"Glass"'}
    ]


def test_created_records_go_with_all_that_was_created_with_them(cast: Cast) -> None:
    before = records_digest()
    facts = {"name": "New", "email": "new@customer.example", "city": "Linz", "tags": []}
    done = bulk(cast.owner, lambda: create_customer(facts, cast.owner))
    assert Customer.objects.count() == 1
    undo_operation(done, cast.owner)
    assert records_digest() == before


def test_a_created_record_that_is_used_or_edited_since_stays_whole(cast: Cast) -> None:
    made: list[Customer] = []
    facts = [{"name": name, "email": f"{name}@customer.example"} for name in ("used", "edited", "free")]
    done = bulk(cast.owner, lambda: made.extend(create_customer(one, cast.owner) for one in facts))
    used, edited, free = made
    OrderFactory(customer=used)
    change_customer(edited, 1, {"industry": "Glass"}, cast.owner)
    outcome = undo_operation(done, cast.owner)
    assert set(Customer.objects.all()) == {used, edited}
    assert {(one, why) for table, one, why, _column in told(outcome) if table == "customer"} == {
        (used.pk, USED),
        (edited.pk, CHANGED),
    }
    assert edited.email == "edited@customer.example"
    assert not ContactPoint.objects.filter(customer_id=free.pk).exists()


def test_a_tag_put_on_goes_although_the_record_was_edited_since(cast: Cast) -> None:
    customer, tag = CustomerFactory(owner=cast.owner), TagFactory()
    done = bulk(cast.owner, lambda: customer.tags.add(tag))
    change_customer(customer, 1, {"industry": "Glass"}, cast.owner)
    assert undo_operation(done, cast.owner).conflicts == []
    assert (list(customer.tags.all()), Customer.objects.get().industry) == ([], "Glass")


def test_deleted_records_come_back_as_they_were(cast: Cast) -> None:
    company = CustomerFactory(kind="organisation", owner=cast.owner)
    person = CustomerFactory(organisation=company, owner=cast.owner)
    ContactPointFactory(customer=company)
    company.tags.add(TagFactory())
    before = records_digest()
    done = delete_records(Customer.objects.filter(pk=company.pk), actor=cast.owner)
    assert Customer.objects.get().organisation is None
    undo_operation(done, cast.owner)
    assert records_digest() == before
    assert Customer.objects.get(pk=person.pk).organisation == company


def test_a_place_taken_since_is_a_conflict_of_that_row_only(cast: Cast) -> None:
    one, two = CustomerFactory(reference="A"), CustomerFactory(reference="B")
    done = bulk(cast.manager, lambda: Customer.objects.update(reference=""))
    taker = CustomerFactory(reference="A")
    outcome = undo_operation(done, cast.manager)
    assert told(outcome) == {("customer", one.pk, TAKEN, "")}
    assert dict(Customer.objects.values_list("pk", "reference")) == {one.pk: "", two.pk: "B", taker.pk: "A"}


def test_a_record_that_is_gone_is_a_conflict(cast: Cast) -> None:
    customer = CustomerFactory(industry="Steel")
    done = bulk(cast.manager, lambda: Customer.objects.update(industry="Wood"))
    pk = customer.pk
    customer.delete()
    assert told(undo_operation(done, cast.manager)) == {("customer", pk, GONE, "")}


def test_records_out_of_reach_stay(cast: Cast) -> None:
    customer = CustomerFactory(owner=cast.owner, team=cast.owner.team, industry="Steel")
    done = bulk(cast.owner, lambda: Customer.objects.update(industry="Wood"))
    Customer.objects.update(owner=cast.outsider, team=cast.outsider.team)
    outcome = undo_operation(done, cast.owner)
    assert told(outcome) == {("customer", customer.pk, DENIED, "")}
    assert Customer.objects.get().industry == "Wood"


def test_nothing_is_undone_twice_and_an_undo_can_be_undone(cast: Cast) -> None:
    CustomerFactory(industry="Steel")
    done = bulk(cast.manager, lambda: Customer.objects.update(industry="Wood"))
    outcome = undo_operation(done, cast.manager)
    with pytest.raises(AlreadyUndoneError):
        undo_operation(done, cast.manager)
    undo_operation(outcome.undo, cast.manager)
    assert Customer.objects.get().industry == "Wood"


def test_figures_keep_every_digit(cast: Cast) -> None:
    order = OrderFactory(total="12345678901234.5678", exchange_rate="0.12345678")
    before = records_digest()
    done = bulk(
        cast.manager,
        lambda: Order.objects.filter(pk=order.pk).update(
            total=1, exchange_rate=2, ordered_at="2020-01-01T00:00:00.123456Z"
        ),
    )
    undo_operation(done, cast.manager)
    assert records_digest() == before


def test_the_job_undoes_in_chunks(cast: Cast, settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.JOB_HEARTBEAT_SECONDS = 0
    monkeypatch.setattr("crm_site.history.undoing.CHUNK", 3)
    CustomerFactory.create_batch(7, industry="Steel")
    before = records_digest()

    def work() -> None:
        Customer.objects.update(industry="Wood")
        for number in range(5):
            create_customer({"name": f"New {number}"}, cast.manager)

    done = bulk(cast.manager, work)
    run = run_job(start_undo(done, cast.manager).pk)
    assert run is not None
    assert (run.state, run.result["conflicts"]) == ("succeeded", 0)
    assert records_digest() == before


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["edit", "rename", "tag", "untag", "delete", "create", "link", "order"]), st.integers(0, 5)
    ),
    max_size=12,
)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS, chunk=st.integers(1, 4))
def test_whatever_an_operation_did_is_undone(cast: Cast, steps: list[tuple[str, int]], chunk: int) -> None:
    tags = [TagFactory() for _ in range(2)]
    people = [CustomerFactory(owner=cast.owner, team=cast.owner.team, industry="Steel") for _ in range(4)]
    for at, person in enumerate(people):
        ContactPointFactory(customer=person, is_primary=True)
        person.tags.add(tags[at % 2])
    OrderFactory(customer=people[0])
    before = records_digest()

    def work() -> None:
        for what, at in steps:
            found = list(Customer.objects.order_by("pk"))
            act(what, found[at % len(found)] if found else None, tags, at)

    def act(what: str, one: Customer | None, tags: list[Any], at: int) -> None:
        if what == "create" or one is None:
            create_customer({"name": f"New {at}", "phone": f"+4366412345{at:02}", "tags": tags}, cast.owner)
        elif what == "edit":
            change_customer(one, one.version, {"industry": f"I{at}", "email": f"e{at}@customer.example"}, cast.owner)
        elif what == "rename":
            Customer.objects.filter(pk__lte=one.pk).update(name=f"N{at}")
        elif what == "tag":
            one.tags.add(tags[at % 2])
        elif what == "untag":
            one.tags.clear()
        elif what == "delete":
            delete_records(Customer.objects.filter(pk=one.pk), actor=cast.owner)
        elif what == "link":
            Customer.objects.exclude(pk=one.pk).update(organisation=one)
        else:
            OrderFactory(customer=one)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("crm_site.history.undoing.CHUNK", chunk)
        outcome = undo_operation(bulk(cast.admin, work), cast.admin)
    assert outcome.conflicts == []
    assert records_digest() == before
