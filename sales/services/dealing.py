"""Opening, changing and cloning opportunities."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from crm_site.events.publishing import publish
from crm_site.fields.values import with_custom
from crm_site.lib.days import organisation_day, organisation_today
from crm_site.lib.text import search_text, sort_key
from crm_site.numbering.sequences import next_number
from crm_site.staff.versioning import save_versioned
from customers.services.tasking import plan_task
from sales.choices import DealStatus
from sales.events import OpportunityChanged, OpportunityMoved, OpportunityOpened
from sales.models import Opportunity, Pipeline, Stage
from sales.services.deal_parts import Facts, follow_lines, lines_total, write_contacts, write_lines
from sales.services.pricing import frozen_rate, in_base
from sales.services.requiring import DealStateError, MissingFieldsError, missing_fields
from sales.services.touching import SUBJECT, rotting_from

if TYPE_CHECKING:
    from crm_site.staff.models import User

PREFIX, SEQUENCE = "OP", "sales_opportunity_number"
USUAL_DAYS = 30
# Written by winning, losing and reopening alone.
ENDING = frozenset({"status", "closed_at", "reason", "lost_to", "close_note"})
PARTS = ("competitors", "next_step")


def open_opportunity(
    facts: Facts, lines: Iterable[Facts] = (), contacts: Iterable[Facts] = (), user: User | None = None
) -> Opportunity:
    """Open a deal in its `stage`, or in the first one of its pipeline (or of the default one).

    Owner and team are the user's unless given, or the customer's where nobody asks. With lines and no amount the
    amount is theirs. `next_step` holds the facts of a task, `competitors` who else offers. Raises ValidationError for
    a currency without a rate, and MissingFieldsError where the stage asks for more.
    """
    rows, (values, competitors, step) = list(lines), _parted(facts)
    stage = _entered(values)
    opportunity = _made(values, stage, rows)
    _assign(opportunity, user)
    with transaction.atomic():
        opportunity.number = opportunity.number or next_number(PREFIX, SEQUENCE)
        for name, value in found_by(opportunity).items():
            setattr(opportunity, name, value)
        opportunity.save(force_insert=True)
        write_lines(opportunity, rows)
        follow_lines(opportunity)
        _write_parts(opportunity, contacts, competitors, step, user)
        _require(opportunity, stage)
        publish(OpportunityOpened(opportunity_id=opportunity.pk), user)
    return opportunity


def change_opportunity(
    opportunity: Opportunity,
    version: int,
    facts: Facts,
    user: User | None,
    lines: Iterable[Facts] | None = None,
    contacts: Iterable[Facts] | None = None,
) -> None:
    """Change a deal that was read at `version`; given lines and contacts replace the old ones.

    Another `stage` is a move. Raises StaleVersionError, ValidationError, MissingFieldsError and DealStateError.
    """
    if ENDING & facts.keys():
        raise ValidationError(_("Win, lose or reopen the deal instead."))
    former, former_owner = opportunity.stage, opportunity.owner_id or 0
    values, competitors, step = _parted(with_custom(opportunity, facts))
    stage = _next_stage(opportunity, values)
    moved = stage.pk != former.pk
    values |= _following(opportunity, values, stage)
    with transaction.atomic():
        save_versioned(opportunity, version, values)
        if lines is not None:
            write_lines(opportunity, lines)
        follow_lines(opportunity)
        _write_parts(opportunity, contacts, competitors, step, user)
        if moved:
            _require(opportunity, stage)
            publish(OpportunityMoved(opportunity_id=opportunity.pk, stage_id=stage.pk, former_stage_id=former.pk), user)
        fields = [name for name in facts if name not in ("stage", "pipeline")]
        fields += [name for name, given in (("lines", lines), ("contacts", contacts)) if given is not None]
        if fields or not moved:
            told = OpportunityChanged(
                opportunity_id=opportunity.pk, fields=",".join(fields), former_owner_id=former_owner
            )
            publish(told, user)


def clone_opportunity(opportunity: Opportunity, user: User | None) -> Opportunity:
    """Open a deal like this one at the beginning of its pipeline, with its lines, contacts and competitors."""
    same = ("name", "customer", "pipeline", "currency", "amount", "amount_from_lines", "source", "product", "note")
    facts = {name: getattr(opportunity, name) for name in same}
    facts["custom"] = dict(opportunity.custom)
    facts["competitors"] = list(opportunity.competitors.all())
    if user is None:
        facts["owner"] = opportunity.owner
    names = ("product", "description", "quantity", "unit_price", "discount")
    lines = [{name: getattr(line, name) for name in names} for line in opportunity.lines.select_related("product")]
    contacts = [
        {"person": one.person, "role": one.role, "is_primary": one.is_primary}
        for one in opportunity.contact_roles.select_related("person")
    ]
    return open_opportunity(facts, lines, contacts, user)


def found_by(opportunity: Opportunity) -> dict[str, str]:
    """Return what a deal is found and sorted by: its name, its number and its customer's name."""
    words = [opportunity.name, opportunity.number, opportunity.customer_label]
    return {"search_text": search_text(words), "sort_key": sort_key(opportunity.name)[:200]}


