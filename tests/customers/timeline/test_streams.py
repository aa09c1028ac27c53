"""Streams: filters in the address, an organisation's with its people, and the same cost wherever one stands."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from crm_site.staff.models import User
from customers.models import Activity, Customer
from customers.selectors import PAGE, StreamFilter, read_screen
from customers.selectors.streams import Cursor
from customers.services import answer_entry, log_interaction
from tests.conftest import Cast
from tests.factories.records import ActivityFactory, CustomerFactory

SignIn = Callable[[User], Client]
NOW = dt.datetime(2026, 3, 2, 12, 0, tzinfo=dt.UTC)


def walk(customer: Customer, user: User, wanted: StreamFilter | None = None) -> tuple[list[int], set[int]]:
    """Return the keys of a whole stream in its order, and how many queries its screens took."""
    seen: list[int] = []
    costs: set[int] = set()
    before: Cursor | None = None
    while True:
        with CaptureQueriesContext(connection) as asked:
            screen = read_screen(customer, user, wanted or StreamFilter(), before)
        costs.add(len(asked))
        seen += [one.pk for one in screen.entries]
        if not screen.has_more:
            return seen, costs
        last = screen.entries[-1]
        before = (last.occurred_at, last.pk)


def bulk(customer: Customer, count: int, **facts: Any) -> None:
    """Write entries a minute apart; every third shares its moment with the next."""
    Activity.objects.bulk_create(
        Activity(
            customer=customer, occurred_at=NOW - dt.timedelta(minutes=at - at % 3), **{"verb": "customer.note", **facts}
        )
        for at in range(count)
    )


def test_a_walk_to_entry_5000_asks_one_query_a_screen(cast: Cast) -> None:
    firm = CustomerFactory(owner=cast.owner, kind="organisation")
    people = [CustomerFactory(owner=cast.owner, organisation=firm) for _one in range(4)]
    for whose in (firm, *people):
        bulk(whose, 1000, actor=cast.owner)
    bulk(CustomerFactory(owner=cast.owner), 10)
    assert cast.owner.access  # read once a request
    seen, costs = walk(firm, cast.owner)
    assert len(seen) == len(set(seen)) == 5000
    assert costs == {1}
    ordered = Activity.objects.filter(pk__in=seen).order_by("-occurred_at", "-id").values_list("pk", flat=True)
    assert seen == list(ordered)
    seen, costs = walk(firm, cast.owner, StreamFilter(show="note", by=cast.owner.pk))
    assert (len(seen), costs) == (5000, {1})


def test_a_late_screen_is_one_page_request_of_the_same_cost(cast: Cast, signed_in: SignIn) -> None:
    customer = CustomerFactory(owner=cast.owner)
    bulk(customer, 5000, actor=cast.owner)
    client = signed_in(cast.owner)
    url = reverse("customers:customer-timeline", args=[customer.pk])
    client.get(url)
    costs = []
    for minutes in (0, 2500, 4900):
        at = (NOW - dt.timedelta(minutes=minutes)).isoformat()
        with CaptureQueriesContext(connection) as asked:
            page = client.get(f"{url}?{urlencode({'at': at, 'id': 2**62})}").content.decode()
        assert page.count('class="entry"') == PAGE
        costs.append(len(asked))
    assert len(set(costs)) == 1


def test_an_organisation_shows_its_people_whom_the_reader_sees(cast: Cast, signed_in: SignIn) -> None:
    firm = CustomerFactory(owner=cast.owner, kind="organisation", name="Firm")
    ada = CustomerFactory(owner=cast.owner, organisation=firm, name="Ada Lovelace")
    part = CustomerFactory(owner=cast.owner, organisation=firm, kind="organisation", name="Firm North")
    hidden = CustomerFactory(owner=cast.outsider, organisation=firm, name="Hidden Hand")
    for whose in (firm, ada, part, hidden):
        ActivityFactory(customer=whose, body=f"On {whose.name}")
    client = signed_in(cast.owner)
    page = client.get(reverse("customers:customer-timeline", args=[firm.pk])).content.decode()
    assert [f"On {name}" in page for name in ("Firm", "Ada Lovelace", "Firm North", "Hidden Hand")] == [
        True, True, True, False,
    ]  # fmt: skip
    assert f'href="/customers/{ada.pk}/">Ada Lovelace</a>' in page
    alone = client.get(reverse("customers:customer-timeline", args=[firm.pk]), {"alone": "1"}).content.decode()
    assert "On Firm<" in alone
    assert "On Ada Lovelace" not in alone
    assert "On Firm<" not in client.get(reverse("customers:customer-timeline", args=[ada.pk])).content.decode()


@pytest.mark.parametrize(
    ("params", "shown"),
    [
        ({}, {"note", "call", "mail", "task", "order", "system"}),
        ({"show": "note"}, {"note"}),
        ({"show": "call"}, {"call"}),
        ({"show": "talk"}, {"mail"}),
        ({"show": "task"}, {"task"}),
        ({"show": "more"}, {"order"}),
        ({"show": "system"}, {"system"}),
        ({"show": "nonsense"}, {"note", "call", "mail", "task", "order", "system"}),
        ({"by": "owner"}, {"note", "call"}),
        ({"by": "owner", "show": "call"}, {"call"}),
        ({"from": "2026-03-03"}, {"mail", "task"}),
        ({"until": "2026-03-02"}, {"note", "call", "order", "system"}),
        ({"from": "2026-03-03", "until": "2026-03-03"}, {"mail"}),
        ({"from": "yesterday", "by": "x", "with": "9" * 30}, {"note", "call", "mail", "task", "order", "system"}),
    ],
)
def test_filters_leave_what_they_say(params: dict[str, str], shown: set[str], cast: Cast, signed_in: SignIn) -> None:
    customer = CustomerFactory(owner=cast.owner)
    for body, verb, day, actor, outcome in (
        ("note", "customer.note", 2, cast.owner, ""),
        ("call", "customer.call", 2, cast.owner, "busy"),
        ("mail", "customer.mail", 3, cast.teammate, ""),
        ("task", "task.finished", 4, cast.teammate, ""),
        ("order", "order.placed", 1, None, ""),
        ("system", "customer.changed", 1, None, ""),
    ):
        at = dt.datetime(2026, 3, day, 10, tzinfo=dt.UTC)
        ActivityFactory(
            customer=customer, verb=verb, body=f"body of {body}", occurred_at=at, actor=actor, outcome=outcome,
            subject_id=1,
        )  # fmt: skip
    asked = {name: str(cast.owner.pk) if value == "owner" else value for name, value in params.items()}
    answer = signed_in(cast.owner).get(
        reverse("customers:customer-timeline", args=[customer.pk]), asked, headers={"HX-Request": "true"}
    )
    page = answer.content.decode()
    everything = ("note", "call", "mail", "task", "order", "system")
    assert {name for name in everything if f"body of {name}" in page} == shown
    address = answer["HX-Replace-Url"]
    assert signed_in(cast.owner).get(address).status_code == 200
    again = signed_in(cast.owner).get(address).content.decode()
    assert {name for name in everything if f"body of {name}" in again} == shown


def test_partners_are_who_was_there(cast: Cast) -> None:
    firm = CustomerFactory(owner=cast.owner, kind="organisation")
    ada, bob = (CustomerFactory(owner=cast.owner, organisation=firm) for _one in range(2))
    met = log_interaction(firm, "meeting", {"guests": [ada], "attendees": [cast.teammate]}, cast.owner)
    mail = log_interaction(ada, "mail", {"title": "Terms"}, cast.owner)
    plain = log_interaction(firm, "mail", {"title": "To all"}, cast.owner)
    log_interaction(bob, "mail", {"title": "Else"}, cast.owner)
    for wanted, keys in (
        (StreamFilter(show="talk", by=cast.owner.pk, partner=ada.pk), {met.pk, mail.pk}),
        (StreamFilter(show="talk", by=cast.teammate.pk, partner=ada.pk), {met.pk}),
        (StreamFilter(show="talk", by=cast.owner.pk, partner=firm.pk), {plain.pk}),
    ):
        assert set(walk(firm, cast.owner, wanted)[0]) == keys


def test_a_later_screen_says_the_day_it_goes_on_with_only_once(cast: Cast, signed_in: SignIn) -> None:
    customer = CustomerFactory(owner=cast.owner)
    bulk(customer, PAGE + 5)
    client = signed_in(cast.owner)
    first = client.get(reverse("customers:customer-timeline", args=[customer.pk])).content.decode()
    assert first.count("<h3>") == 1
    more = first.split('hx-get="')[-1].split('"')[0].replace("&amp;", "&")
    second = client.get(more).content.decode()
    assert second.count('class="entry"') == 5
    assert "<h3>" not in second


def test_answers_stand_under_their_entry_in_one_query_more(cast: Cast) -> None:
    customer = CustomerFactory(owner=cast.owner)
    notes = [ActivityFactory(customer=customer, actor=cast.owner) for _one in range(5)]
    for note in notes:
        for number in range(5):
            answer_entry(note, f"answer {number}", cast.teammate)
    with CaptureQueriesContext(connection) as asked:
        screen = read_screen(customer, cast.owner)
    assert len(asked) == 2
    assert len(screen.entries) == 5
    bodies = [one.body for one in screen.replies[notes[0].pk]]
    assert bodies == ["answer 2", "answer 3", "answer 4"]
    assert {one.answers for one in screen.replies[notes[0].pk]} == {5}  # type: ignore[attr-defined]  # from the statement


def test_days_are_those_of_the_reader(cast: Cast, signed_in: SignIn) -> None:
    customer = CustomerFactory(owner=cast.owner)
    User.objects.filter(pk=cast.owner.pk).update(time_zone="Asia/Shanghai")
    ActivityFactory(customer=customer, body="late evening", occurred_at=dt.datetime(2026, 3, 2, 17, tzinfo=dt.UTC))
    client = signed_in(User.objects.get(pk=cast.owner.pk))
    url = reverse("customers:customer-timeline", args=[customer.pk])
    assert "late evening" in client.get(url, {"from": "2026-03-03", "until": "2026-03-03"}).content.decode()
    assert "late evening" not in client.get(url, {"until": "2026-03-02"}).content.decode()
    assert timezone.get_current_timezone_name() != "Asia/Shanghai"
