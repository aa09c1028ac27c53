"""Deals: opened, changed, moved, won, lost, reopened and copied; what a stage asks for, and what is never lost."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from crm_site.fields.models import CustomField
from crm_site.history.choices import OperationKind
from crm_site.history.deleting import delete_records
from crm_site.history.models import TrashedRecord
from crm_site.history.operations import operation
from crm_site.history.restoring import restore_trashed
from crm_site.history.undoing import undo_operation
from crm_site.staff.versioning import StaleVersionError
from customers.models import Activity, Task
from customers.services import log_interaction
from customers.services.tasking import finish_task, plan_task, set_state_of_tasks
from sales.models import Opportunity, Reason, Stage
from sales.services import (
    DealStateError,
    MissingFieldsError,
    change_opportunities,
    change_opportunity,
    clone_opportunity,
    lose_opportunity,
    move_opportunity,
    open_opportunity,
    reopen_opportunity,
    set_lines,
    win_opportunity,
)
from tests.conftest import Cast
from tests.factories.deals import CompetitorFactory, ExchangeRateFactory, OpportunityFactory
from tests.factories.records import CustomerFactory, ProductFactory

LINES: list[dict[str, Any]] = [
    {"description": "Bolts", "quantity": Decimal("3"), "unit_price": Decimal("10"), "discount": Decimal("50")},
    {"description": "Nuts", "quantity": Decimal("2"), "unit_price": Decimal("2.5"), "discount": Decimal("0")},
]


def stage(name: str) -> Stage:
    """Return a stage of the first pipeline."""
    return Stage.objects.get(name=name, pipeline__is_default=True)


def reason(kind: str) -> Reason:
    """Return a reason of a kind."""
    return Reason.objects.active(kind)[0]


def fresh(deal: Opportunity) -> Opportunity:
    """Return the deal as it stands."""
    return Opportunity.objects.get(pk=deal.pk)


def step(deal: Opportunity, title: str = "Call", days: int = 1, **facts: Any) -> Task:
    """Plan a task about a deal."""
    day = timezone.localdate() + dt.timedelta(days=days)
    about = {"subject_kind": "opportunity", "subject_id": deal.pk, "customer": deal.customer}
    return plan_task({"title": title, "day": day, "clock": None, **about, **facts}, deal.owner)


@pytest.fixture
def deal(cast: Cast) -> Opportunity:
    """A deal of the owner's over 1,000 in the first stage."""
    customer = CustomerFactory(owner=cast.owner)
    return open_opportunity({"name": "Pumps", "customer": customer, "amount": Decimal(1000)}, user=cast.owner)


def test_a_deal_opens_in_the_first_stage_and_says_what_the_stage_says(deal: Opportunity, cast: Cast) -> None:
    now = fresh(deal)
    assert now.number.startswith(f"OP-{timezone.now().year}-")
    assert (now.stage.name, now.pipeline.is_default, now.status) == ("Qualification", True, "open")
    assert (now.probability, now.category, now.base_amount) == (Decimal(10), "pipeline", Decimal(1000))
    assert now.base_weighted == Decimal(100)
    assert (now.owner, now.team) == (cast.owner, cast.owner.team)
    assert now.rots_at == now.touched_at + dt.timedelta(days=14)
    entry = Activity.objects.get(verb="opportunity.opened")
    assert entry.sentence == "Opportunity “Pumps” was opened: €1,000.00"
    assert (entry.subject_kind, entry.subject_id) == ("opportunity", deal.pk)


def test_the_amount_of_lines_is_their_sum_at_their_discount(cast: Cast) -> None:
    product = ProductFactory(name="Screw")
    lines = [*LINES, {"product": product, "quantity": Decimal(1), "unit_price": Decimal(1), "discount": Decimal(0)}]
    deal = open_opportunity({"name": "Parts"}, lines, user=cast.owner)
    assert (deal.amount, fresh(deal).amount, deal.amount_from_lines) == (Decimal(21), Decimal(21), True)
    assert [line.description for line in deal.lines.all()] == ["Bolts", "Nuts", "Screw"]
    set_lines(deal, 1, LINES[:1], cast.owner)
    assert (fresh(deal).amount, fresh(deal).base_amount) == (Decimal(15), Decimal(15))
    set_lines(fresh(deal), 2, LINES, cast.owner, sums=False)
    assert fresh(deal).amount == Decimal(15)
    with pytest.raises(StaleVersionError):
        set_lines(deal, 1, [], cast.owner)
    assert deal.lines.count() == 2


