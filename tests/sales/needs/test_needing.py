"""Needs: stated, confirmed, addressed by a deal or a note, declined for a reason, reopened, changed by the many."""

from __future__ import annotations

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from crm_site.staff.versioning import StaleVersionError
from customers.models import Activity
from sales.choices import NeedStatus
from sales.models import Need
from sales.services.needs import (
    address_need,
    change_need,
    change_needs,
    confirm_need,
    decline_need,
    link_need,
    reopen_need,
    state_need,
)
from tests.conftest import Cast
from tests.factories.deals import OpportunityFactory
from tests.factories.needs import NeedCategoryFactory, NeedFactory
from tests.factories.records import CustomerFactory

pytestmark = pytest.mark.django_db


def verbs(need: Need) -> list[str]:
    """Return what the customer's timeline tells of a need, in order."""
    told = Activity.objects.filter(subject_kind="need", subject_id=need.pk)
    return list(told.order_by("pk").values_list("verb", flat=True))


@pytest.fixture
def need(cast: Cast) -> Need:
    """A need of the owner's customer."""
    made: Need = NeedFactory(title="Excel export", customer=CustomerFactory(name="Acme", owner=cast.owner))
    return made


def test_a_need_is_written_down_with_number_owner_and_words_to_find_it_by(cast: Cast) -> None:
    customer = CustomerFactory(name="Acme", owner=cast.owner)
    need = state_need({"customer": customer, "title": "Excel export", "text": "Every month, please."}, cast.owner)
    need.refresh_from_db()
    assert (need.owner, need.team, need.status) == (cast.owner, cast.owner.team, NeedStatus.STATED)
    assert need.number.startswith(f"ND-{timezone.now():%Y}-")
    assert all(f" {word} " in need.search_text for word in ("excel", "acme", "month"))
    entry = Activity.objects.get(verb="need.stated", customer=customer)
    assert (entry.subject_id, entry.data["title"], entry.body) == (need.pk, "Excel export", "Every month, please.")
    assert state_need({"customer": customer, "title": "Stock"}, None).owner == cast.owner


def test_a_need_is_confirmed_once_and_ends_once(cast: Cast, need: Need) -> None:
    confirm_need(need, need.version, cast.owner)
    need.refresh_from_db()
    assert (need.status, need.confirmed_at is not None, need.version) == (NeedStatus.CONFIRMED, True, 2)
    with pytest.raises(ValidationError):
        confirm_need(need, need.version, cast.owner)
    decline_need(need, need.version, "  Too few ask for it. ", cast.owner)
    need.refresh_from_db()
    assert (need.status, need.close_note, need.closed_at is not None) == ("declined", "Too few ask for it.", True)
    with pytest.raises(ValidationError):
        address_need(need, need.version, cast.owner, note="Done")
    with pytest.raises(ValidationError):
        decline_need(need, need.version, "Again", cast.owner)
    assert verbs(need) == ["need.confirmed", "need.declined"]


def test_declining_wants_a_reason_and_addressing_a_deal_or_a_note(cast: Cast, need: Need) -> None:
    with pytest.raises(ValidationError) as refused:
        decline_need(need, need.version, "  ", cast.owner)
    assert "reason" in refused.value.message_dict
    with pytest.raises(ValidationError) as refused:
        address_need(need, need.version, cast.owner, note=" ")
    assert "note" in refused.value.message_dict
    address_need(need, need.version, cast.owner, note="In release 7")
    need.refresh_from_db()
    assert (need.status, need.close_note, need.opportunity) == ("addressed", "In release 7", None)


def test_a_deal_addresses_a_need_and_is_linked_by_it(cast: Cast, need: Need) -> None:
    deal = OpportunityFactory(customer=need.customer)
    address_need(need, need.version, cast.owner, opportunity=deal)
    need.refresh_from_db()
    assert (need.status, need.opportunity) == ("addressed", deal)
    assert verbs(need) == ["need.addressed", "need.linked"]


def test_a_reopened_need_stands_where_it_stood_before(cast: Cast, need: Need) -> None:
    with pytest.raises(ValidationError):
        reopen_need(need, need.version, cast.owner)
    confirm_need(need, need.version, cast.owner)
    decline_need(need, need.version, "No", cast.owner)
    reopen_need(need, need.version, cast.owner)
    need.refresh_from_db()
    assert (need.status, need.closed_at, need.close_note) == (NeedStatus.CONFIRMED, None, "")


def test_a_link_is_only_to_deals_of_the_same_house(cast: Cast, need: Need) -> None:
    house = CustomerFactory(kind="organisation", owner=cast.owner)
    colleague = CustomerFactory(owner=cast.owner, organisation=house)
    need.customer.organisation = house
    need.customer.save()
    for customer in (need.customer, house, colleague):
        deal = OpportunityFactory(customer=customer)
        link_need(need, need.version, deal, cast.owner)
        assert Need.objects.get(pk=need.pk).opportunity == deal
    stranger = OpportunityFactory(customer=CustomerFactory(owner=cast.owner))
    with pytest.raises(ValidationError) as refused:
        link_need(need, need.version, stranger, cast.owner)
    assert "opportunity" in refused.value.message_dict
    with pytest.raises(ValidationError):
        state_need({"customer": CustomerFactory(), "title": "X", "opportunity": stranger}, cast.owner)
    link_need(need, need.version, None, cast.owner)
    assert Need.objects.get(pk=need.pk).opportunity is None
    assert verbs(need) == ["need.linked"] * 4


def test_a_change_neither_confirms_nor_ends_and_knows_its_version(cast: Cast, need: Need) -> None:
    for facts in ({"status": "addressed"}, {"close_note": "x"}, {"topic": None}):
        with pytest.raises(ValidationError):
            change_need(need, need.version, facts, cast.owner)
    change_need(need, 1, {"title": "CSV export", "owner": cast.teammate}, cast.owner)
    with pytest.raises(StaleVersionError):
        change_need(need, 1, {"title": "PDF export"}, cast.owner)
    need.refresh_from_db()
    assert (need.title, need.owner, need.team) == ("CSV export", cast.teammate, cast.teammate.team)
    assert " csv " in need.search_text


def test_many_needs_change_at_once_and_only_stated_ones_are_confirmed(cast: Cast, need: Need) -> None:
    other = NeedFactory(customer=need.customer)
    decline_need(other, other.version, "No", cast.owner)
    category = NeedCategoryFactory()
    assert change_needs(Need.objects.all(), {"category": category, "priority": "high"}, cast.lead) == 2
    assert set(Need.objects.values_list("category", "priority")) == {(category.pk, "high")}
    assert change_needs(Need.objects.all(), {"status": "confirmed"}, cast.lead) == 1
    need.refresh_from_db()
    other.refresh_from_db()
    assert (need.status, need.confirmed_at is not None, other.status) == ("confirmed", True, "declined")
    with pytest.raises(ValidationError):
        change_needs(Need.objects.all(), {"status": "addressed"}, cast.lead)
    with pytest.raises(ValidationError):
        change_needs(Need.objects.all(), {"opportunity": None}, cast.lead)
    assert verbs(need) == ["need.changed", "need.confirmed"]
