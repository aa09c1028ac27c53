"""What people write on a timeline by hand: calls, meetings, mails and chats, with their facts, files and mentions."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone, translation

from crm_site.events.models import EventRecord
from crm_site.files.models import Attachment
from crm_site.notifications.following import follow
from crm_site.notifications.models import Notification
from crm_site.staff.models import User
from customers.models import Activity
from customers.services import log_interaction
from customers.views.entries_shown import details_of
from tests.conftest import Cast
from tests.factories.records import CustomerFactory

SignIn = Callable[[User], Client]
NOON = dt.datetime(2026, 3, 2, 12, 0, tzinfo=dt.UTC)


def test_a_call_keeps_direction_outcome_and_minutes(cast: Cast) -> None:
    customer = CustomerFactory(owner=cast.owner)
    facts = {"direction": "in", "outcome": "reached", "minutes": 12, "occurred_at": NOON, "place": "nowhere"}
    call = log_interaction(customer, "call", facts, cast.owner)
    call.refresh_from_db()
    assert (call.verb, call.direction, call.outcome, call.minutes) == ("customer.call", "in", "reached", 12)
    assert (call.occurred_at, call.actor, call.place) == (NOON, cast.owner, "")
    assert call.sentence == "Olga Owner wrote down a call"
    assert details_of(call) == ["Incoming", "Reached", "12 minutes"]
    with translation.override("zh-hans"):
        assert call.sentence.startswith("Olga Owner")
    assert EventRecord.objects.get(name="customers.InteractionLogged").payload["activity_id"] == call.pk


def test_a_call_that_reached_nobody_took_no_minutes(cast: Cast) -> None:
    call = log_interaction(CustomerFactory(owner=cast.owner), "call", {"outcome": "busy", "minutes": 5}, cast.owner)
    call.refresh_from_db()
    assert (call.outcome, call.minutes, call.direction) == ("busy", None, "out")


def test_a_meeting_names_who_was_there(cast: Cast) -> None:
    firm = CustomerFactory(owner=cast.owner, kind="organisation")
    ada = CustomerFactory(owner=cast.owner, organisation=firm, name="Ada")
    facts = {"place": "Their  office", "minutes": 45, "attendees": [cast.lead], "guests": [ada]}
    meeting = log_interaction(firm, "meeting", facts, cast.owner)
    assert details_of(meeting) == ["45 minutes", "Their office", "with Lena Lead, Ada"]
    assert list(meeting.guests.all()) == [ada]


@pytest.mark.parametrize(
    ("kind", "facts", "field"),
    [
        ("note", {"body": " \x00 "}, "body"),
        ("call", {"body": "They called."}, "outcome"),
        ("mail", {"body": "  "}, "body"),
        ("chat", {}, "body"),
        ("meeting", {"occurred_at": dt.datetime(2099, 1, 1, tzinfo=dt.UTC)}, "occurred_at"),
        ("meeting", {"occurred_at": dt.datetime(1066, 10, 14, tzinfo=dt.UTC)}, "occurred_at"),
    ],
)
def test_what_says_nothing_or_lies_ahead_is_not_written(
    kind: str, facts: dict[str, Any], field: str, cast: Cast
) -> None:
    customer = CustomerFactory(owner=cast.owner)
    with pytest.raises(ValidationError) as refused:
        log_interaction(customer, kind, facts, cast.owner)
    assert list(refused.value.message_dict) == [field]
    assert not Activity.objects.exists()


def test_a_clock_that_is_a_minute_ahead_is_no_plan(cast: Cast) -> None:
    at = timezone.now() + dt.timedelta(minutes=1)
    assert log_interaction(CustomerFactory(), "meeting", {"occurred_at": at}, cast.owner).occurred_at == at


def test_a_chat_may_be_a_picture_alone(cast: Cast, signed_in: SignIn, settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = tmp_path
    customer = CustomerFactory(owner=cast.owner)
    url = reverse("customers:customer-note", args=[customer.pk])
    picture = SimpleUploadedFile("image.png", b"\x89PNG\r\n\x1a\n0000")
    data = {"kind": "chat", "channel": "wechat", "direction": "in", "files": [picture]}
    assert signed_in(cast.owner).post(url, data, headers={"HX-Request": "true"}).status_code == 200
    chat = Activity.objects.get(verb="customer.chat")
    assert (chat.channel, chat.direction, chat.data["files"]) == ("wechat", "in", 1)
    assert Attachment.objects.get().entry_id == chat.pk


def test_the_composer_writes_every_kind_and_takes_only_its_own_facts(cast: Cast, signed_in: SignIn) -> None:
    customer = CustomerFactory(owner=cast.owner)
    url = reverse("customers:customer-note", args=[customer.pk])
    # The form posts the fields of all kinds: those of the others were not meant.
    everything = {
        "body": "Spoke about <b>terms</b>.", "direction": "in", "outcome": "message", "channel": "sms",
        "title": "Terms", "minutes": "30", "place": "Trade fair", "occurred_at": "2026-03-02T12:00",
    }  # fmt: skip
    for kind in ("note", "call", "meeting", "mail", "chat"):
        answer = signed_in(cast.owner).post(url, {**everything, "kind": kind}, headers={"HX-Request": "true"})
        assert answer.status_code == 200, kind
        assert "&lt;b&gt;terms" in answer.content.decode()
    told = Activity.objects.order_by("pk").values_list("verb", "direction", "outcome", "channel", "title", "minutes")
    assert list(told) == [
        ("customer.note", "", "", "", "", None),
        ("customer.call", "in", "message", "", "", None),
        ("customer.meeting", "", "", "", "", 30),
        ("customer.mail", "in", "", "", "Terms", None),
        ("customer.chat", "in", "", "sms", "", None),
    ]


def test_a_refused_form_keeps_what_was_typed_and_names_the_field(cast: Cast, signed_in: SignIn) -> None:
    customer = CustomerFactory(owner=cast.owner)
    url = reverse("customers:customer-note", args=[customer.pk])
    data = {"kind": "mail", "title": "", "body": "", "occurred_at": "2026-03-02T12:00", "direction": "in"}
    answer = signed_in(cast.owner).post(url, data, headers={"HX-Request": "true"})
    page = answer.content.decode()
    assert (answer.status_code, answer["HX-Retarget"]) == (422, "#composer")
    assert "Paste the mail&#x27;s text, or write its subject." in page
    assert 'value="2026-03-02T12:00"' in page
    assert not Activity.objects.exists()


def test_whoever_sees_a_customer_may_write_and_nobody_else(cast: Cast, signed_in: SignIn) -> None:
    customer = CustomerFactory(owner=cast.owner)
    for name in ("customer-note", "customer-call"):
        url = reverse(f"customers:{name}", args=[customer.pk])
        assert signed_in(cast.outsider).post(url, {"kind": "note", "body": "x"}).status_code == 404
    assert not Activity.objects.exists()


def test_guests_are_customers_whom_the_writer_sees(cast: Cast, signed_in: SignIn) -> None:
    customer, foreign = CustomerFactory(owner=cast.owner), CustomerFactory(owner=cast.outsider)
    url = reverse("customers:customer-note", args=[customer.pk])
    answer = signed_in(cast.owner).post(
        url, {"kind": "meeting", "guests": [foreign.pk]}, headers={"HX-Request": "true"}
    )
    assert answer.status_code == 422
    assert not Activity.objects.exists()


def test_followers_hear_of_a_call_and_the_mentioned_of_being_mentioned(cast: Cast) -> None:
    customer = CustomerFactory(owner=cast.owner)
    follow(cast.manager, "customer", customer.pk)
    facts = {"outcome": "reached", "body": f"@[{cast.lead.pk}] please take over."}
    log_interaction(customer, "call", facts, cast.owner)
    assert Notification.objects.get(recipient=cast.lead).kind == "customer.mention"