def test_a_typed_amount_replaces_that_of_the_lines(cast: Cast) -> None:
    deal = open_opportunity({"name": "Parts"}, LINES, user=cast.owner)
    change_opportunity(deal, 1, {"amount": Decimal(99)}, cast.owner)
    assert (fresh(deal).amount, fresh(deal).amount_from_lines, deal.lines.count()) == (Decimal(99), False, 2)


def test_a_currency_freezes_the_rate_of_its_day(cast: Cast) -> None:
    with pytest.raises(ValidationError) as refused:
        open_opportunity({"name": "Far", "currency": "USD", "amount": Decimal(10)}, user=cast.owner)
    assert refused.value.message_dict == {
        "currency": ["There is no exchange rate for USD yet. An administrator can enter one."]
    }
    today = timezone.localdate()
    ExchangeRateFactory(day=today - dt.timedelta(days=9), rate="0.8")
    ExchangeRateFactory(day=today + dt.timedelta(days=9), rate="0.1")
    deal = open_opportunity({"name": "Far", "currency": "USD", "amount": Decimal(10)}, user=cast.owner)
    assert (deal.exchange_rate, fresh(deal).base_amount) == (Decimal("0.8"), Decimal(8))
    ExchangeRateFactory(day=today, rate="0.5")
    change_opportunity(fresh(deal), 1, {"amount": Decimal(20)}, cast.owner)
    assert fresh(deal).base_amount == Decimal(16)
    change_opportunity(fresh(deal), 2, {"currency": "EUR"}, cast.owner)
    assert (fresh(deal).exchange_rate, fresh(deal).base_amount) == (Decimal(1), Decimal(20))


def test_a_stage_asks_for_what_is_missing_and_refuses_otherwise(deal: Opportunity, cast: Cast) -> None:
    with pytest.raises(MissingFieldsError) as refused:
        move_opportunity(deal, 1, stage("Negotiation"), cast.owner)
    assert refused.value.names == ["contact", "next_step"]
    assert refused.value.messages == ["“Negotiation” asks for: Contact, Next step."]
    now = fresh(deal)
    assert (now.stage.name, now.version, now.changes.count()) == ("Qualification", 1, 1)
    person = CustomerFactory(owner=cast.owner, role="buyer")
    facts = {
        "contacts": [{"person": person, "is_primary": True}],
        "next_step": {"title": "Send the contract", "day": timezone.localdate(), "clock": None},
    }
    move_opportunity(now, 1, stage("Negotiation"), cast.owner, facts)
    now = fresh(deal)
    assert (now.stage.name, now.probability, now.category) == ("Negotiation", Decimal(75), "commit")
    assert (now.next_step, now.next_step_date) == ("Send the contract", timezone.localdate())
    assert [(one.person, one.role, one.is_primary) for one in now.contact_roles.all()] == [(person, "buyer", True)]


def test_a_half_given_move_saves_nothing(deal: Opportunity, cast: Cast) -> None:
    person = CustomerFactory(owner=cast.owner)
    with pytest.raises(MissingFieldsError) as refused:
        move_opportunity(deal, 1, stage("Negotiation"), cast.owner, {"contacts": [{"person": person}]})
    assert refused.value.names == ["next_step"]
    assert (fresh(deal).stage.name, deal.contact_roles.count(), fresh(deal).version) == ("Qualification", 0, 1)


def test_a_stage_can_ask_for_a_custom_field(deal: Opportunity, cast: Cast) -> None:
    CustomField.objects.create(host="opportunity", name="budget", kind="number", label_en="Budget")
    needs = stage("Needs")
    Stage.objects.filter(pk=needs.pk).update(required=["custom_budget", "vanished"])
    needs.refresh_from_db()
    with pytest.raises(MissingFieldsError) as refused:
        move_opportunity(deal, 1, needs, cast.owner)
    assert refused.value.labels == ["Budget"]
    move_opportunity(fresh(deal), 1, needs, cast.owner, {"custom": {"budget": "5"}})
    assert (fresh(deal).stage, fresh(deal).custom) == (needs, {"budget": "5"})