def index_opportunities(ids: Iterable[int]) -> None:
    """Derive what follows from the values of these deals again."""
    for one in Opportunity.objects.filter(pk__in=list(ids)).select_related("customer", "stage"):
        derived = {
            **found_by(one),
            "base_amount": in_base(one.amount, one.exchange_rate),
            "rots_at": rotting_from(one.status, one.stage, one.touched_at),
        }
        Opportunity.objects.filter(pk=one.pk).update(**derived)


def first_stage(pipeline: Pipeline | None = None) -> Stage:
    """Return where deals of a pipeline (by default: of the default one) begin; raise ValidationError without one."""
    stages = Stage.objects.active().filter(pipeline__is_active=True).select_related("pipeline")
    found = stages.filter(pipeline=pipeline) if pipeline else stages.filter(pipeline__is_default=True)
    stage = found.order_by("position", "id").first()
    if stage is None:
        raise ValidationError({"stage": _("This pipeline has no stage in use.")})
    return stage


def _parted(facts: Mapping[str, Any]) -> tuple[dict[str, Any], Any, Any]:
    """Return the columns among the facts, the competitors and the next step, None where nothing is said."""
    values = {name: value for name, value in facts.items() if name not in PARTS}
    return values, facts.get("competitors"), facts.get("next_step")


def _entered(values: dict[str, Any]) -> Stage:
    stage: Stage | None = values.get("stage")
    if stage is None:
        return first_stage(values.get("pipeline"))
    if not stage.is_active:
        raise ValidationError({"stage": _("This stage is no longer in use.")})
    return stage


def _made(values: dict[str, Any], stage: Stage, lines: list[Facts]) -> Opportunity:
    """Return the deal as it will be inserted."""
    now = timezone.now()
    opened: dt.datetime = values.get("opened_at") or now
    given = {name: value for name, value in values.items() if value is not None}
    amount = given.get("amount") or 0
    from_lines = given.get("amount_from_lines", bool(lines) and not amount)
    currency = given.get("currency") or settings.BASE_CURRENCY
    rate = given.get("exchange_rate") or frozen_rate(currency, organisation_day(opened))
    facts = {
        "expected_close": organisation_today() + dt.timedelta(days=USUAL_DAYS),
        "probability": stage.probability,
        "category": stage.category,
        **given,
        "stage": stage,
        "pipeline": stage.pipeline,
        "currency": currency,
        "exchange_rate": rate,
        "amount": lines_total(lines) if lines and from_lines else amount,
        "amount_from_lines": from_lines,
        "opened_at": opened,
        "stage_entered_at": opened,
        "touched_at": now,
        "rots_at": rotting_from(DealStatus.OPEN, stage, now),
    }
    made = Opportunity(**facts)
    made.base_amount = in_base(made.amount, made.exchange_rate)
    return made


