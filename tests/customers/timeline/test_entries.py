"""One entry: changed with its versions kept, deleted into the trash, answered; each by whom it belongs to."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from crm_site.history.models import Operation, TrashedRecord
from crm_site.history.restoring import restore_trashed
from crm_site.history.undoing import undo_operation
from crm_site.notifications.models import Notification
from crm_site.staff.models import RoleGrant, User
from crm_site.staff.versioning import StaleVersionError
from customers.models import Activity, Customer
from customers.services import add_note, answer_entry, change_entry, delete_entry, log_interaction
from customers.services.talking import AnsweredError
from tests.conftest import Cast
from tests.factories.records import ActivityFactory, CustomerFactory

SignIn = Callable[[User], Client]
FRAGMENT = {"HX-Request": "true"}


def at(name: str, entry: Activity) -> str:
    """Return an address of an entry."""
    return reverse(f"customers:entry-{name}", args=[entry.pk])


def test_a_writer_changes_their_entry_and_the_versions_are_kept(cast: Cast, signed_in: SignIn) -> None:
    note = add_note(CustomerFactory(owner=cast.owner), "Wants 30 days.", cast.owner)
    client = signed_in(cast.owner)
    assert "Wants 30 days." in client.get(at("edit", note)).content.decode()
    answer = client.post(at("edit", note), {"body": "Wants 60 days.", "version": 1}, headers=FRAGMENT)
    page = answer.content.decode()
    assert answer.status_code == 200
    assert "Wants 60 days." in page
    assert ">edited " in page
    note.refresh_from_db()
    assert (note.body, note.version, note.edited_at is not None) == ("Wants 60 days.", 2, True)
    versions = client.get(at("versions", note)).content.decode()
    assert "<del>Wants 30 days.</del>" in versions
    assert "Olga Owner" in versions


def test_a_stale_change_is_refused(cast: Cast, signed_in: SignIn) -> None:
    note = add_note(CustomerFactory(owner=cast.owner), "First.", cast.owner)
    change_entry(note, 1, {"body": "Second."}, cast.owner)
    with pytest.raises(StaleVersionError):
        change_entry(note, 1, {"body": "Third."}, cast.owner)
    answer = signed_in(cast.owner).post(at("edit", note), {"body": "Third.", "version": 1}, headers=FRAGMENT)
    assert answer.status_code == 422
    assert "Third." in answer.content.decode()
    note.refresh_from_db()
    assert note.body == "Second."


def test_a_change_of_a_call_keeps_what_it_does_not_name(cast: Cast, signed_in: SignIn) -> None:
    facts = {"outcome": "reached", "minutes": 9, "direction": "in", "body": "Asked for terms."}
    call = log_interaction(CustomerFactory(owner=cast.owner), "call", facts, cast.owner)
    moment = call.occurred_at
    client = signed_in(cast.owner)
    shown = {
        "body": "Asked for terms.", "direction": "in", "outcome": "message", "minutes": "9", "version": 1,
        "occurred_at": "",
    }  # fmt: skip
    assert client.post(at("edit", call), shown, headers=FRAGMENT).status_code == 200
    call.refresh_from_db()
    assert (call.outcome, call.minutes, call.direction, call.body) == ("message", None, "in", "Asked for terms.")
    assert call.occurred_at == moment
    assert client.post(at("edit", call), {**shown, "outcome": "", "version": 2}, headers=FRAGMENT).status_code == 422


def test_a_change_mentions_anew_and_keeps_its_files(cast: Cast) -> None:
    note = add_note(CustomerFactory(owner=cast.owner), "Nobody.", cast.owner)
    Activity.objects.filter(pk=note.pk).update(data={"by": "Olga Owner", "files": 2})
    note.refresh_from_db()
    change_entry(note, 1, {"body": f"@[{cast.lead.pk}] see this."}, cast.owner)
    assert note.data == {"by": "Olga Owner", "files": 2, "mentions": [cast.lead.pk]}
    assert Notification.objects.get().recipient == cast.lead


def test_entries_of_others_are_changed_by_those_who_may_edit_all_customers(cast: Cast, signed_in: SignIn) -> None:
    note = add_note(CustomerFactory(owner=cast.owner), "Mine.", cast.owner)
    for person, status in (
        (cast.teammate, 404), (cast.lead, 403), (cast.outsider, 404), (cast.manager, 200), (cast.owner, 200),
    ):  # fmt: skip
        client = signed_in(person)
        assert client.get(at("edit", note)).status_code == status, person
        if status != 200:
            assert client.post(at("edit", note), {"body": "Theirs.", "version": 1}).status_code == status
            assert client.post(at("delete", note)).status_code == status
    note.refresh_from_db()
    assert note.body == "Mine."


def test_what_the_system_wrote_stays_as_it_is(cast: Cast, signed_in: SignIn) -> None:
    customer = CustomerFactory(owner=cast.owner)
    for verb in ("customer.created", "task.finished", "order.placed"):
        entry = ActivityFactory(customer=customer, verb=verb, actor=cast.manager)
        for person in (cast.manager, cast.admin):
            client = signed_in(person)
            assert client.get(at("edit", entry)).status_code == 403
            assert client.post(at("delete", entry)).status_code == 403
            assert client.post(at("thread", entry), {"body": "x"}).status_code == 404
    assert Activity.objects.count() == 3


def test_a_deleted_note_comes_back_by_undo(cast: Cast, signed_in: SignIn) -> None:
    customer = CustomerFactory(owner=cast.owner)
    note = add_note(customer, "Wants 30 days.", cast.owner)
    answer_entry(note, "Fine.", cast.owner)
    answer = signed_in(cast.owner).post(at("delete", note), headers=FRAGMENT)
    page = answer.content.decode()
    done = Operation.objects.get()
    assert 'class="entry' not in page
    assert reverse("history:operation-undo", args=[done.pk]) in page
    assert not Activity.objects.filter(verb__in=("customer.note", "customer.reply")).exists()
    undo_operation(done, cast.owner)
    assert list(Activity.objects.order_by("pk").values_list("body", flat=True)) == ["Wants 30 days.", "Fine."]
    assert not TrashedRecord.objects.exists()


def test_who_sees_a_customer_but_may_not_change_it_brings_their_own_note_back(cast: Cast) -> None:
    RoleGrant.objects.filter(role__code="team-lead", module="customers").update(edit="own")
    note = add_note(CustomerFactory(owner=cast.owner), "Mine to keep.", cast.lead)
    assert not Customer.objects.editable_by(cast.lead).exists()
    done = delete_entry(note, cast.lead)
    assert not Activity.objects.exists()
    undo_operation(done, cast.lead)
    assert Activity.objects.get().body == "Mine to keep."


def test_a_deleted_meeting_lies_in_the_trash_with_who_was_there(cast: Cast) -> None:
    firm = CustomerFactory(owner=cast.owner, kind="organisation")
    ada = CustomerFactory(owner=cast.owner, organisation=firm)
    meeting = log_interaction(firm, "meeting", {"guests": [ada], "attendees": [cast.lead]}, cast.owner)
    delete_entry(meeting, cast.owner)
    trashed = TrashedRecord.objects.get()
    assert trashed.label == "Olga Owner wrote down a meeting"
    assert TrashedRecord.objects.visible_to(cast.owner).exists()
    assert not TrashedRecord.objects.visible_to(cast.outsider).exists()
    restore_trashed(trashed, cast.owner)
    back = Activity.objects.get()
    assert (list(back.guests.all()), list(back.attendees.all())) == ([ada], [cast.lead])


def test_an_entry_that_colleagues_answered_stays(cast: Cast, signed_in: SignIn) -> None:
    note = add_note(CustomerFactory(owner=cast.owner), "Shall we?", cast.owner)
    answer_entry(note, "Yes.", cast.lead)
    with pytest.raises(AnsweredError):
        delete_entry(note, cast.owner)
    page = signed_in(cast.owner).post(at("delete", note), headers=FRAGMENT).content.decode()
    assert "Colleagues have answered this." in page
    assert Activity.objects.count() == 2
    delete_entry(note, cast.manager)
    assert not Activity.objects.exists()


def test_answers_hang_on_the_first_entry_and_fold_beyond_three(cast: Cast, signed_in: SignIn) -> None:
    note = add_note(CustomerFactory(owner=cast.owner), "Shall we?", cast.owner)
    client = signed_in(cast.lead)
    for number in range(5):
        answer = client.post(at("thread", note), {"body": f"Answer {number}."}, headers=FRAGMENT)
        assert answer.status_code == 200
    page = answer.content.decode()
    assert "2 earlier answers" in page
    assert [f"Answer {number}." in page for number in range(5)] == [False, False, True, True, True]
    assert "Answer 0." in client.get(at("thread", note), {"all": ""}).content.decode()
    reply = Activity.objects.filter(thread=note).first()
    assert reply is not None
    assert answer_entry(reply, "To an answer.", cast.owner).thread_id == note.pk
    assert client.post(at("thread", note), {"body": " "}, headers=FRAGMENT).status_code == 422
    assert client.get(at("thread", reply)).status_code == 404
    assert signed_in(cast.outsider).post(at("thread", note), {"body": "x"}).status_code == 404


def test_writers_of_a_thread_hear_of_answers(cast: Cast) -> None:
    note = add_note(CustomerFactory(owner=cast.owner), "Shall we?", cast.owner)
    answer_entry(note, "Yes.", cast.lead)
    answer_entry(note, f"@[{cast.lead.pk}] then go.", cast.manager)
    told = Notification.objects.order_by("pk").values_list("recipient__name", "kind")
    assert sorted(told) == [
        ("Lena Lead", "customer.mention"), ("Olga Owner", "customer.answered"), ("Olga Owner", "customer.answered"),
    ]  # fmt: skip


def test_versions_are_seen_by_those_who_see_the_entry(cast: Cast, signed_in: SignIn) -> None:
    note = add_note(CustomerFactory(owner=cast.owner), "First.", cast.owner)
    change_entry(note, 1, {"body": "Second."}, cast.owner)
    assert "First." in signed_in(cast.lead).get(at("versions", note)).content.decode()
    assert signed_in(cast.outsider).get(at("versions", note)).status_code == 404