def test_what_was_set_by_hand_stays_on_a_move(deal: Opportunity, cast: Cast) -> None:
    change_opportunity(deal, 1, {"probability": Decimal(33)}, cast.owner)
    move_opportunity(fresh(deal), 2, stage("Needs"), cast.owner)
    assert (fresh(deal).probability, fresh(deal).category) == (Decimal(33), "pipeline")
    change_opportunity(fresh(deal), 3, {"probability": None}, cast.owner)
    assert fresh(deal).probability == Decimal(25)


def test_a_deal_is_won_with_a_reason_and_reopened_as_its_stage_says(deal: Opportunity, cast: Cast) -> None:
    with pytest.raises(ValidationError, match="Say why"):
        win_opportunity(deal, 1, None, cast.owner)
    with pytest.raises(ValidationError, match="Say why"):
        win_opportunity(fresh(deal), 1, reason("lost"), cast.owner)
    win_opportunity(fresh(deal), 1, reason("won"), cast.owner, note="Price and trust")
    now = fresh(deal)
    assert (now.status, now.probability, now.reason, now.rots_at) == ("won", Decimal(100), reason("won"), None)
    assert now.closed_at is not None
    assert Activity.objects.get(verb="opportunity.won").body == "Price and trust"
    with pytest.raises(DealStateError):
        move_opportunity(fresh(deal), 2, stage("Needs"), cast.owner)
    with pytest.raises(DealStateError):
        lose_opportunity(fresh(deal), 2, reason("lost"), cast.owner)
    with pytest.raises(ValidationError):
        change_opportunity(fresh(deal), 2, {"status": "open"}, cast.owner)
    with pytest.raises(StaleVersionError):
        reopen_opportunity(fresh(deal), 1, cast.owner)
    reopen_opportunity(fresh(deal), 2, cast.owner)
    now = fresh(deal)
    assert (now.status, now.probability, now.reason, now.closed_at) == ("open", Decimal(10), None, None)
    assert now.rots_at is not None
    with pytest.raises(DealStateError):
        reopen_opportunity(now, 3, cast.owner)


def test_a_deal_is_lost_to_somebody(deal: Opportunity, cast: Cast) -> None:
    rival: Any = CompetitorFactory()
    early = timezone.now() - dt.timedelta(days=9)
    with pytest.raises(ValidationError) as refused:
        lose_opportunity(deal, 1, reason("lost"), cast.owner, closed_at=early)
    assert list(refused.value.message_dict) == ["closed_at"]
    lose_opportunity(fresh(deal), 1, reason("lost"), cast.owner, lost_to=rival)
    now = fresh(deal)
    assert (now.status, now.probability, now.lost_to, list(now.competitors.all())) == (
        "lost",
        Decimal(0),
        rival,
        [rival],
    )


def test_a_copy_begins_anew_with_the_same_parts(cast: Cast) -> None:
    person, rival = CustomerFactory(owner=cast.owner), CompetitorFactory()
    facts = {"name": "Pumps", "customer": person, "competitors": [rival]}
    deal = open_opportunity(facts, LINES, [{"person": person, "role": "user"}], cast.owner)
    win_opportunity(fresh(deal), 1, reason("won"), cast.owner)
    made = clone_opportunity(fresh(deal), cast.owner)
    assert (made.status, made.stage.name, made.amount, made.number != deal.number) == (
        "open", "Qualification", Decimal(20), True,
    )  # fmt: skip
    assert (made.lines.count(), made.contact_roles.get().role, made.competitors.get()) == (2, "user", rival)


