"""Working a list record by record, whatever happens to it meanwhile."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client

from crm_site.staff.models import User
from customers.models import Customer
from tests.conftest import Cast
from tests.factories.records import CustomerFactory

SignIn = Callable[[User], Client]
START = "/lists/customers/queue/"
ALL = {"all": "1", "state": "view=all&stage=new"}


@pytest.fixture
def five(cast: Cast) -> list[Customer]:
    """Five new customers, and one that is not new."""
    CustomerFactory(owner=cast.owner, name="Z", stage="loyal")
    return [CustomerFactory(owner=cast.owner, name=name, stage="new") for name in "ABCDE"]


def bar(client: Client, address: str) -> tuple[str, dict[str, str]]:
    """Return the bar of a record's page, and where its links lead."""
    text = client.get("/queue/", {"queue": parse_qs(urlsplit(address).query)["queue"][0]}).content.decode()
    links = {}
    for name in ("queue-previous", "queue-next", "queue-end"):
        part = text.partition(f'id="{name}"')[2].partition('href="')[2].partition('"')[0]
        links[name] = part.replace("&amp;", "&")
    return " ".join(text.split()), links


def walk(client: Client, address: str) -> list[str]:
    """Go to the end and return the paths of the records met."""
    met = []
    while address:
        met.append(urlsplit(address).path)
        address = bar(client, address)[1]["queue-next"]
    return met


def test_a_list_is_worked_from_its_first_row_to_its_last(cast: Cast, signed_in: SignIn, five: list[Customer]) -> None:
    client = signed_in(cast.owner)
    start = client.post(START, ALL)["Location"]
    assert urlsplit(start).path == five[0].get_absolute_url()
    assert 'hx-get="/queue/?queue=' in client.get(start).content.decode()
    text, links = bar(client, start)
    assert "<b>1</b> of 5" in text
    assert links["queue-previous"] == ""
    assert walk(client, start) == [one.get_absolute_url() for one in five]
    second = bar(client, links["queue-next"])
    assert "<b>2</b> of 5" in second[0]
    assert urlsplit(second[1]["queue-previous"]).path == five[0].get_absolute_url()


def test_ticked_rows_are_worked_in_the_lists_order(cast: Cast, signed_in: SignIn, five: list[Customer]) -> None:
    client = signed_in(cast.owner)
    data = {"pk": [five[3].pk, five[1].pk], "state": "view=all&sort=-name"}
    met = walk(client, client.post(START, data)["Location"])
    assert met == [five[3].get_absolute_url(), five[1].get_absolute_url()]


def test_a_record_that_leaves_the_list_or_moves_in_it_loses_nobody(
    cast: Cast, signed_in: SignIn, five: list[Customer]
) -> None:
    client = signed_in(cast.owner)
    second = bar(client, client.post(START, ALL)["Location"])[1]["queue-next"]
    Customer.objects.filter(pk=five[1].pk).update(stage="loyal", sort_key="zzz")
    five[2].delete()
    third = bar(client, second)[1]["queue-next"]
    assert urlsplit(third).path == five[3].get_absolute_url()
    assert urlsplit(bar(client, third)[1]["queue-previous"]).path == five[0].get_absolute_url()


def test_the_end_sums_up(cast: Cast, signed_in: SignIn, five: list[Customer]) -> None:
    client = signed_in(cast.owner)
    address = client.post(START, ALL)["Location"]
    for _ in range(4):
        address = bar(client, address)[1]["queue-next"]
    text, links = bar(client, address)
    assert "Done" in text
    assert links["queue-next"] == ""
    Customer.objects.filter(pk=five[0].pk).update(stage="loyal")
    end = " ".join(client.get(links["queue-end"]).content.decode().split())
    assert "You have worked through all of it." in end
    assert "You opened 5 of 5 records." in end
    assert "4 records are on the list now." in end
    stopped = bar(client, client.post(START, ALL)["Location"])[1]["queue-end"]
    assert "You opened 1 of 4 records." in client.get(stopped).content.decode()


def test_an_empty_list_is_not_worked(cast: Cast, signed_in: SignIn) -> None:
    response = signed_in(cast.owner).post(START, ALL)
    assert response["Location"] == "/customers/?stage=new&view=all"


@pytest.mark.parametrize("text", ["", "x", "a:b:c", "eyJ9:x:y"])
def test_a_forged_place_is_not_found(text: str, cast: Cast, signed_in: SignIn) -> None:
    client = signed_in(cast.owner)
    assert client.get("/queue/", {"queue": text}).status_code == 404
    assert client.get("/queue/end/", {"queue": text}).status_code == 404


def test_a_place_that_was_passed_on_shows_its_reader_only_their_own(
    cast: Cast, signed_in: SignIn, five: list[Customer]
) -> None:
    start = signed_in(cast.owner).post(START, ALL)["Location"]
    assert signed_in(cast.outsider).get(start).status_code == 404
    assert bar(signed_in(cast.outsider), start)[1]["queue-next"] == ""


def test_lists_without_pages_of_their_own_are_not_worked(cast: Cast, signed_in: SignIn) -> None:
    assert signed_in(cast.manager).post("/lists/payments/queue/", ALL).status_code == 404


def test_the_bar_costs_little(
    cast: Cast, signed_in: SignIn, five: list[Customer], django_assert_max_num_queries: Any
) -> None:
    client = signed_in(cast.owner)
    address = client.post(START, ALL)["Location"]
    with django_assert_max_num_queries(8):
        bar(client, address)
