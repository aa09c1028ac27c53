"""The timeline: written once, paged by key, and noted on from the page."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from crm_site.staff.models import User
from customers.models import Activity
from customers.selectors import PAGE, stream
from customers.services import add_note
from tests.conftest import Cast
from tests.factories.records import ActivityFactory, CustomerFactory

SignIn = Callable[[User], Client]


def test_a_note_is_kept_with_its_writer(cast: Cast) -> None:
    customer = CustomerFactory(owner=cast.owner)
    note = add_note(customer, "  Wants 30 days\x00 net.\n\nCall on Friday. ", cast.teammate)
    assert note.body == "Wants 30 days net.\n\nCall on Friday."
    assert note.sentence == "Tom Teammate wrote a note"
    with pytest.raises(ValueError, match="words"):
        add_note(customer, " \n ", cast.owner)


def test_pages_of_the_stream_meet_without_gap_or_double(cast: Cast) -> None:
    customer = CustomerFactory(owner=cast.owner)
    at = timezone.now()
    for number in range(2 * PAGE + 3):
        # Every third entry shares its moment with the next, so that the key has to decide.
        ActivityFactory(customer=customer, occurred_at=at - dt.timedelta(minutes=number - number % 3))
    ActivityFactory()
    seen: list[int] = []
    before = None
    while True:
        entries = stream(customer, before)
        shown = entries[:PAGE]
        seen += [entry.pk for entry in shown]
        if len(entries) <= PAGE:
            break
        before = (shown[-1].occurred_at, shown[-1].pk)
    assert len(seen) == len(set(seen)) == 2 * PAGE + 3


def test_the_composer_answers_with_the_stream(cast: Cast, signed_in: SignIn) -> None:
    customer = CustomerFactory(owner=cast.owner)
    url = reverse("customers:customer-note", args=[customer.pk])
    client = signed_in(cast.owner)
    response = client.post(url, {"body": "<script>alert(1)</script> said"}, headers={"HX-Request": "true"})
    page = response.content.decode()
    assert response.status_code == 200
    assert "&lt;script&gt;" in page
    assert "<html" not in page
    assert client.post(url, {"body": " "}, headers={"HX-Request": "true"}).status_code == 422
    assert client.post(url, {"body": "plain"}).status_code == 302
    assert Activity.objects.filter(verb="customer.note").count() == 2


@pytest.mark.parametrize("params", ["at=yesterday&id=1", "at=2026-01-01T00:00:00&id=1", "id=x", "at=&id=" + "9" * 30])
def test_a_mistyped_place_in_the_stream_is_its_beginning(cast: Cast, signed_in: SignIn, params: str) -> None:
    customer = CustomerFactory(owner=cast.owner)
    ActivityFactory(customer=customer, body="the first entry")
    response = signed_in(cast.owner).get(f"{reverse('customers:customer-timeline', args=[customer.pk])}?{params}")
    assert "the first entry" in response.content.decode()


def test_a_long_timeline_costs_as_many_queries_as_a_short_one(
    cast: Cast, signed_in: SignIn, django_assert_max_num_queries: object
) -> None:
    customer = CustomerFactory(owner=cast.owner)
    ActivityFactory.create_batch(120, customer=customer, actor=cast.teammate)
    client = signed_in(cast.owner)
    with django_assert_max_num_queries(12):  # type: ignore[operator]  # the fixture is a context manager
        assert client.get(customer.get_absolute_url()).status_code == 200
