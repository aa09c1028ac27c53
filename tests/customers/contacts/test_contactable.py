"""Who may be contacted: one statement over everybody, told the same by a slow reading of every line."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from customers.choices import Channel, Purpose
from customers.models import Address, ConsentEntry, ContactPoint, Customer, DoNotContact
from customers.selectors.consents import why_not
from tests.factories.contacts import ConsentEntryFactory, DoNotContactFactory
from tests.factories.records import AddressFactory, ContactPointFactory, CustomerFactory

NOW = dt.datetime(2026, 11, 20, 12, 0, tzinfo=dt.UTC)


def days(number: float) -> dt.datetime:
    """Return the moment so many days before now."""
    return NOW - dt.timedelta(days=number)


def names(channel: str = "email", purpose: str = "marketing", at: dt.datetime = NOW) -> list[str]:
    """Return who may be contacted."""
    return sorted(Customer.objects.contactable(channel, purpose, at).values_list("name", flat=True))


@pytest.fixture
def ada(db: None) -> Customer:
    """Somebody with a mail address who gave consent thirty days ago."""
    customer: Customer = CustomerFactory(name="Ada")
    ContactPointFactory(customer=customer, value="ada@customer.example")
    ConsentEntryFactory(customer=customer, at=days(30))
    return customer


def test_who_gave_consent_may_be_contacted_for_that_alone(ada: Customer) -> None:
    assert names() == ["Ada"]
    assert names("email", "newsletter") == []
    assert names("wechat", "marketing") == []
    assert why_not(ada, "email", "newsletter", NOW) == "Consent was never given."


def test_before_the_consent_nobody_might_write(ada: Customer) -> None:
    assert names(at=days(31)) == []
    assert names(at=days(30)) == ["Ada"]


def test_a_withdrawal_counts_from_its_moment_on(ada: Customer) -> None:
    ConsentEntryFactory(customer=ada, state="withdrawn", at=days(10))
    assert names() == []
    assert names(at=days(11)) == ["Ada"]
    assert why_not(ada, "email", "marketing", NOW).startswith("Consent was withdrawn: ")
    ConsentEntryFactory(customer=ada, state="given", at=days(5))
    assert names() == ["Ada"]


def test_of_two_lines_of_one_moment_the_later_written_counts(ada: Customer) -> None:
    ConsentEntryFactory(customer=ada, state="refused", at=days(30))
    assert names() == []


def test_an_expired_consent_does_not_fall_back_to_an_older_one(ada: Customer) -> None:
    ConsentEntryFactory(customer=ada, at=days(20), expires_at=days(5))
    assert names(at=days(6)) == ["Ada"]
    assert names(at=days(5)) == []
    assert why_not(ada, "email", "marketing", NOW).startswith("Consent has expired: ")


def test_without_an_address_of_the_channel_nobody_is_reached(ada: Customer) -> None:
    ContactPoint.objects.all().delete()
    assert names() == []
    assert why_not(ada, "email", "marketing", NOW) == "There is no address of this channel."


def test_letters_go_to_any_address(ada: Customer) -> None:
    ConsentEntryFactory(customer=ada, channel="post", at=days(1))
    assert names("post") == []
    AddressFactory(customer=ada)
    AddressFactory(customer=ada)
    assert names("post") == ["Ada"]


def test_calls_and_short_messages_go_to_phones(ada: Customer) -> None:
    ContactPointFactory(customer=ada, kind="phone", value="+4930901820")
    ConsentEntryFactory(customer=ada, channel="sms", at=days(1))
    assert names("sms") == ["Ada"]
    assert names("phone") == []


def test_a_line_about_one_address_says_nothing_of_the_others(ada: Customer) -> None:
    ContactPointFactory(customer=ada, value="home@customer.example")
    ConsentEntryFactory(customer=ada, state="withdrawn", address="ada@customer.example", at=days(3))
    assert names() == ["Ada"]
    ConsentEntryFactory(customer=ada, state="withdrawn", address="home@customer.example", at=days(2))
    assert names() == []
    ConsentEntryFactory(customer=ada, address="gone@customer.example", at=days(1))
    assert names() == []


def test_a_ban_beats_consent_while_it_lasts(ada: Customer) -> None:
    ban = DoNotContactFactory(customer=ada, since=days(9), until=days(3))
    assert names() == ["Ada"]
    assert names(at=days(9)) == []
    assert names(at=days(3)) == ["Ada"]
    assert names("email", "service", at=days(4)) == []
    assert why_not(ada, "email", "marketing", days(4)) == "Contact is forbidden: They asked for it on the phone."
    DoNotContact.objects.filter(pk=ban.pk).update(until=None, lifted_at=days(5))
    assert names(at=days(6)) == []
    assert names(at=days(4)) == ["Ada"]


def test_a_ban_on_one_channel_leaves_the_others(ada: Customer) -> None:
    DoNotContactFactory(customer=ada, channel="phone", since=days(9))
    assert names() == ["Ada"]
    DoNotContactFactory(customer=ada, channel="email", since=days(9))
    assert names() == []


def test_orders_and_service_need_no_consent(db: None) -> None:
    customer = CustomerFactory(name="Bo")
    ContactPointFactory(customer=customer)
    CustomerFactory(name="Without an address")
    assert names("email", "service") == ["Bo"]
    assert names("email", "marketing") == []


def test_it_narrows_what_it_is_asked_of(ada: Customer) -> None:
    assert not Customer.objects.filter(name="Bo").contactable("email", "marketing").exists()
    assert Customer.objects.filter(name="Ada").contactable("email", "marketing").count() == 1


def test_everything_is_asked_in_one_statement(ada: Customer, django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(1):
        assert Customer.objects.contactable("email", "marketing").count() == 1


# The property: whatever was said, forbidden and lost, the statement agrees with a reading of every line.
MOMENTS = st.integers(0, 6)
LINE = st.fixed_dictionaries(
    {
        "who": st.integers(0, 1),
        "channel": st.sampled_from(["email", "sms", "post"]),
        "purpose": st.sampled_from(["marketing", "newsletter"]),
        "state": st.sampled_from(["given", "given", "refused", "withdrawn"]),
        "address": st.sampled_from(["", "", "one", "two"]),
        "day": MOMENTS,
        "lasts": st.sampled_from([None, 1, 3]),
    }
)
BAN = st.fixed_dictionaries(
    {
        "who": st.integers(0, 1),
        "channel": st.sampled_from(["", "email", "sms", "post"]),
        "day": MOMENTS,
        "until": st.sampled_from([None, 1, 2]),
        "lifted": st.sampled_from([None, 1, 2]),
    }
)
POINT = st.tuples(st.integers(0, 1), st.sampled_from(["email", "phone", "address"]), st.sampled_from(["one", "two"]))
KIND = {"email": "email", "sms": "phone", "phone": "phone", "wechat": "wechat", "post": "address"}


def slow(who: int, channel: str, purpose: str, at: int, lines: list[Any], bans: list[Any], points: set[Any]) -> bool:
    """Tell by reading everything whether somebody may be contacted."""
    for ban in bans:
        ends = [ban["day"] + ban[end] for end in ("until", "lifted") if ban[end] is not None]
        rules = ban["day"] <= at and all(at < end for end in ends)
        if ban["who"] == who and rules and ban["channel"] in ("", channel):
            return False
    reached = {
        "" if kind == "address" else value for one, kind, value in points if one == who and kind == KIND[channel]
    }
    if purpose == "service":
        return bool(reached)
    for address in reached:
        said = [
            (line["day"], number, line)
            for number, line in enumerate(lines)
            if (line["who"], line["channel"], line["purpose"]) == (who, channel, purpose)
            and line["day"] <= at
            and (line["address"] == "" or (address and line["address"] == address))
        ]
        if said:
            line = max(said, key=lambda one: one[:2])[2]
            unexpired = line["lasts"] is None or at < line["day"] + line["lasts"]
            if line["state"] == "given" and unexpired:
                return True
    return False


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(lines=st.lists(LINE, max_size=8), bans=st.lists(BAN, max_size=2), points=st.sets(POINT, max_size=6), at=MOMENTS)
def test_the_statement_agrees_with_a_reading_of_every_line(
    db: None, lines: list[Any], bans: list[Any], points: set[Any], at: int
) -> None:
    DoNotContact.objects.all().delete()
    Customer.objects.all().delete()
    both = [CustomerFactory(), CustomerFactory()]
    moment = [days(20 - number) for number in range(20)]
    for who, kind, value in sorted(points):
        if kind == "address":
            Address.objects.create(customer=both[who], city=value)
        else:
            ContactPoint.objects.create(customer=both[who], kind=kind, value=value, normal=value)
    for line in lines:
        ConsentEntry.objects.create(
            customer=both[line["who"]],
            source="form",
            at=moment[line["day"]],
            expires_at=None if line["lasts"] is None else moment[line["day"] + line["lasts"]],
            **{name: line[name] for name in ("channel", "purpose", "state", "address")},
        )
    for ban in bans:
        DoNotContact.objects.create(
            customer=both[ban["who"]],
            channel=ban["channel"],
            reason="x",
            since=moment[ban["day"]],
            until=None if ban["until"] is None else moment[ban["day"] + ban["until"]],
            lifted_at=None if ban["lifted"] is None else moment[ban["day"] + ban["lifted"]],
        )
    for channel in Channel:
        for purpose in Purpose:
            expected = [slow(who, channel, purpose, at, lines, bans, points) for who in (0, 1)]
            found = set(Customer.objects.contactable(channel, purpose, moment[at]).values_list("pk", flat=True))
            assert [one.pk in found for one in both] == expected, (channel, purpose)
            told = [why_not(one, channel, purpose, moment[at]) == "" for one in both]
            assert told == expected, (channel, purpose)


def test_now_is_the_moment_that_counts_by_default(ada: Customer) -> None:
    ConsentEntryFactory(customer=ada, state="withdrawn", at=timezone.now() + dt.timedelta(hours=1))
    assert Customer.objects.contactable("email", "marketing").get() == ada
