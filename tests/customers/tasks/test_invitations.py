"""Invitations to meetings: sent once, followed by changes, answered by link and by calendar program."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from icalendar import Calendar

from crm_site.api.models import ApiToken
from crm_site.events.delivering import deliver_pending
from crm_site.mail.models import OutgoingMail
from crm_site.notifications.models import Notification
from crm_site.staff.models import User
from customers.models import Activity, DoNotContact, Invitation, Task
from customers.services.tasking import (
    ReplyError,
    TaskStateError,
    cancel_task,
    change_task,
    move_task,
    read_reply,
    reopen_task,
    send_invitations,
)
from customers.services.tasking.calendars import uid_of
from customers.services.tasking.inviting import token_of
from tests.conftest import Cast
from tests.factories.records import ContactPointFactory, CustomerFactory
from tests.factories.tasks import InvitationFactory, TaskFactory

pytestmark = pytest.mark.django_db

SignIn = Callable[[User], Client]
DUE = (timezone.now() + dt.timedelta(days=3)).replace(hour=9, minute=30, second=0, microsecond=0)


@pytest.fixture
def meeting(cast: Cast) -> Task:
    """Return a visit of the owner's, with a colleague and a guest."""
    guest = CustomerFactory(owner=cast.owner, name="Ada", time_zone="Asia/Shanghai", language="zh-hans")
    ContactPointFactory(customer=guest, value="Ada@customer.example", is_primary=True)
    task = TaskFactory(
        owner=cast.owner, kind="meeting", title="Visit", due_at=DUE, duration=60, place="Suzhou", note="Push for 10 %"
    )
    task.attendees.add(cast.teammate)
    task.guests.add(guest)
    return Task.objects.get(pk=task.pk)


def sent(address: str) -> list[tuple[str, str]]:
    """Return the subjects and methods of the mails to an address, in their order."""
    rows = OutgoingMail.objects.filter(recipient=address).order_by("pk")
    return [(one.subject, re.findall(r"METHOD:(\w+)", one.calendar)[0]) for one in rows]


def reply(invitation: Invitation, said: str = "ACCEPTED", **changed: Any) -> bytes:
    """Return what a calendar program sends to the organiser."""
    facts = {
        "method": "REPLY",
        "uid": uid_of(invitation.task_id),
        "sequence": invitation.sequence,
        "email": invitation.email,
        **changed,
    }
    return (
        (
            "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Test//EN\r\nMETHOD:{method}\r\nBEGIN:VEVENT\r\nUID:{uid}\r\n"
            "DTSTAMP:20260101T000000Z\r\nSEQUENCE:{sequence}\r\nATTENDEE;PARTSTAT={said};CN=Ada:mailto:{email}\r\n"
            "END:VEVENT\r\nEND:VCALENDAR\r\n"
        )
        .format(said=said, **facts)
        .encode()
    )


def test_everybody_is_asked_once_in_their_language_and_zone(cast: Cast, meeting: Task) -> None:
    assert send_invitations(meeting, cast.owner) == []
    send_invitations(meeting, cast.owner)
    assert sent(cast.teammate.email) == [("Invitation: Visit", "REQUEST")]
    assert len(sent("ada@customer.example")) == 1
    mail = OutgoingMail.objects.get(recipient="ada@customer.example")
    assert "17:30" in mail.text, "half past nine in London is half past five in Shanghai"
    assert "(Asia/Shanghai)" in mail.text
    assert "Suzhou" in mail.text


def test_outsiders_learn_neither_notes_nor_addresses_of_ours(cast: Cast, meeting: Task) -> None:
    send_invitations(meeting, cast.owner)
    mail = OutgoingMail.objects.get(recipient="ada@customer.example")
    assert "Push for 10 %" not in mail.text + mail.calendar
    assert f"/tasks/{meeting.pk}/" not in mail.text + mail.calendar
    event: Any = Calendar.from_ical(mail.calendar).walk("VEVENT")[0]
    assert str(event["attendee"]) == "mailto:ada@customer.example"


def test_who_cannot_or_must_not_be_reached_is_named_and_left_out(cast: Cast, meeting: Task) -> None:
    silent = CustomerFactory(owner=cast.owner, name="Bo")
    meeting.guests.add(silent)
    ada = meeting.guests.get(name="Ada")
    DoNotContact.objects.create(customer=ada, channel="email", reason="Asked us", since=timezone.now())
    left = {one.name: one.why for one in send_invitations(meeting, cast.owner)}
    assert left == {"Ada": "does not want to be contacted by mail", "Bo": "has no mail address"}
    assert sent("ada@customer.example") == []


