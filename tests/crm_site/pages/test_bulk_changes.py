"""Bulk actions: what they would do, doing it at once, access, and undo."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from crm_site.events.models import EventRecord
from crm_site.history.models import Operation
from crm_site.history.undoing import undo_operation
from crm_site.pages.bulk import applying
from crm_site.pages.bulk.changes import change_of, preview_change
from crm_site.pages.bulk.selection import Selection
from crm_site.pages.models import BulkChange
from crm_site.staff.models import User
from customers.lists import customer_list
from customers.models import Activity, Customer
from tests.conftest import Cast
from tests.database_digest import database_digest
from tests.factories.records import CustomerFactory, OrderFactory, OrderLineFactory, ProductFactory, TagFactory

SignIn = Callable[[User], Client]
ALL = {"all": "1", "state": "view=all"}


def bulk(name: str, code: str = "customers") -> str:
    """Return the address of a bulk action."""
    return f"/lists/{code}/bulk/{name}/"


def records() -> dict[str, str]:
    """Return the digest of everything but people, who have signed in."""
    return {name: one for name, one in database_digest().items() if not name.startswith(("staff_", "django_session"))}


def posted(rows: list[Any], **data: Any) -> dict[str, Any]:
    """Return what the bar posts for ticked rows."""
    return {"pk": [row.pk for row in rows], "state": "view=all", **data}


@pytest.fixture
def forty(cast: Cast) -> list[Customer]:
    """Forty customers that the manager sees: two of them are of that industry already."""
    made: list[Any] = [CustomerFactory(owner=cast.owner, name=f"C {at:02}") for at in range(40)]
    Customer.objects.filter(pk__in=[made[0].pk, made[1].pk]).update(industry="Retail")
    return made


def test_a_preview_says_how_many_and_why_not_the_others(cast: Cast, forty: list[Customer]) -> None:
    foreign = CustomerFactory(owner=cast.teammate)
    lead = cast.lead
    lead.roles.get().grants.filter(module="customers").update(edit="own")
    lead = User.objects.get(pk=lead.pk)
    Customer.objects.filter(pk__in=[one.pk for one in forty]).update(owner=lead)
    rows = Selection("view=all", (*(one.pk for one in forty), foreign.pk)).rows(customer_list, lead)
    found = preview_change(rows, change_of(customer_list, "industry", lead), "Retail", lead)
    assert (found.total, found.changing) == (41, 38)
    assert [(reason.words, reason.count) for reason in found.reasons] == [("not yours to change", 1), ("already so", 2)]


def test_a_preview_changes_nothing_and_shows_the_count(cast: Cast, signed_in: SignIn, forty: list[Customer]) -> None:
    client = signed_in(cast.manager)
    before = database_digest()
    asked = client.post(bulk("edit"), posted(forty, field="industry")).content.decode()
    assert 'name="value"' in asked
    shown = client.post(bulk("edit"), posted(forty, field="industry", value="Retail", step="preview")).content.decode()
    assert "<b>38</b> of 40 can be changed." in " ".join(shown.split())
    assert "<b>2</b> already so" in shown
    assert database_digest() == before


def test_applying_changes_what_was_said_and_can_be_undone(
    cast: Cast, signed_in: SignIn, forty: list[Customer], django_assert_max_num_queries: Any
) -> None:
    client = signed_in(cast.manager)
    client.get("/customers/")
    with django_assert_max_num_queries(40):
        data = posted(forty, field="industry", value="Retail", step="apply")
        response = client.post(bulk("edit"), data, headers={"HX-Request": "true"})
    assert response["HX-Trigger"] == "dialog-done"
    assert set(Customer.objects.values_list("industry", flat=True)) == {"Retail"}
    assert sorted(Customer.objects.values_list("version", flat=True)) == [1] * 2 + [2] * 38
    done = Operation.objects.get()
    assert (done.count, done.title, done.actor, done.module) == (38, "Industry: Retail", cast.manager, "customers")
    lines = Activity.objects.filter(verb="customer.changed", data={"fields": "industry"})
    assert lines.count() == 38
    event = EventRecord.objects.get(name="customers.CustomersChanged")
    assert event.payload["count"] == 38
    assert event.payload["operation_id"] == done.pk
    page = client.get("/customers/?view=all", headers={"HX-Request": "true"}).content.decode()
    assert "Changed: 38 customers" in page
    assert f"/history/operations/{done.pk}/undo/" in page
    undo_operation(done, cast.manager)
    assert Customer.objects.filter(industry="Retail").count() == 2


def test_everything_that_matches_means_the_state_and_not_the_page(
    cast: Cast, signed_in: SignIn, forty: list[Customer]
) -> None:
    for at in range(60):
        CustomerFactory(owner=cast.owner, name=f"D {at}", country="China")
    data = {"all": "1", "state": "country=china&after=ignored", "field": "source", "value": "fair", "step": "apply"}
    signed_in(cast.owner).post(bulk("edit"), data)
    assert set(Customer.objects.filter(source="fair").values_list("country", flat=True)) == {"China"}
    assert Customer.objects.filter(source="fair").count() == 60


def test_nobody_changes_what_is_not_theirs(cast: Cast, signed_in: SignIn) -> None:
    mine, foreign = CustomerFactory(owner=cast.owner), CustomerFactory(owner=cast.teammate)
    for selection in (posted([mine, foreign]), ALL):
        signed_in(cast.owner).post(bulk("edit"), {**selection, "field": "source", "value": "web", "step": "apply"})
        foreign.refresh_from_db()
        mine.refresh_from_db()
        assert (foreign.source, foreign.version, mine.source) == ("", 1, "web")


@pytest.mark.parametrize("step", ["", "preview", "apply"])
@pytest.mark.parametrize("name", ["edit", "owner", "tag", "delete"])
def test_readers_are_refused_at_every_step(name: str, step: str, cast: Cast, signed_in: SignIn) -> None:
    record = CustomerFactory(owner=cast.owner)
    cast.agent.roles.get().grants.filter(module="customers").update(edit="none")
    before = records()
    assert signed_in(cast.agent).post(bulk(name), posted([record], step=step, value="1")).status_code == 403
    nobody = User.objects.get(pk=cast.outsider.pk)
    nobody.roles.clear()
    assert signed_in(nobody).post(bulk(name), posted([record], step=step)).status_code == 404
    assert records() == before


@pytest.mark.parametrize(
    ("code", "name"),
    [
        ("customers", "name"),
        ("customers", "nonsense"),
        ("nonsense", "edit"),
        ("payments", "edit"),
        ("payments", "delete"),
    ],
)
def test_what_is_not_declared_does_not_exist(code: str, name: str, cast: Cast, signed_in: SignIn) -> None:
    assert signed_in(cast.admin).post(bulk(name, code), ALL).status_code == 404


def test_a_bad_value_stays_at_its_field(cast: Cast, signed_in: SignIn) -> None:
    record = CustomerFactory(owner=cast.owner)
    for step in ("preview", "apply"):
        response = signed_in(cast.owner).post(bulk("edit"), posted([record], field="stage", value="frozen", step=step))
        assert response.status_code == 422
        assert "field-invalid" in response.content.decode()
    record.refresh_from_db()
    assert record.version == 1


def test_a_new_owner_brings_the_team_along(cast: Cast, signed_in: SignIn) -> None:
    record = CustomerFactory(owner=cast.owner)
    signed_in(cast.manager).post(bulk("owner"), posted([record], value=cast.outsider.pk, step="apply"))
    record.refresh_from_db()
    assert (record.owner, record.team) == (cast.outsider, cast.outsider.team)
    signed_in(cast.manager).post(bulk("owner"), posted([record], value="", step="apply"))
    record.refresh_from_db()
    assert record.owner is None


def test_tags_are_added_and_removed(cast: Cast, signed_in: SignIn) -> None:
    both, one, none = (CustomerFactory(owner=cast.owner) for _ in range(3))
    red, blue = TagFactory(name="red"), TagFactory(name="blue")
    both.tags.set([red, blue])
    one.tags.set([red])
    client, rows = signed_in(cast.owner), [both, one, none]
    shown = client.post(bulk("tag"), posted(rows, value=[red.pk, blue.pk], step="preview")).content.decode()
    assert "<b>2</b> of 3" in " ".join(shown.split())
    client.post(bulk("tag"), posted(rows, value=[red.pk, blue.pk], step="apply"))
    assert [row.tags.count() for row in rows] == [2, 2, 2]
    done = Operation.objects.get()
    assert done.count == 2
    client.post(bulk("untag"), posted(rows, value=[red.pk], step="apply"))
    assert [[tag.name for tag in row.tags.all()] for row in rows] == [["blue"]] * 3
    assert client.post(bulk("tag"), posted(rows, value=[], step="apply")).status_code == 422


def test_deleting_says_what_goes_along_and_what_stands_in_the_way(cast: Cast, signed_in: SignIn) -> None:
    free, bought = CustomerFactory(owner=cast.owner), CustomerFactory(owner=cast.owner)
    OrderFactory(customer=bought)
    client = signed_in(cast.owner)
    shown = " ".join(client.post(bulk("delete"), posted([free, bought])).content.decode().split())
    assert "<b>1</b> of 2 can be deleted." in shown
    assert "<b>1</b> orders rest on them" in shown
    client.post(bulk("delete"), posted([free, bought], step="apply"))
    assert list(Customer.objects.all()) == [bought]
    done = Operation.objects.get()
    assert done.count == 1
    undo_operation(done, cast.owner)
    assert Customer.objects.count() == 2


def test_a_blocked_change_says_why(cast: Cast, signed_in: SignIn) -> None:
    gone, placed = OrderFactory(status="cancelled"), OrderFactory()
    client = signed_in(cast.manager)
    data = posted([gone, placed], field="status", value="completed")
    shown = client.post(bulk("edit", "orders"), {**data, "step": "preview"}).content.decode()
    assert "<b>1</b> cancelled, and stay so" in shown
    client.post(bulk("edit", "orders"), {**data, "step": "apply"})
    for one in (gone, placed):
        one.refresh_from_db()
    assert (gone.status, placed.status, placed.version) == ("cancelled", "completed", 2)


def test_a_products_category_is_found_at_once(cast: Cast, signed_in: SignIn) -> None:
    product = OrderLineFactory(product=ProductFactory(category="Old")).product
    signed_in(cast.manager).post(
        bulk("edit", "products"), posted([product], field="category", value="Chairs", step="apply")
    )
    product.refresh_from_db()
    assert (product.category, "chairs" in product.search_text) == ("Chairs", True)


def test_more_than_a_few_hundred_become_a_job(
    cast: Cast, signed_in: SignIn, forty: list[Customer], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(applying, "AT_ONCE", 10)
    data = {**ALL, "field": "industry", "value": "Retail", "step": "apply"}
    response = signed_in(cast.manager).post(bulk("edit"), data, headers={"HX-Request": "true"})
    asked = BulkChange.objects.get()
    assert response["HX-Redirect"] == f"/jobs/{asked.run_id}/"
    assert (asked.actor, asked.action, asked.data) == (
        cast.manager, "industry", {"title": "Industry: Retail", "value": ["Retail"]},
    )  # fmt: skip
    assert Customer.objects.filter(industry="Retail").count() == 2
