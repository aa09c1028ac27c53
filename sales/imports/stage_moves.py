"""Importing in which stages opportunities stood, and since when: a row a stage that a deal came to."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from django.utils.translation import gettext_lazy as _

from crm_site.events.publishing import publish_batch
from crm_site.imports import cells
from crm_site.imports.chunks import Chunk
from crm_site.imports.kinds import Field, ImportKind
from sales.events import OpportunitiesImported
from sales.models import Opportunity, OpportunityChange
from sales.services.loading_stages import StageLoader


class StageMoveImport(ImportKind):
    """A row a stage that a deal came to. They become lines of the ledger between those that are there.

    The row of a deal's opening, or the first one where nothing else is known, says in which stage it began.
    """

    code = "opportunity_stages"
    title = _("Stage history of opportunities")
    file_names = ("stage history", "opportunity history", "deal history", "stage", "history", "阶段历史", "阶段变更")
    telling: ClassVar[Sequence[str]] = ("entered_at", "former")
    turn = 36
    module = "sales"
    model = OpportunityChange
    keys = ("number",)
    groups_rows = True
    chunk_size = 1000
    working = (
        ("pipeline_record", "bigint"), ("stage_record", "bigint"), ("former_record", "bigint"),
        ("actor_record", "bigint"), ("probability", "numeric"), ("begins", "boolean"),
    )  # fmt: skip
    fields = (
        Field("number", _("Number of the opportunity"), cells.code(), required=True, aliases=("opportunity id", "deal id", "opportunity number", "record id", "id", "商机编号"), refers_to=("opportunities",)),
        Field("stage", _("Stage"), cells.text(60), required=True, aliases=("to stage", "new stage", "new value", "deal stage", "stage name", "sales stage", "销售阶段", "阶段", "新阶段")),
        Field("entered_at", _("Since"), cells.moment(), "timestamptz", required=True, aliases=("entered", "entered on", "entered at", "date entered", "stage entered", "entered stage", "stage change date", "stage changed at", "changed at", "changed on", "change date", "edit date", "last modified", "timestamp", "进入时间", "变更时间", "阶段变更时间")),
        Field("former", _("Stage before"), cells.text(60), aliases=("from stage", "former stage", "previous stage", "old stage", "old value", "原阶段", "前一阶段")),
        Field("person", _("By"), cells.person(), aliases=("changed by", "edited by", "modified by", "last modified by", "user", "操作人", "变更人"), is_person=True),
    )  # fmt: skip

    def load(self, chunk: Chunk) -> None:
        """Write what the rows of a chunk say between the lines of the ledger."""
        loader = StageLoader(chunk.execute, chunk.rows)
        chunk.resolve_old_ids("number", "record_id")
        loader.match()
        chunk.fail("record_id IS NULL", "unknown_deal", "number")
        chunk.refuse_foreign(Opportunity)
        chunk.fail("entered_at > now()", "ahead", "entered_at")
        loader.fit_days()
        chunk.fail(loader.BEFORE, "before_opened", "entered_at")
        chunk.fail(loader.AFTER, "after_end", "entered_at")
        skipped = chunk.skip("lower(stage) = ANY(%s)", "deal_end", loader.ENDS)
        if chunk.is_mapped("person"):
            chunk.assign_person("person", "actor_record")
            chunk.fail("person IS NOT NULL AND actor_record IS NULL", "unknown_person", "person")
        loader.place()
        loader.begin()
        loader.write()
        updated, unchanged = chunk.rows(
            "SELECT count(*) FILTER (WHERE changed), count(*) FILTER (WHERE NOT changed) FROM chunk"
        )[0]
        chunk.context.count(updated=updated, skipped=skipped + unchanged)
        chunk.report()

    def publish(self, job: Any, counts: dict[str, int], user: Any) -> None:
        """Say that opportunities were brought up to date."""
        publish_batch(OpportunitiesImported(count=counts.get("updated", 0), source=f"import:{job.pk}"), user)