def test_a_change_that_matters_is_told_and_asks_anew(cast: Cast, meeting: Task) -> None:
    send_invitations(meeting, cast.owner)
    Invitation.objects.update(answer="accepted", answered_at=timezone.now())
    change_task(meeting, meeting.version, {"priority": 3}, cast.owner)
    deliver_pending()
    assert len(sent(cast.teammate.email)) == 1
    assert set(Invitation.objects.values_list("answer", flat=True)) == {"accepted"}
    move_task(meeting, meeting.version, DUE.date() + dt.timedelta(days=1), dt.time(8), cast.owner)
    deliver_pending()
    assert sent(cast.teammate.email) == [("Invitation: Visit", "REQUEST"), ("Changed: Visit", "REQUEST")]
    assert set(Invitation.objects.values_list("answer", flat=True)) == {"waiting"}


def test_a_cancelled_meeting_and_a_removed_guest_are_told(cast: Cast, meeting: Task) -> None:
    send_invitations(meeting, cast.owner)
    change_task(meeting, meeting.version, {"guests": []}, cast.owner)
    deliver_pending()
    assert sent("ada@customer.example")[-1][1] == "CANCEL"
    assert len(sent(cast.teammate.email)) == 1
    cancel_task(meeting, meeting.version, cast.owner)
    deliver_pending()
    deliver_pending()
    assert [method for _subject, method in sent(cast.teammate.email)] == ["REQUEST", "CANCEL"]
    assert len(sent("ada@customer.example")) == 2
    reopen_task(meeting, meeting.version, cast.owner)
    deliver_pending()
    assert len(sent(cast.teammate.email)) == 2, "whoever opens it again decides who is asked again"
    send_invitations(meeting, cast.owner)
    assert [method for _subject, method in sent(cast.teammate.email)] == ["REQUEST", "CANCEL", "REQUEST"]


def test_a_guest_answers_by_link_without_signing_in(cast: Cast, meeting: Task, client: Client) -> None:
    send_invitations(meeting, cast.owner)
    mail = OutgoingMail.objects.get(recipient="ada@customer.example")
    path = re.findall(r"(/calendar/answer/\S+)", mail.text)[0]
    page = client.get(path)
    assert page.status_code == 200
    assert b"Visit" in page.content
    assert b"Push for" not in page.content
    assert Invitation.objects.get(guest__name="Ada").answer == "waiting", "a program that follows links answers nothing"
    assert client.post(path, {"answer": "accepted"}).status_code == 302
    client.post(path, {"answer": "declined"})
    assert client.post(path, {"answer": "waiting"}).status_code == 200
    invitation = Invitation.objects.get(guest__name="Ada")
    assert invitation.answer == "declined"
    deliver_pending()
    told = [one.sentence for one in Notification.objects.filter(recipient=cast.owner).order_by("pk")]
    assert told == ["Ada answered to “Visit”: Comes", "Ada answered to “Visit”: Does not come"]
    entries = Activity.objects.filter(customer=invitation.guest, verb="task.answered").order_by("pk")
    assert [one.sentence for one in entries] == told


def test_a_forged_address_is_not_found_and_a_past_invitation_takes_no_answer(
    cast: Cast, meeting: Task, client: Client
) -> None:
    send_invitations(meeting, cast.owner)
    invitation = Invitation.objects.get(guest__name="Ada")
    token = token_of(invitation)
    for forged in (str(invitation.pk), f"{invitation.pk}:x", token[:-1], token.replace(":", ";"), "x" * 300):
        assert client.get(f"/calendar/answer/{forged}/").status_code == 404, forged
    cancel_task(meeting, meeting.version, cast.owner)
    deliver_pending()
    answer = client.post(f"/calendar/answer/{token}/", {"answer": "accepted"})
    assert b"does not take place" in answer.content
    invitation.refresh_from_db()
    assert invitation.answer == "waiting"


