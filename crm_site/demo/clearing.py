"""Taking the demo company out again: exactly its records, and what hangs on them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.db import models, transaction
from django.db.models import Exists, OuterRef
from django.utils.text import capfirst

from crm_site.demo.models import DemoLoad, DemoRange, is_demo
from crm_site.history.models import Change
from crm_site.history.origin import origin
from crm_site.staff.models import User

if TYPE_CHECKING:
    from django.db.models.fields.reverse_related import ForeignObjectRel

BLOCK = 2_000


@dataclass
class Line:
    """So many records of one kind."""

    label: str
    count: int


@dataclass
class Plan:
    """What clearing would do: remove records, and with them what was added to them; keep what is still needed."""

    removed: list[Line] = field(default_factory=list)
    attached: list[Line] = field(default_factory=list)
    kept: list[Line] = field(default_factory=list)


def tables() -> list[type[models.Model]]:
    """Return the models with demo records, the ones that others lean on first."""
    labels = dict.fromkeys(DemoRange.objects.values_list("table", flat=True))
    return [DemoRange(table=label).records for label in labels]


def plan_clearing(keep: User | None = None) -> Plan:
    """Count what clearing would remove, and what was added to demo records by hand; `keep` stays."""
    plan = Plan()
    attached: dict[type[models.Model], int] = {}
    for model in tables():
        if model._meta.auto_created:
            continue  # links between records go without saying
        mine = model._base_manager.filter(is_demo(model))
        if keep is not None and model is User:
            mine = mine.exclude(pk=keep.pk)
        plan.removed.append(Line(_plural(model), mine.count()))
        for relation in _relations(model, models.CASCADE):
            child: Any = relation.related_model
            derived = child._meta.pk.is_relation or getattr(child, "derived", False)
            if model is User or child._meta.auto_created or derived:
                continue  # accounts, links and figures are no work of anybody
            added = child._base_manager.filter(is_demo(model, f"{relation.field.name}_id")).exclude(is_demo(child))
            attached[child] = attached.get(child, 0) + added.count()
        needed = _needed(model, by_others=True)
        if needed is not None:
            plan.kept.append(Line(_plural(model), mine.filter(needed).count()))
    plan.attached = [Line(_plural(child), count) for child, count in attached.items()]
    for lines in (plan.removed, plan.attached, plan.kept):
        lines[:] = [line for line in lines if line.count]
    return plan


def clear_demo(keep: User | None = None, before_block: Callable[[int, int], None] = lambda done, total: None) -> int:
    """Remove the demo company and return how many of its records went.

    Works backwards in short transactions and forgets each block with its records, so an interrupted clearing
    goes on where it was. A record that another needs (a customer with an order of your own) stays and is no
    demo record any more; so does the user `keep`. `before_block(done, total)` is called before each block.
    """
    total, done, removed = sum(one.size for one in DemoRange.objects.all()), 0, 0
    for one in DemoRange.objects.order_by("-id"):
        for low, high in one.blocks(BLOCK):
            before_block(done, total)
            with transaction.atomic(), origin(silent=True):
                removed += _remove(one.records, low, high, keep)
                Change.objects.filter(root_table=one.records._meta.db_table, root_id__range=(low, high)).delete()
                DemoRange.objects.filter(pk=one.pk).update(high=low - 1)
            done += high - low + 1
        one.delete()
    DemoLoad.objects.all().delete()
    return removed


def _remove(model: type[models.Model], low: int, high: int, keep: User | None) -> int:
    found = model._base_manager.filter(pk__range=(low, high))
    if keep is not None and model is User:
        found = found.exclude(pk=keep.pk)
    needed = _needed(model)
    if needed is not None:
        found = found.exclude(needed)
    removed = 0
    while True:
        # A table that leans on itself gives way from the leaves: each round frees the next.
        count = found.delete()[1].get(model._meta.label, 0)
        removed += count
        if not count or needed is None:
            return removed


def _relations(model: type[models.Model], rule: Any) -> list[ForeignObjectRel]:
    return [
        relation
        for relation in model._meta.related_objects
        if getattr(relation, "on_delete", None) is rule and not relation.related_model._meta.proxy
    ]


def _needed(model: type[models.Model], *, by_others: bool = False) -> models.Q | None:
    """Return the condition that a record forbids the removal, or None when none ever does.

    `by_others` asks for records that are no demo records themselves.
    """
    condition: models.Q | None = None
    for relation in _relations(model, models.PROTECT):
        child: Any = relation.related_model
        leaning = child._base_manager.filter(**{relation.field.name: OuterRef("pk")})
        one = models.Q(Exists(leaning.exclude(is_demo(child)) if by_others else leaning))
        condition = one if condition is None else condition | one
    return condition


def _plural(model: type[models.Model]) -> str:
    return capfirst(str(model._meta.verbose_name_plural))
