"""Calls, meetings, mails and chats from the exports of other systems."""

from __future__ import annotations

import pytest

from crm_site.imports.recognising import recognise
from customers.models import Activity
from tests.conftest import Cast, Importer
from tests.factories.records import ContactPointFactory, CustomerFactory

HUBSPOT = (
    "Record ID,Activity type,Call title,Call direction,Call outcome,Activity date,Activity assigned to,Call notes,"
    "Associated Contact ID\n"
    "71,Call,First call,INBOUND,Connected,2025-03-04 12:30,Olga Owner,Asked for terms.,C-1\n"
    "72,Call,,OUTBOUND,No answer,2025-03-05 09:00,,,C-1\n"
)
PIPEDRIVE = (
    "ID,Type,Subject,Due date,Duration,Assigned to user,Note,Contact person email\n"
    "1,Lunch,Terms,2025-03-04 12:30,01:30,Olga Owner,Went well.,ada@example.com\n"
    "2,Email,=1+1 offer,2025-03-05,,Olga Owner,See there.,ada@example.com\n"
    "3,Call,Planned,2099-01-01,00:15,Olga Owner,,ada@example.com\n"
    "4,Deadline,Something else,2025-03-05,,Olga Owner,,ada@example.com\n"
    "5,微信,,2025-03-06,,,价格可以,nobody@example.com\n"
)


@pytest.fixture
def _ada(cast: Cast) -> None:
    """A customer with a reference and a mail address."""
    customer = CustomerFactory(owner=cast.owner, reference="C-1")
    ContactPointFactory(customer=customer, value="ada@example.com")


@pytest.mark.usefixtures("_ada")
def test_calls_come_with_direction_outcome_and_moment(cast: Cast, import_text: Importer) -> None:
    report = import_text("interactions", HUBSPOT)
    assert (report["created"], report["failed"]) == (2, 0)
    told = Activity.objects.order_by("occurred_at").values_list(
        "verb", "direction", "outcome", "actor", "body", "title"
    )
    assert list(told) == [
        ("customer.call", "in", "reached", cast.owner.pk, "Asked for terms.", "First call"),
        ("customer.call", "out", "not_reached", None, "", ""),
    ]
    again = import_text("interactions", HUBSPOT)
    assert (again["created"], again["skipped"]) == (0, 2)


@pytest.mark.usefixtures("_ada")
def test_other_words_are_read_and_what_lies_ahead_is_refused(cast: Cast, import_text: Importer) -> None:
    report = import_text("interactions", PIPEDRIVE)
    assert (report["created"], report["failed"]) == (1, 4)
    lunch = Activity.objects.get()
    assert (lunch.verb, lunch.minutes, lunch.title, lunch.actor) == ("customer.meeting", 90, "Terms", cast.owner)
    assert lunch.sentence == "Olga Owner wrote down a meeting"


def test_such_files_are_told_by_their_headers() -> None:
    for text, name in ((HUBSPOT, "calls.csv"), (PIPEDRIVE, "activities.csv")):
        assert recognise(text.partition("\n")[0].split(","), name)[0].kind == "interactions"
    assert recognise(["Record ID", "Note body", "Associated Contact ID", "Create Date"], "notes.csv")[0].kind == "notes"