def test_a_calendar_programs_answer_is_read(cast: Cast, meeting: Task, signed_in: SignIn) -> None:
    send_invitations(meeting, cast.owner)
    invitation = Invitation.objects.get(guest__name="Ada")
    file = SimpleUploadedFile("reply.ics", reply(invitation, "TENTATIVE"), content_type="text/calendar")
    page = signed_in(cast.owner).post(reverse("customers:task-reply", args=[meeting.pk]), {"file": file})
    assert b"Perhaps" in page.content
    invitation.refresh_from_db()
    assert invitation.answer == "tentative"
    assert signed_in(cast.owner).post(reverse("customers:task-reply", args=[meeting.pk])).status_code == 422


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"email": "stranger@elsewhere.example"}, "stranger"),
        ({"uid": "task-1@elsewhere.example"}, "stranger"),
        ({"uid": "task-99999999999999999999@testserver"}, "stranger"),
        ({"sequence": 0}, "outdated"),
        ({"sequence": "many"}, "unreadable"),
        ({"email": "\0guest@customer.example"}, "unreadable"),
        ({"method": "REQUEST"}, "no_reply"),
        ({"said": "DELEGATED"}, "no_reply"),
    ],
)
def test_an_answer_that_is_none_of_ours_changes_nothing(
    cast: Cast, meeting: Task, changed: dict[str, Any], code: str
) -> None:
    send_invitations(meeting, cast.owner)
    invitation = Invitation.objects.get(guest__name="Ada")
    with pytest.raises(ReplyError) as caught:
        read_reply(reply(invitation, **changed))
    assert caught.value.code == code
    invitation.refresh_from_db()
    assert invitation.answer == "waiting"


def test_an_answer_to_another_meeting_is_refused_on_this_ones_page(cast: Cast, meeting: Task) -> None:
    other = InvitationFactory(task__owner=cast.owner)
    with pytest.raises(ReplyError):
        read_reply(reply(other), meeting.pk)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(noise=st.binary(max_size=300), cut=st.integers(0, 400))
def test_no_file_brings_the_reader_down(cast: Cast, noise: bytes, cut: int) -> None:
    whole = reply(InvitationFactory())
    for content in (noise, whole[:cut] + noise + whole[cut:]):
        try:
            read_reply(content)
        except ReplyError:
            continue


def test_only_those_who_change_the_meeting_ask_people(cast: Cast, meeting: Task, signed_in: SignIn) -> None:
    assert signed_in(cast.outsider).post(reverse("customers:task-invite", args=[meeting.pk])).status_code == 404
    assert not Invitation.objects.exists()
    client = signed_in(cast.owner)
    card = reverse("customers:task-invitations-panel", args=[meeting.pk])
    assert b"Send 2 invitations" in client.get(card).content
    client.post(reverse("customers:task-invite", args=[meeting.pk]))
    assert Invitation.objects.count() == 2
    page = client.get(card).content
    assert b"No answer yet" in page
    assert b"Send 2" not in page


def test_a_task_that_is_no_meeting_asks_nobody(cast: Cast, signed_in: SignIn) -> None:
    task = TaskFactory(owner=cast.owner)
    assert signed_in(cast.owner).post(reverse("customers:task-invite", args=[task.pk])).status_code == 404


def test_the_api_asks_people_and_takes_answers_from_a_mail_gateway(cast: Cast, meeting: Task) -> None:
    def call(user: User, path: str, data: Any = None) -> Any:
        client = Client(headers={"Authorization": f"Bearer {ApiToken.issue(user, scopes=[])[1]}"})
        place = f"/api/v1/tasks/{meeting.pk}/{path}/"
        return client.get(place) if data is None else client.post(place, data, content_type="application/json")

    assert call(cast.owner, "invitations").json() == []
    assert call(cast.outsider, "invitations", {}).status_code == 404
    assert {one["answer"] for one in call(cast.owner, "invitations", {}).json()} == {"waiting"}
    invitation = Invitation.objects.get(guest__name="Ada")
    answered = call(cast.owner, "reply", {"calendar": reply(invitation).decode()})
    assert {one["name"]: one["answer"] for one in answered.json()} == {"Ada": "accepted", "Tom Teammate": "waiting"}
    refused = call(cast.owner, "reply", {"calendar": "BEGIN:VCALENDAR"})
    assert (refused.status_code, list(refused.json())) == (400, ["calendar"])
    assert call(cast.outsider, "reply", {"calendar": reply(invitation).decode()}).status_code == 404


def test_people_are_asked_to_the_meeting_as_it_stands_now(cast: Cast, meeting: Task) -> None:
    stale = Task.objects.get(pk=meeting.pk)
    change_task(meeting, meeting.version, {"title": "Visit to the works"}, cast.owner)
    send_invitations(stale, cast.owner)
    assert sent(cast.teammate.email) == [("Invitation: Visit to the works", "REQUEST")]
    cancel_task(meeting, meeting.version, cast.owner)
    with pytest.raises(TaskStateError):
        send_invitations(stale, cast.owner)


def test_nobody_is_asked_to_a_closed_meeting(cast: Cast, meeting: Task, signed_in: SignIn) -> None:
    cancel_task(meeting, meeting.version, cast.owner)
    page = signed_in(cast.owner).post(reverse("customers:task-invite", args=[meeting.pk]), follow=True)
    assert "nobody is asked any more" in page.content.decode()
    assert not Invitation.objects.exists()
