"""Importing in which stages deals stood: the ledger tells their way, again changes nothing, and undo takes it back."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client

from analytics.models import StageDay
from crm_site.history.models import Operation
from crm_site.history.undoing import undo_operation
from crm_site.imports.models import Import, StagedRow
from crm_site.imports.recognising import recognise
from crm_site.imports.services import open_import, start_import
from crm_site.jobs.running import run_job
from crm_site.lib.days import organisation_day
from crm_site.staff.models import User
from customers.models import Activity
from sales.models import Opportunity, OpportunityChange, Stage
from tests.conftest import Cast
from tests.database_digest import records_digest

pytestmark = pytest.mark.django_db

Importer = Callable[..., dict[str, Any]]
Clients = Callable[[User], Client]
DEALS = """Deal ID,Deal Name,Account,Deal Stage,Amount,Create Date,Close Date,Deal Owner
D-1,Kestrel fleet,Kestrel,Negotiation,1000,2026-02-01 09:00,2026-12-20,{owner}
D-2,Acme depot,Acme,Closed Won,500,2026-02-03 08:00,2026-04-03 10:00,{owner}
D-3,Birch,Birch,Closed Lost,70,2026-03-01,2026-03-31,{owner}
"""
HISTORY = """Opportunity ID,Stage,Entered on,Changed by
D-1,Qualification,2026-02-01 09:00,
D-1,Proposal,2026-02-11 09:00,{owner}
D-1,Negotiation,2026-03-13 09:00,{owner}
D-2,Qualification,2026-02-03,
D-2,Proposal,2026-02-23 08:00,
D-2,Closed Won,2026-04-03 10:00,
D-3,Qualification,2026-03-01,
"""
DAY = 24 * 3600


@pytest.fixture
def deals(cast: Cast, import_text: Importer) -> Cast:
    """Have three deals, as the file of another system tells of them: where they stand, not how they came there."""
    report = import_text("opportunities", DEALS.format(owner=cast.owner.name), "--option", "pipeline=Old")
    assert (report["created"], report["failed"]) == (3, 0)
    return cast


def way(number: str) -> list[tuple[str, str, str, int | None]]:
    """Return the ledger of a deal: what, where it stood before and afterwards, and the days it had stood there."""
    lines = OpportunityChange.objects.filter(opportunity__number=number).select_related("stage", "former_stage")
    return [
        (
            one.kind,
            one.former_stage.name if one.former_stage else "",
            one.stage.name,
            one.seconds and one.seconds // DAY,
        )
        for one in lines.order_by("at", "id")
    ]


def codes() -> list[str]:
    """Return why rows were refused or left."""
    return sorted(row.problems[0]["code"] for row in StagedRow.objects.all() if row.problems)


def test_the_ledger_tells_the_way_of_the_deals(deals: Cast, import_text: Importer) -> None:
    assert way("D-1") == [("created", "", "Negotiation", None)]
    report = import_text("opportunity_stages", HISTORY.format(owner=deals.owner.name))
    assert (report["updated"], report["skipped"], report["failed"]) == (6, 1, 0)
    assert way("D-1") == [
        ("created", "", "Qualification", None),
        ("moved", "Qualification", "Proposal", 10),
        ("moved", "Proposal", "Negotiation", 30),
    ]
    assert way("D-2") == [
        ("created", "", "Qualification", None),
        ("moved", "Qualification", "Proposal", 20),
        ("won", "", "Proposal", 39),
    ]
    assert way("D-3") == [("created", "", "Qualification", None), ("lost", "", "Qualification", 30)]
    assert codes() == ["deal_end"]
    deal = Opportunity.objects.select_related("stage").get(number="D-1")
    assert (deal.stage.name, organisation_day(deal.stage_entered_at)) == ("Negotiation", dt.date(2026, 3, 13))
    assert Opportunity.objects.select_related("stage").get(number="D-2").stage.name == "Proposal"
    moved = OpportunityChange.objects.get(opportunity=deal, stage=deal.stage, kind="moved")
    assert (moved.actor_id, moved.owner_id, int(moved.delta)) == (deals.owner.pk, deals.owner.pk, 0)
    told = Activity.objects.filter(verb="opportunity.moved", subject_id=deal.pk).order_by("occurred_at")
    assert [(one.data["stage"], one.actor_id) for one in told] == [
        ("Proposal", deals.owner.pk), ("Negotiation", deals.owner.pk),
    ]  # fmt: skip


def test_the_funnel_counts_the_stages_and_how_long_deals_stood_there(
    deals: Cast, import_text: Importer, signed_in: Clients
) -> None:
    import_text("opportunity_stages", HISTORY.format(owner=deals.owner.name))
    stages = list(Stage.objects.filter(pipeline__name="Old").order_by("position").values_list("pk", "name"))
    entered = {name: sum(StageDay.objects.filter(stage=key).values_list("entered", flat=True)) for key, name in stages}
    assert {name: count for name, count in entered.items() if count} == {
        "Qualification": 3, "Proposal": 2, "Negotiation": 1,
    }  # fmt: skip
    proposal = next(key for key, name in stages if name == "Proposal")
    hours = sorted(hour for row in StageDay.objects.filter(stage=proposal) for hour in row.hours)
    assert hours == [30 * 24, 39 * 24 + 2]


def test_the_same_file_again_changes_nothing_and_a_later_one_adds(deals: Cast, import_text: Importer) -> None:
    text = HISTORY.format(owner=deals.owner.name)
    import_text("opportunity_stages", text)
    before, versions = way("D-1"), list(Opportunity.objects.order_by("pk").values_list("version", flat=True))
    again = import_text("opportunity_stages", text)
    assert (again["updated"], again["skipped"], again["failed"]) == (0, 7, 0)
    assert way("D-1") == before
    assert list(Opportunity.objects.order_by("pk").values_list("version", flat=True)) == versions
    late = import_text("opportunity_stages", "Deal ID,Stage,Entered\nD-1,Demo,2026-02-21 09:00\n")
    assert (late["updated"], late["skipped"]) == (1, 0)
    assert way("D-1")[1:] == [
        ("moved", "Qualification", "Proposal", 10),
        ("moved", "Proposal", "Demo", 10),
        ("moved", "Demo", "Negotiation", 20),
    ]
    assert Opportunity.objects.select_related("stage").get(number="D-1").stage.name == "Negotiation"


def test_the_stage_before_the_first_move_is_where_a_deal_began(deals: Cast, import_text: Importer) -> None:
    text = """Deal ID,Old value,New value,Edit date
