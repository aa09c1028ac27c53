"""The communication picture: who of us talks with whom there, how often and how lately."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from typing import Any

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from crm_site.staff.models import User
from customers.models import Activity, Customer
from customers.selectors import StreamFilter, read_screen
from customers.selectors.picture import MOST, read_picture
from customers.services import log_interaction
from tests.conftest import Cast
from tests.factories.records import ActivityFactory, CustomerFactory
from tests.factories.staff import UserFactory

SignIn = Callable[[User], Client]


def talk(customer: Customer, actor: User, days: int, verb: str = "customer.mail", **facts: Any) -> Activity:
    """Write a talk so many days ago."""
    at = timezone.now() - dt.timedelta(days=days)
    return ActivityFactory(customer=customer, actor=actor, verb=verb, occurred_at=at, **facts)


def ties(firm: Customer, reader: User) -> dict[tuple[str, str], int]:
    """Return how often each pair talks, by name."""
    found = read_picture(firm, reader)
    return {(found.colleagues[one.colleague], found.people[one.person]): one.count for one in found.ties}


def test_talks_count_for_everybody_who_took_part(cast: Cast) -> None:
    firm = CustomerFactory(owner=cast.owner, kind="organisation", name="Firm")
    ada = CustomerFactory(owner=cast.owner, organisation=firm, name="Ada")
    bob = CustomerFactory(owner=cast.owner, organisation=firm, name="Bob")
    talk(ada, cast.owner, 3)
    talk(ada, cast.owner, 30, "customer.call", outcome="reached")
    talk(ada, cast.owner, 30, "customer.call", outcome="not_reached")
    talk(ada, cast.owner, 3, "customer.note")
    talk(ada, cast.owner, 400)
    talk(firm, cast.teammate, 5)
    log_interaction(firm, "meeting", {"guests": [ada, bob], "attendees": [cast.lead]}, cast.owner)
    assert ties(firm, cast.owner) == {
        ("Olga Owner", "Ada"): 3, ("Olga Owner", "Bob"): 1, ("Lena Lead", "Ada"): 1, ("Lena Lead", "Bob"): 1,
        ("Tom Teammate", "Firm"): 1,
    }  # fmt: skip


def test_every_number_opens_as_many_rows(cast: Cast) -> None:
    firm = CustomerFactory(owner=cast.owner, kind="organisation")
    people = [CustomerFactory(owner=cast.owner, organisation=firm) for _one in range(3)]
    for at, person in enumerate((firm, *people)):
        for days in range(at + 2):
            talk(person, cast.owner, days * 100)
    log_interaction(firm, "meeting", {"guests": people[:2], "attendees": [cast.teammate]}, cast.owner)
    picture = read_picture(firm, cast.owner)
    assert len(picture.ties) == 6
    for tie in picture.ties:
        wanted = StreamFilter(show="talk", by=tie.colleague, partner=tie.person, since=picture.since)
        assert len(read_screen(firm, cast.owner, wanted).entries) == tie.count


def test_people_whom_the_reader_does_not_see_are_not_drawn(cast: Cast, signed_in: SignIn) -> None:
    firm = CustomerFactory(owner=cast.owner, kind="organisation")
    hidden = CustomerFactory(owner=cast.outsider, organisation=firm, name="Hidden Hand")
    talk(hidden, cast.outsider, 1)
    log_interaction(firm, "meeting", {"guests": [hidden]}, cast.owner)
    url = reverse("customers:customer-picture-panel", args=[firm.pk])
    assert "Hidden Hand" not in signed_in(cast.owner).get(url).content.decode()
    assert "Hidden Hand" in signed_in(cast.manager).get(url).content.decode()
    assert signed_in(cast.outsider).get(url).status_code == 404


def test_a_person_has_no_picture_and_an_organisation_a_card(cast: Cast, signed_in: SignIn) -> None:
    person, firm = CustomerFactory(owner=cast.owner), CustomerFactory(owner=cast.owner, kind="organisation")
    client = signed_in(cast.owner)
    assert client.get(reverse("customers:customer-picture-panel", args=[person.pk])).status_code == 404
    for one, has_card in ((person, False), (firm, True)):
        assert ('id="panel-picture"' in client.get(one.get_absolute_url()).content.decode()) is has_card
    empty = client.get(reverse("customers:customer-picture-panel", args=[firm.pk])).content.decode()
    assert "Nobody has talked with them" in empty


def test_the_picture_is_bounded_says_what_it_leaves_out_and_costs_the_same(cast: Cast, signed_in: SignIn) -> None:
    firm = CustomerFactory(owner=cast.owner, kind="organisation")
    url = reverse("customers:customer-picture-panel", args=[firm.pk])
    client = signed_in(cast.owner)
    talk(CustomerFactory(owner=cast.owner, organisation=firm), cast.owner, 1)
    client.get(url)
    with CaptureQueriesContext(connection) as few:
        client.get(url)
    for number in range(MOST + 2):
        colleague = UserFactory(name=f"Colleague {number}")
        for _one in range(number + 1):
            talk(CustomerFactory(owner=cast.owner, organisation=firm), colleague, 100)
    with CaptureQueriesContext(connection) as many:
        page = client.get(url).content.decode()
    assert len(few) == len(many)
    assert page.count('text-anchor="end"') == MOST
    assert "Not in the picture: 3 of us and 48 of theirs" in re.sub(r"\s+", " ", page)
    assert "style=" not in page
