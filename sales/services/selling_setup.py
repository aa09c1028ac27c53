"""Setting up how is sold: pipelines with their stages, reasons, competitors and exchange rates."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F, Max
from django.utils.translation import gettext as _

from crm_site.events.publishing import publish
from crm_site.staff.versioning import StaleVersionError
from sales.choices import DealStatus
from sales.events import SellingSetUp
from sales.models import Competitor, ExchangeRate, NeedCategory, Opportunity, Pipeline, Reason, Stage
from sales.services.deal_bulk import change_opportunities
from sales.services.touching import refresh_rotting_of_stage

if TYPE_CHECKING:
    from crm_site.staff.models import User

SetUp = Pipeline | Stage | Reason | Competitor | ExchangeRate | NeedCategory


def create_pipeline(facts: Mapping[str, Any], user: User | None) -> Pipeline:
    """Add a pipeline with one first stage behind the others; the first of all is the default."""
    with transaction.atomic():
        wants = bool(facts.get("is_default")) or not Pipeline.objects.filter(is_default=True).exists()
        made = Pipeline(**{**facts, "is_default": False}, position=_behind(Pipeline))
        made.save(force_insert=True)
        Stage.objects.create(pipeline=made, name="Qualification", name_zh="初步接触", position=1)
        if wants:
            _make_default(made)
        _tell(made, "name", user)
    return made


def change_pipeline(pipeline: Pipeline, version: int, facts: Mapping[str, Any], user: User | None) -> None:
    """Rename a pipeline, make it the default, or put it out of use; raises ValidationError, StaleVersionError."""
    with transaction.atomic():
        stored = _locked(pipeline, version)
        values = dict(facts)
        wants = values.pop("is_default", stored.is_default)
        if not values.get("is_active", stored.is_active) and (stored.is_default or wants):
            raise ValidationError({"is_active": _("New deals go to this pipeline: make another the default first.")})
        if stored.is_default and not wants:
            raise ValidationError({"is_default": _("Make another pipeline the default instead.")})
        _write(stored, values)
        if wants and not stored.is_default:
            _make_default(stored)
        _tell(stored, ",".join(facts), user)


def create_stage(pipeline: Pipeline, facts: Mapping[str, Any], user: User | None) -> Stage:
    """Add a stage behind the others of its pipeline."""
    with transaction.atomic():
        Pipeline.objects.select_for_update().get(pk=pipeline.pk)
        last = pipeline.stages.aggregate(last=Max("position"))["last"] or 0
        made = Stage(pipeline=pipeline, position=last + 1, **facts)
        made.save(force_insert=True)
        _tell(made, "name", user)
    return made


def change_stage(stage: Stage, version: int, facts: Mapping[str, Any], user: User | None) -> None:
    """Change a stage; open deals whose probability and category stand as it says go along, and rot anew."""
    with transaction.atomic():
        stored = _locked(stage, version)
        if facts.get("is_active") is False:
            _check_retirement(stored)
        deals = Opportunity.objects.filter(stage=stored, status=DealStatus.OPEN)
        for name in ("probability", "category"):
            if name in facts and facts[name] != getattr(stored, name):
                deals.filter(**{name: getattr(stored, name)}).update(**{name: facts[name]}, version=F("version") + 1)
        days = stored.rot_days
        _write(stored, facts)
        if stored.rot_days != days:
            refresh_rotting_of_stage(stored)
        _tell(stored, ",".join(facts), user)


def retire_stage(stage: Stage, version: int, to: Stage | None, user: User | None) -> int:
    """Put a stage out of use, and its open deals into another stage; return how many those are.

    Without another stage they stay where they are, until somebody moves them: nothing new comes in. Raises
    ValidationError for the last stage of a pipeline, StaleVersionError.
    """
    with transaction.atomic():
        stored = _locked(stage, version)
        _check_retirement(stored)
        moved = 0
        if to is not None:
            if not to.is_active or to.pk == stored.pk:
                raise ValidationError({"to": _("Choose another stage that is in use.")})
            deals = Opportunity.objects.filter(stage=stored, status=DealStatus.OPEN)
            keys = list(deals.order_by("pk").select_for_update(of=("self",)).values_list("pk", flat=True))
            moved = change_opportunities(Opportunity.objects.filter(pk__in=keys), {"stage": to}, user)
        _write(stored, {"is_active": False})
        _tell(stored, "is_active", user)
    return moved


def order_stages(pipeline: Pipeline, keys: Sequence[int], user: User | None) -> None:
    """Put the stages of a pipeline into this order; those that are not named follow as they stood."""
    with transaction.atomic():
        Pipeline.objects.select_for_update().get(pk=pipeline.pk)
        rows = {one.pk: one for one in pipeline.stages.order_by("position", "id")}
        named = [rows[key] for key in dict.fromkeys(keys) if key in rows]
        ordered = [*named, *(one for one in rows.values() if one not in named)]
        for number, one in enumerate(ordered, 1):
            one.position = number
        Stage.objects.bulk_update(ordered, ["position"])
        _tell(pipeline, "stages", user)


def move_stage_by(stage: Stage, by: int, user: User | None) -> None:
    """Put a stage one place earlier (-1) or later (1) in its pipeline."""
    keys = list(stage.pipeline.stages.order_by("position", "id").values_list("pk", flat=True))
    here = keys.index(stage.pk)
    if 0 <= here + by < len(keys):
        keys[here], keys[here + by] = keys[here + by], keys[here]
        order_stages(stage.pipeline, keys, user)


def save_set_up(record: SetUp, facts: Mapping[str, Any], user: User | None) -> None:
    """Add or change a reason, a competitor, a category of needs or an exchange rate; deals keep the rate they have."""
    with transaction.atomic():
        if record.pk is None and isinstance(record, Reason | NeedCategory) and not facts.get("position"):
            facts = {**facts, "position": _behind(type(record))}
        for name, value in facts.items():
            setattr(record, name, value)
        record.save()
        _tell(record, ",".join(facts), user)


def _behind(model: type[Pipeline | Reason | NeedCategory]) -> int:
    return (model._default_manager.aggregate(last=Max("position"))["last"] or 0) + 1


def _locked(record: Any, version: int) -> Any:
    stored = type(record)._default_manager.select_for_update(of=("self",)).get(pk=record.pk)
    if stored.version != version:
        raise StaleVersionError(stored)
    return stored


def _write(stored: Any, facts: Mapping[str, Any]) -> None:
    for name, value in facts.items():
        setattr(stored, name, value)
    stored.version += 1
    stored.save()


def _make_default(pipeline: Pipeline) -> None:
    Pipeline.objects.filter(is_default=True).exclude(pk=pipeline.pk).update(is_default=False, version=F("version") + 1)
    Pipeline.objects.filter(pk=pipeline.pk).update(is_default=True)
    pipeline.is_default = True


def _check_retirement(stage: Stage) -> None:
    if not Stage.objects.active().filter(pipeline=stage.pipeline_id).exclude(pk=stage.pk).exists():
        raise ValidationError({"is_active": _("This is the last stage of its pipeline that is in use.")})


def _tell(record: SetUp, fields: str, user: User | None) -> None:
    publish(SellingSetUp(what=record._meta.model_name or "", record_id=record.pk, fields=fields), user)
