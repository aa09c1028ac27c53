"""Changing many opportunities at once: set-based, with one batch event."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import Case, F, OuterRef, QuerySet, Subquery, Value, When
from django.db.models.functions import Now

from crm_site.events.publishing import publish_batch
from crm_site.fields.values import with_merged
from crm_site.history.origin import current_origin
from customers.services.timeline import insert_activities
from sales.choices import DealStatus
from sales.events import OpportunitiesChanged, OpportunitiesMoved
from sales.models import Opportunity, Stage
from sales.services.touching import refresh_rotting

if TYPE_CHECKING:
    from crm_site.staff.models import User

# A line on the timeline of each deal's customer, as a single change writes one.
NOTED = (
    "SELECT customer_id, %s, now(), %s::bigint, 'opportunity', id, jsonb_build_object('number', number, 'name', name, "
    "'total', amount::text, 'currency', currency, 'stage', %s::text, 'stage_zh', %s::text), '' "
    "FROM sales_opportunity WHERE id = ANY(%s) AND customer_id IS NOT NULL ORDER BY id"
)


def change_opportunities(rows: QuerySet[Opportunity], facts: Mapping[str, Any], actor: User | None) -> int:
    """Give all deals the same facts (never status or amounts); a new owner brings the team along.

    A `stage` moves open deals, and does not ask for required fields: leave out what lacks them before. Returns how
    many deals there are.
    """
    values = with_merged(facts)
    if "owner" in values and "team" not in values and values["owner"] is not None:
        values["team"] = values["owner"].team
    stage: Stage | None = values.get("stage")
    if stage is not None:
        values |= _moving(stage)
    with transaction.atomic():
        keys = list(rows.order_by("pk").values_list("pk", flat=True))
        found = Opportunity.objects.filter(pk__in=keys)
        if stage is not None:
            keys = list(found.filter(status=DealStatus.OPEN).values_list("pk", flat=True))
            found = Opportunity.objects.filter(pk__in=keys)
        found.update(**values, touched_at=Now(), version=F("version") + 1, updated_at=Now())
        refresh_rotting(keys)
        _tell(keys, facts, stage, actor)
    return len(keys)


def _moving(stage: Stage) -> dict[str, Any]:
    """Return what a move writes: probability and category follow where they stood as the former stage says."""
    former = Stage.objects.filter(pk=OuterRef("stage_id"))
    found: dict[str, Any] = {"pipeline_id": stage.pipeline_id, "stage_entered_at": Now()}
    for name in ("probability", "category"):
        field: Any = Opportunity._meta.get_field(name)
        followed = When(**{name: Subquery(former.values(name)[:1])}, then=Value(getattr(stage, name)))
        found[name] = Case(followed, default=F(name), output_field=field)
    return found


def _tell(keys: list[int], facts: Mapping[str, Any], stage: Stage | None, actor: User | None) -> None:
    done = current_origin().operation or 0
    by = actor.pk if actor is not None else None
    if stage is not None:
        insert_activities(NOTED, [OpportunitiesMoved.verb, by, stage.name, stage.name_zh or stage.name, keys])
        publish_batch(OpportunitiesMoved(count=len(keys), stage_id=stage.pk, operation_id=done), actor)
    others = [name for name in facts if name != "stage"]
    if others:
        insert_activities(NOTED, [OpportunitiesChanged.verb, by, "", "", keys])
        publish_batch(OpportunitiesChanged(count=len(keys), fields=",".join(others), operation_id=done), actor)
