"""What people opened last, which the palette offers before anybody types."""

from __future__ import annotations

from collections.abc import Callable

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from crm_site.pages import palette
from crm_site.pages.models import Visit
from crm_site.staff.models import User
from customers.services import change_customer
from tests.conftest import Cast
from tests.crm_site.pages.test_palette import found, named
from tests.factories import records


def test_the_palette_offers_what_was_opened_last(cast: Cast, client: Client) -> None:
    mine, other = named("Mine", owner=cast.owner), named("Other", owner=cast.owner)
    order = records.OrderFactory(owner=cast.owner, number="T-9")
    client.force_login(cast.owner)
    for kind, key in (("customers", mine.pk), ("orders", order.pk), ("customers", other.pk), ("customers", mine.pk)):
        assert client.post("/palette/visit/", {"kind": kind, "key": key}).status_code == 204
    assert found(cast.owner, "", "recent") == ["Mine", "Other", "T-9"]
    assert Visit.objects.get(user=cast.owner, key=str(mine.pk)).times == 2
    assert found(cast.teammate, "", "recent") == []
    change_customer(other, other.version, {"owner": cast.outsider}, cast.manager)
    order.delete()
    assert found(cast.owner, "", "recent") == ["Mine"]


def test_what_the_palette_does_not_know_is_not_remembered(cast: Cast, client: Client) -> None:
    client.force_login(cast.owner)
    for kind, key in (("", ""), ("users", "1"), ("customers", "x"), ("customers", "9" * 30), ("commands", "no-such"),
                      ("pages", "no-such"), ("customers", "٣")):  # fmt: skip
        assert client.post("/palette/visit/", {"kind": kind, "key": key}).status_code == 404
    assert client.get("/palette/visit/").status_code == 405
    assert not Visit.objects.exists()


def test_a_foreign_record_that_was_claimed_to_be_opened_shows_nothing(cast: Cast, client: Client) -> None:
    foreign = named("Foreign", owner=cast.outsider)
    client.force_login(cast.owner)
    client.post("/palette/visit/", {"kind": "customers", "key": foreign.pk})
    assert "Foreign" not in client.get("/palette/").content.decode()
    assert found(cast.owner, "foreign", "customers") == []


def test_thirty_records_are_remembered_and_commands_beside_them(cast: Cast) -> None:
    palette.remember_visit(cast.owner, "commands", "preferences")
    for key in range(1, 36):
        palette.remember_visit(cast.owner, "customers", str(key))
    palette.remember_visit(cast.teammate, "customers", "1")
    kept = Visit.objects.filter(user=cast.owner)
    assert kept.filter(kind="customers").count() == 30
    assert not kept.filter(key__in=["1", "5"]).exists()
    assert kept.filter(kind="commands").count() == 1
    assert Visit.objects.filter(user=cast.teammate).count() == 1


def test_commands_used_twice_are_offered_first(cast: Cast) -> None:
    assert found(cast.owner, "", "often") == []
    palette.remember_visit(cast.owner, "commands", "new-order")
    assert found(cast.owner, "", "often") == []
    palette.remember_visit(cast.owner, "commands", "new-order")
    assert found(cast.owner, "", "often") == ["New order"]


def test_remembering_takes_one_statement(cast: Cast) -> None:
    with CaptureQueriesContext(connection) as queries:
        palette.remember_visit(cast.owner, "customers", "7")
    assert len(queries) == 1


def test_a_record_page_asks_to_be_remembered(cast: Cast, signed_in: Callable[[User], Client]) -> None:
    ada = named("Ada", owner=cast.owner)
    page = signed_in(cast.owner).get(ada.get_absolute_url()).content.decode()
    assert f'data-kind="customers" data-key="{ada.pk}"' in page
    assert "data-kind=" not in signed_in(cast.owner).get("/preferences/").content.decode()
    assert not Visit.objects.exists()
