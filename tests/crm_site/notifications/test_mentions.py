"""Mentions in notes: keys are kept, names are shown, and only who sees the record hears of it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from crm_site.events.delivering import deliver_pending
from crm_site.notifications.mentions import find_people, marked_up, mentioned_ids, plain
from crm_site.notifications.models import Notification
from crm_site.staff.models import User
from customers.models import Activity
from customers.services import add_note
from tests.conftest import Cast
from tests.factories.records import ActivityFactory, CustomerFactory
from tests.factories.staff import UserFactory

SignIn = Callable[[User], Client]


def note_address(customer: object) -> str:
    """Return where notes on the customer are posted."""
    return reverse("customers:customer-note", args=[customer.pk])  # type: ignore[attr-defined]  # any customer


def test_tokens_are_found_once_and_in_order() -> None:
    assert mentioned_ids("@[12] and @[7], @[12] @[x] @[] @[ 3 ] @[１２] @[1234567890123456789]") == [12, 7]
    assert len(mentioned_ids(" ".join(f"@[{number}]" for number in range(100)))) == 20


def test_a_mentioned_colleague_is_told_once_with_the_customer(cast: Cast, signed_in: SignIn) -> None:
    customer = CustomerFactory(owner=cast.owner, name="Ada & Co")
    body = f"@[{cast.lead.pk}] please call, @[{cast.lead.pk}]! cc @[{cast.owner.pk}]"
    assert signed_in(cast.owner).post(note_address(customer), {"body": body}).status_code == 302
    told = Notification.objects.get()
    assert (told.recipient, told.actor, told.url) == (cast.lead, cast.owner, customer.get_absolute_url())
    assert (told.subject_kind, told.subject_id) == ("customer", customer.pk)
    assert told.sentence == "Olga Owner mentioned you on Ada & Co"
    assert Activity.objects.get(verb="customer.note").body == body


def test_the_writer_is_told_whom_a_note_would_not_reach(cast: Cast, signed_in: SignIn) -> None:
    customer = CustomerFactory(owner=cast.owner)
    body = f"@[{cast.outsider.pk}] and @[{cast.lead.pk}]"
    answer = signed_in(cast.owner).post(note_address(customer), {"body": body}, headers={"HX-Request": "true"})
    assert answer.status_code == 422
    assert "Oskar Outsider can&#x27;t see this record" in answer.content.decode()
    assert body in answer.content.decode()  # nothing typed is lost
    assert not Activity.objects.exists()
    assert not Notification.objects.exists()


def test_a_service_called_without_the_form_tells_only_those_who_see(cast: Cast) -> None:
    customer = CustomerFactory(owner=cast.owner)
    note = add_note(customer, f"@[{cast.outsider.pk}] @[{cast.manager.pk}] @[987654321]", cast.owner)
    assert note.data["mentions"] == [cast.manager.pk]
    assert [one.recipient for one in Notification.objects.all()] == [cast.manager]


def test_people_who_left_are_not_mentioned(cast: Cast) -> None:
    gone = UserFactory(is_active=False, team=cast.owner.team, role="rep")
    note = add_note(CustomerFactory(owner=cast.owner), f"@[{gone.pk}]", cast.owner)
    assert "mentions" not in note.data


def test_the_timeline_shows_names_escaped_and_leaves_other_keys_as_text(cast: Cast, signed_in: SignIn) -> None:
    customer = CustomerFactory(owner=cast.owner)
    User.objects.filter(pk=cast.lead.pk).update(name="<img src=x onerror=alert(1)>")
    add_note(customer, f"<script>alert(1)</script> @[{cast.lead.pk}] @[{cast.outsider.pk}]", cast.owner)
    page = signed_in(cast.owner).get(customer.get_absolute_url()).content.decode()
    assert '<span class="mention">@&lt;img src=x onerror=alert(1)&gt;</span>' in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert f"@[{cast.outsider.pk}]" in page
    assert "<script>alert(1)" not in page
    assert "<img src=x" not in page


def test_a_new_name_shows_in_old_notes(cast: Cast, signed_in: SignIn) -> None:
    customer = CustomerFactory(owner=cast.owner)
    add_note(customer, f"@[{cast.lead.pk}]", cast.owner)
    User.objects.filter(pk=cast.lead.pk).update(name="Tom Married")
    assert "@Tom Married" in signed_in(cast.owner).get(customer.get_absolute_url()).content.decode()


def test_tokens_in_imported_notes_mention_nobody(cast: Cast, signed_in: SignIn) -> None:
    customer = CustomerFactory(owner=cast.owner)
    ActivityFactory(customer=customer, body=f"@[{cast.lead.pk}]")
    page = signed_in(cast.owner).get(customer.get_absolute_url()).content.decode()
    assert f"@[{cast.lead.pk}]" in page


@given(text=st.text(max_size=60), key=st.integers(0, 99))
def test_marking_up_never_lets_markup_through(text: str, key: int) -> None:
    said = marked_up(f"{text}@[{key}]{text}", {key: "<b>"})
    bare = said.replace('<span class="mention">', "").replace("</span>", "")
    assert "<" not in bare
    assert ">" not in bare
    assert plain("@[1] @[2]", {1: "Ada"}) == "@Ada @[2]"


def test_the_picker_offers_colleagues_by_name_address_and_sound(cast: Cast, signed_in: SignIn) -> None:
    customer = CustomerFactory(owner=cast.owner)
    wang = UserFactory(name="王伟", email="weige@crm.example")
    UserFactory(name="Wang Gone", is_active=False)
    assert find_people("wangw") == [wang]
    assert find_people("王") == [wang]
    assert find_people("WEIGE") == [wang]
    assert find_people("tom t") == [cast.teammate]
    assert find_people("t")[0] == cast.teammate  # before Anna Agent, who has the letter elsewhere
    assert find_people("crm.example") == []
    address = reverse("notifications:people", args=["customer", customer.pk])
    answer = signed_in(cast.owner).get(address, {"q": "tom"}).json()
    assert answer == {"items": [{"value": cast.teammate.pk, "text": "Tom Teammate", "detail": cast.teammate.email}]}
    assert len(signed_in(cast.owner).get(address).json()["items"]) == 8
    assert signed_in(cast.outsider).get(address).status_code == 404
    assert signed_in(cast.owner).get(reverse("notifications:people", args=["no-such", 1])).status_code == 404


@pytest.mark.parametrize("query", ["", "%", "_", "\x00", "'", "@", "a" * 5000, "👩‍👩‍👧", "\u202e"])
def test_the_picker_survives_any_query(query: str, cast: Cast, signed_in: SignIn) -> None:
    customer = CustomerFactory(owner=cast.owner)
    address = reverse("notifications:people", args=["customer", customer.pk])
    assert signed_in(cast.owner).get(address, {"q": query}).status_code == 200


def test_a_mentioned_follower_is_told_once(cast: Cast, signed_in: SignIn) -> None:
    customer = CustomerFactory(owner=cast.owner)
    for person in (cast.lead, cast.manager):
        signed_in(person).post(reverse("notifications:follow", args=["customer", customer.pk]), {"do": "follow"})
    add_note(customer, f"@[{cast.lead.pk}] look", cast.owner)
    deliver_pending()
    told = set(Notification.objects.values_list("recipient", "kind"))
    assert told == {(cast.lead.pk, "customer.mention"), (cast.manager.pk, "customer.noted")}
