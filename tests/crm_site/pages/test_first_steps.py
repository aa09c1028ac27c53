"""The newcomer's checklist: steps tick themselves, belong to one person, and can be put away."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.contrib.admin.models import ADDITION, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from crm_site.events.models import EventRecord
from crm_site.jobs.starting import start_job
from crm_site.pages.first_steps import checklist, is_wanted, put_away, remember, steps_for
from crm_site.pages.models import FirstSteps
from crm_site.staff.models import User
from customers.services import create_customer
from sales.services import place_order
from tests.conftest import Cast

SignIn = Callable[[User], Client]


def ticked(user: User) -> set[str]:
    """Return the codes of the person's ticked steps."""
    return {tick.step.code for tick in checklist(user).ticks if tick.done}


def test_steps_follow_the_role(cast: Cast) -> None:
    assert [step.code for step in steps_for(cast.admin)] == [
        "add-customer", "import-file", "move-deal", "enter-order", "record-answer", "read-nps", "run-job", "invite",
    ]  # fmt: skip
    assert [step.code for step in steps_for(cast.owner)] == [
        "add-customer", "move-deal", "enter-order", "record-answer", "read-nps",
    ]  # fmt: skip
    assert "enter-order" not in {step.code for step in steps_for(cast.agent)}


def test_a_step_ticks_itself_for_whoever_did_it(cast: Cast) -> None:
    assert ticked(cast.owner) == set()
    customer = create_customer({"name": "First Customer"}, cast.owner)
    assert ticked(cast.owner) == {"add-customer"}
    place_order({"customer": customer, "total": 5}, [], cast.owner)
    assert ticked(cast.owner) == {"add-customer", "enter-order"}
    assert ticked(cast.teammate) == set()


def test_jobs_count_when_they_were_started_from_the_jobs_page(cast: Cast) -> None:
    start_job("demo_clear", user=cast.admin, wake=False)
    assert ticked(cast.admin) == set()
    start_job("rfm", user=cast.admin, wake=False)
    assert ticked(cast.admin) == {"run-job"}


def test_inviting_counts_when_a_user_was_added(cast: Cast) -> None:
    kind = ContentType.objects.get_for_model(User)
    LogEntry.objects.create(user=cast.admin, content_type=kind, object_id="1", object_repr="x", action_flag=ADDITION)
    assert ticked(cast.admin) == {"invite"}


def test_a_tick_stays_when_its_evidence_is_gone(cast: Cast) -> None:
    create_customer({"name": "First Customer"}, cast.owner)
    assert ticked(cast.owner) == {"add-customer"}
    EventRecord.objects.all().delete()
    assert ticked(cast.owner) == {"add-customer"}


def test_a_step_that_asks_to_look_is_done_by_opening_it(cast: Cast, signed_in: SignIn) -> None:
    client = signed_in(cast.owner)
    response = client.post(reverse("pages:first-steps-open", args=["read-nps"]))
    assert response["Location"] == reverse("analytics:overview")
    assert ticked(cast.owner) == {"read-nps"}


def test_opening_a_step_that_needs_work_ticks_nothing(cast: Cast, signed_in: SignIn) -> None:
    response = signed_in(cast.owner).post(reverse("pages:first-steps-open", args=["add-customer"]))
    assert response["Location"] == reverse("customers:customer-create")
    assert ticked(cast.owner) == set()


@pytest.mark.parametrize("code", ["invite", "run-job", "no-such-step"])
def test_steps_of_others_do_not_exist(cast: Cast, signed_in: SignIn, code: str) -> None:
    response = signed_in(cast.owner).post(reverse("pages:first-steps-open", args=[code]))
    assert response.status_code == 404
    assert not FirstSteps.objects.exists()


def test_the_card_stands_on_today_until_it_is_put_away(cast: Cast, signed_in: SignIn) -> None:
    client = signed_in(cast.owner)
    card = reverse("pages:today-card", args=["first-steps"])
    assert card in client.get("/").content.decode()
    assert "0 of 5" in client.get(card).content.decode()
    client.post(reverse("pages:first-steps-hide"))
    assert card not in client.get("/").content.decode()
    assert client.get(card).status_code == 404
    assert is_wanted(cast.teammate)


def test_the_card_goes_once_everything_is_done(cast: Cast) -> None:
    remember(cast.owner, {step.code for step in steps_for(cast.owner)})
    assert not is_wanted(cast.owner)


def test_putting_away_keeps_the_ticks(cast: Cast) -> None:
    remember(cast.owner, {"add-customer"})
    put_away(cast.owner)
    kept = FirstSteps.objects.get(user=cast.owner)
    assert (kept.hidden, kept.ticked) == (True, ["add-customer"])


def test_today_pays_one_query_and_the_card_two(cast: Cast, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    assert cast.owner.access
    with django_assert_num_queries(1):
        is_wanted(cast.owner)
    with django_assert_num_queries(2):
        checklist(cast.owner)