def _assign(opportunity: Opportunity, user: User | None) -> None:
    source: Any = user or opportunity.customer
    if opportunity.owner_id is None and source is not None:
        opportunity.owner_id = source.pk if user is not None else source.owner_id
    if opportunity.team_id is None and opportunity.owner is not None:
        opportunity.team_id = opportunity.owner.team_id


def _next_stage(opportunity: Opportunity, values: dict[str, Any]) -> Stage:
    """Return where the deal stands after the change; the pipeline follows the stage."""
    stage: Stage = values.get("stage") or opportunity.stage
    pipeline = values.pop("pipeline", None)
    if pipeline is not None and "stage" not in values and pipeline.pk != opportunity.pipeline_id:
        stage = first_stage(pipeline)
    if stage.pk == opportunity.stage_id:
        values.pop("stage", None)
        return stage
    if not opportunity.is_open:
        raise DealStateError
    if not stage.is_active:
        raise ValidationError({"stage": _("This stage is no longer in use.")})
    values |= {"stage": stage, "pipeline": stage.pipeline, "stage_entered_at": timezone.now()}
    return stage


def _following(opportunity: Opportunity, values: dict[str, Any], stage: Stage) -> dict[str, Any]:
    """Return what follows from the changed values: team, probability, category, rate, base amount, search."""
    now, former = timezone.now(), opportunity.stage
    found: dict[str, Any] = {}
    if values:
        found = {"touched_at": now, "rots_at": rotting_from(opportunity.status, stage, now)}
    if "owner" in values and "team" not in values and values["owner"] is not None:
        found["team"] = values["owner"].team
    if opportunity.is_open:
        for name in ("probability", "category"):
            # What stood as the stage says goes on to do so; what was set by hand stays.
            if values.get(name) is None and (
                name in values or getattr(opportunity, name) == getattr(former, name)
            ):  # fmt: skip
                found[name] = getattr(stage, name)
    elif "probability" in values:
        raise ValidationError({"probability": _("The probability of an ended deal is what came of it.")})
    if values.get("amount", 0) is None:
        found["amount"] = 0
    if "amount" in values and values["amount"] != opportunity.amount:
        found.setdefault("amount_from_lines", values.get("amount_from_lines", False))
    rate = values.get("exchange_rate") or opportunity.exchange_rate
    if "currency" in values and values["currency"] != opportunity.currency and not values.get("exchange_rate"):
        rate = frozen_rate(values["currency"], organisation_today())
    amount = found.get("amount", values.get("amount", opportunity.amount))
    found |= {"exchange_rate": rate, "base_amount": in_base(amount, rate)}
    copy = Opportunity(
        name=values.get("name", opportunity.name), number=values.get("number", opportunity.number),
        customer=values.get("customer", opportunity.customer),
    )  # fmt: skip
    return found | found_by(copy)


def _write_parts(
    opportunity: Opportunity, contacts: Iterable[Facts] | None, competitors: Any, step: Any, user: User | None
) -> None:
    if contacts is not None:
        write_contacts(opportunity, contacts)
    if competitors is not None:
        opportunity.competitors.set(competitors)
    if step:
        plan_next_step(opportunity, step, user)


def plan_next_step(opportunity: Opportunity, facts: Facts, user: User | None) -> None:
    """Plan a task about the deal; the database takes it as the next step where it is the earliest."""
    about = {"customer": opportunity.customer, "subject_kind": SUBJECT, "subject_id": opportunity.pk}
    plan_task({"owner": opportunity.owner or user, **facts, **about}, user)
    opportunity.refresh_from_db(fields=["next_step", "next_step_date"])


def _require(opportunity: Opportunity, stage: Stage) -> None:
    if stage.required and (missing := missing_fields(opportunity, stage)):
        raise MissingFieldsError(stage, missing)
