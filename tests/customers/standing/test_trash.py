"""Segments and moves in the trash: what is computed is computed again, and the dated history comes back."""

from __future__ import annotations

import pytest

from crm_site.events.delivering import deliver_pending
from crm_site.history.deleting import delete_records
from crm_site.history.undoing import undo_operation
from crm_site.jobs.models import JobRun
from crm_site.jobs.running import run_job
from crm_site.jobs.starting import start_job
from customers.models import Customer, Segment, SegmentMove, StageMove
from customers.services import pick_customers, refresh_standing
from tests.conftest import Cast
from tests.customers.standing.test_lifecycle import customer
from tests.customers.standing.test_segments import CHINESE, names
from tests.factories.records import CustomerFactory
from tests.factories.standing import SegmentFactory


def run_what_is_owed() -> None:
    """Deliver events and run the jobs they asked for."""
    deliver_pending()
    for pk in JobRun.objects.filter(state="queued").order_by("pk").values_list("pk", flat=True):
        run = run_job(pk)
        assert run is not None
        assert run.state == "succeeded", run.error


@pytest.mark.parametrize("by_rule", [True, False], ids=["by rule", "picked"])
def test_a_segment_comes_back_with_its_customers(cast: Cast, by_rule: bool) -> None:
    segment = SegmentFactory(rule=CHINESE if by_rule else None)
    li = CustomerFactory(name="Li", country="China")
    if by_rule:
        refresh_standing([li.pk])
    else:
        pick_customers(Customer.objects.filter(pk=li.pk), segment, cast.manager)
    done = delete_records(Segment.objects.filter(pk=segment.pk), actor=cast.manager, title="x")
    assert not Segment.objects.exists()
    undo_operation(done, cast.manager)
    run_what_is_owed()
    assert names(segment) == ["Li"]
    assert Segment.objects.get().state.size == 1
    # Filling it again moves nobody; that Li had entered before is still known.
    assert SegmentMove.objects.filter(segment=segment).count() == 1


def test_everybody_is_asked_even_before_a_restored_segment_is_filled(cast: Cast) -> None:
    segment = SegmentFactory(rule=CHINESE)
    done = delete_records(Segment.objects.filter(pk=segment.pk), actor=cast.manager, title="x")
    undo_operation(done, cast.manager)
    run = run_job(start_job("lifecycle", wake=False).pk)
    assert run is not None
    assert run.state == "succeeded", run.error


def test_a_customer_comes_back_with_its_moves(cast: Cast) -> None:
    one = customer(orders=1, first=5, last=5)
    refresh_standing([one.pk])
    done = delete_records(Customer.objects.filter(pk=one.pk), actor=cast.manager, title="x")
    assert not StageMove.objects.exists()
    undo_operation(done, cast.manager)
    assert StageMove.objects.get().after == "new"