D-1,Qualification,Proposal,2026-02-11 09:00
D-1,Proposal,Negotiation,2026-03-13
"""
    assert recognise(text.splitlines()[0].split(","), "Stage history.csv")[0].kind == "opportunity_stages"
    assert import_text("opportunity_stages", text)["updated"] == 2
    assert [line[:3] for line in way("D-1")] == [
        ("created", "", "Qualification"), ("moved", "Qualification", "Proposal"), ("moved", "Proposal", "Negotiation"),
    ]  # fmt: skip
    assert import_text("opportunity_stages", text)["updated"] == 0


def test_what_happened_here_since_stays_behind_it(deals: Cast, import_text: Importer, signed_in: Clients) -> None:
    deal = Opportunity.objects.get(number="D-1")
    stage = Stage.objects.create(pipeline=deal.pipeline, name="Contract", position=90, probability=90)
    response = signed_in(deals.owner).post(
        f"/api/v1/opportunities/{deal.pk}/move/",
        json.dumps({"version": deal.version, "stage": stage.pk}),
        content_type="application/json",
    )
    assert response.status_code == 200, response.content
    import_text("opportunity_stages", HISTORY.format(owner=deals.owner.name))
    assert [line[:3] for line in way("D-1")] == [
        ("created", "", "Qualification"),
        ("moved", "Qualification", "Proposal"),
        ("moved", "Proposal", "Negotiation"),
        ("moved", "Negotiation", "Contract"),
    ]
    deal.refresh_from_db()
    assert deal.stage_id == stage.pk


def test_bad_rows_are_refused_beside_their_cells(deals: Cast, import_text: Importer) -> None:
    text = """Deal ID,Stage,Entered on,Changed by
D-9,Proposal,2026-02-11,
D-1,Proposal,2026-01-11,
D-2,Proposal,2026-05-11,
D-1,Proposal,2090-01-01,
D-1,Proposal,2026-02-11,Nobody
D-1,,2026-02-11,
D-1,Proposal,,
"""
    before = way("D-1"), way("D-2")
    report = import_text("opportunity_stages", text)
    assert (report["updated"], report["failed"]) == (0, 7)
    assert codes() == ["after_end", "ahead", "before_opened", "required", "required", "unknown_deal", "unknown_person"]
    assert (way("D-1"), way("D-2")) == before


def test_a_deal_that_the_importer_may_not_change_is_refused(deals: Cast, tmp_path: Path) -> None:
    path = tmp_path / "stages.csv"
    path.write_text("Deal ID,Stage,Entered on\nD-1,Proposal,2026-02-11\n")
    before = way("D-1")
    job = open_import("opportunity_stages", path, path.name, deals.outsider, is_own_copy=False)
    run = run_job(start_import(job, wake=False).pk)
    assert run is not None
    assert (run.counts.get("updated", 0), run.counts["failed"]) == (0, 1)
    assert codes() == ["foreign"]
    assert way("D-1") == before


def test_an_undo_leaves_everything_as_it_was(deals: Cast, import_text: Importer) -> None:
    before = records_digest()
    import_text("opportunity_stages", HISTORY.format(owner=deals.owner.name))
    changed = records_digest()
    assert changed != before
    job = Import.objects.latest("pk")
    assert job.operation_id is not None
    assert undo_operation(Operation.objects.get(pk=job.operation_id), None).conflicts == []
    assert records_digest() == before


def test_a_history_moves_in_beside_the_deals(
    cast: Cast, tmp_path: Path, settings: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    settings.JOB_HEARTBEAT_SECONDS = 0
    settings.MEDIA_ROOT = tmp_path / "media"
    folder = tmp_path / "OldCRM"
    folder.mkdir()
    (folder / "deals.csv").write_text(DEALS.format(owner=cast.owner.name).replace("Account,", "Company,"))
    (folder / "deal stage history.csv").write_text(HISTORY.format(owner=cast.owner.name))
    (folder / "companies.csv").write_text("Company name\nKestrel\nAcme\nBirch\n")
    call_command("move_in", str(folder), "--json")
    assert [line[:3] for line in way("D-1")] == [
        ("created", "", "Qualification"), ("moved", "Qualification", "Proposal"), ("moved", "Proposal", "Negotiation"),
    ]  # fmt: skip