def test_the_next_step_is_the_earliest_open_task_however_tasks_change(deal: Opportunity, cast: Cast) -> None:
    assert fresh(deal).lacks_next_step
    later = step(deal, "Visit", 5)
    first = step(deal, "Call", 2)
    assert fresh(deal).next_step == "Call"
    finish_task(first, 1, cast.owner)
    assert (fresh(deal).next_step, fresh(deal).next_step_date) == ("Visit", later.due_date)
    Task.objects.filter(pk=later.pk).update(title="Visit them")
    assert fresh(deal).next_step == "Visit them"
    with operation(OperationKind.BULK_EDIT, actor=cast.owner, module="customers", title="Done", count=1) as done:
        set_state_of_tasks(Task.objects.filter(pk=later.pk), "done", cast.owner)
    assert fresh(deal).lacks_next_step
    undo_operation(done, cast.owner)
    assert fresh(deal).next_step == "Visit them"
    gone = delete_records(Task.objects.filter(pk=later.pk), actor=cast.owner, title="Visit")
    assert fresh(deal).lacks_next_step
    undo_operation(gone, cast.owner)
    assert fresh(deal).next_step == "Visit them"


def test_a_deal_that_comes_back_from_the_trash_knows_its_next_step(deal: Opportunity, cast: Cast) -> None:
    step(deal, "Call", 2)
    delete_records(Opportunity.objects.filter(pk=deal.pk), actor=cast.owner, title="Pumps")
    assert not Opportunity.objects.exists()
    Task.objects.update(title="Call them")
    restore_trashed(TrashedRecord.objects.get(record_id=deal.pk), cast.owner)
    assert fresh(deal).next_step == "Call them"


def test_talks_and_finished_tasks_about_a_deal_touch_it(deal: Opportunity, cast: Cast) -> None:
    old = timezone.now() - dt.timedelta(days=30)
    Opportunity.objects.update(touched_at=old, rots_at=old + dt.timedelta(days=14))
    assert list(Opportunity.objects.stalled(timezone.now())) == [deal]
    assert deal.customer is not None
    log_interaction(deal.customer, "note", {"body": "About something else"}, cast.owner)
    assert fresh(deal).touched_at == old
    log_interaction(deal.customer, "note", {"body": "They like it"}, cast.owner, subject=("opportunity", deal.pk))
    assert fresh(deal).touched_at > old
    assert not Opportunity.objects.stalled(timezone.now()).exists()
    Opportunity.objects.update(touched_at=old)
    finish_task(step(deal), 1, cast.owner)
    assert fresh(deal).touched_at > old


def test_many_deals_move_at_once_and_keep_what_was_set_by_hand(cast: Cast) -> None:
    plain, own = (OpportunityFactory(customer=CustomerFactory(owner=cast.owner)) for _each in range(2))
    Opportunity.objects.filter(pk=own.pk).update(probability=77)
    ended = OpportunityFactory(customer=CustomerFactory(owner=cast.owner))
    win_opportunity(ended, 1, reason("won"), cast.owner)
    count = change_opportunities(Opportunity.objects.all(), {"stage": stage("Needs")}, cast.owner)
    assert count == 2
    assert [fresh(one).stage.name for one in (plain, own, ended)] == ["Needs", "Needs", "Qualification"]
    assert [fresh(one).probability for one in (plain, own, ended)] == [25, 77, 100]
    assert (fresh(plain).version, fresh(plain).rots_at is not None) == (2, True)
    assert Activity.objects.filter(verb="opportunity.moved").count() == 2
    change_opportunities(Opportunity.objects.all(), {"owner": cast.outsider}, cast.manager)
    assert {one.team for one in Opportunity.objects.all()} == {cast.outsider.team}


def test_undoing_a_win_opens_the_deal_again(deal: Opportunity, cast: Cast) -> None:
    step(deal, "Call", 2)
    with operation(OperationKind.EDIT, actor=cast.owner, module="sales", title="Won", count=1) as done:
        win_opportunity(fresh(deal), 1, reason("won"), cast.owner)
    log_interaction(deal.customer, "note", {"body": "Cheers"}, cast.owner, subject=("opportunity", deal.pk))  # type: ignore[arg-type]
    outcome = undo_operation(done, cast.owner)
    now = fresh(deal)
    assert outcome.conflicts == []
    assert (now.status, now.probability, now.closed_at, now.next_step) == ("open", Decimal(10), None, "Call")
    assert now.rots_at is not None
    assert list(now.changes.values_list("kind", flat=True)) == ["created"]
