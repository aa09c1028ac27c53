"""Deleting into the trash: what goes along, what stands in the way, and bringing it back."""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, cast

from django.conf import settings
from django.db import models, transaction
from django.utils import timezone

from crm_site.events.publishing import publish_batch
from crm_site.history.choices import OperationKind
from crm_site.history.events import RecordsDeleted
from crm_site.history.models import Change, Operation, TrashedRecord
from crm_site.history.operations import finish_operation, open_operation, resume_operation
from crm_site.history.origin import current_origin
from crm_site.history.tracking import is_tracked, table_of
from crm_site.lib.text import search_text

if TYPE_CHECKING:
    from crm_site.staff.models import User


@dataclass
class Deletion:
    """What deleting records would do: `ids` can go, `along` says what goes with them, `blocked` what stands in the way.

    `along` and `blocked` are counted by model; `blocked_ids` are the records that stay, `denied` those that the user
    may not change.
    """

    ids: list[int]
    along: Counter[type[models.Model]] = field(default_factory=Counter)
    blocked: Counter[type[models.Model]] = field(default_factory=Counter)
    blocked_ids: set[int] = field(default_factory=set)
    denied: int = 0

    @property
    def along_words(self) -> list[tuple[str, int]]:
        """Return (name, count) of what goes along, the most first."""
        return [(_name(model, count), count) for model, count in self.along.most_common()]

    @property
    def blocked_words(self) -> list[tuple[str, int]]:
        """Return (name, how many records they keep) of what stands in the way."""
        return [(_name(model, 2), count) for model, count in self.blocked.most_common()]


def preview_deletion(queryset: Any, user: User | None) -> Deletion:
    """Return what deleting the records of the queryset would do; nothing is written."""
    asked = list(queryset.order_by().values_list("pk", flat=True))
    model = queryset.model
    mine = asked
    if user is not None:
        mine = list(model._default_manager.editable_by(user).filter(pk__in=asked).values_list("pk", flat=True))
    found = Deletion(mine, denied=len(asked) - len(mine))
    _follow(model, {key: key for key in mine}, found, {model})
    found.ids = [key for key in mine if key not in found.blocked_ids]
    if found.blocked_ids:
        found.along = Counter()
        _follow(model, {key: key for key in found.ids}, found, {model})
    return found


def delete_records(queryset: Any, *, actor: User | None, title: str = "", into: Operation | None = None) -> Operation:
    """Move the records to the trash, with what hangs off them, and return the operation that can be undone.

    Records that the actor may not change, or that something else rests on, stay; `Operation.count` says how many went.
    `into` continues an operation that was opened for many chunks; its caller finishes it. Inside another operation the
    deletion is a part of that one.
    """
    model = queryset.model
    with transaction.atomic():
        around = current_origin().operation
        outer = into or (Operation.objects.get(pk=around) if around is not None else None)
        opened = outer or open_operation(OperationKind.DELETE, actor=actor, module=model.access_module, title=title)
        with resume_operation(opened.pk, actor=actor):
            list(queryset.order_by("pk").select_for_update(of=("self",)).values_list("pk", flat=True))
            going = preview_deletion(queryset, actor)
            records = list(model._default_manager.filter(pk__in=going.ids))
            model._default_manager.filter(pk__in=going.ids).delete()
            _remember(opened, records, actor)
        opened.count += len(records)
        if outer is None:
            opened.title = title or ", ".join(str(record) for record in records[:3])[:200]
            finish_operation(opened)
        publish_batch(RecordsDeleted(count=len(records), operation_id=opened.pk), actor)
    return opened


def _follow(
    model: type[models.Model], owners: Mapping[int, int], found: Deletion, above: set[type[models.Model]]
) -> None:
    """Count what rows point at the given ones; `owners` leads from each row to the record asked to go."""
    if not owners:
        return
    for relation in _pointing(model):
        other: Any = relation.related_model
        on_delete = getattr(relation, "on_delete", None)
        name = relation.field.attname
        pairs = other._base_manager.filter(**{f"{relation.field.name}__in": list(owners)}).values_list("pk", name)
        below = {pk: owners[to] for pk, to in pairs}
        if on_delete is models.PROTECT:
            kept = set(below.values())
            found.blocked_ids |= kept
            if kept:
                found.blocked[other] += len(kept)
        elif below:
            if _is_told(other):
                found.along[other] += len(below)
            if other not in above:
                _follow(other, below, found, above | {other})


def _pointing(model: type[models.Model]) -> list[Any]:
    """Return the relations whose rows go along with a row of the model, or keep it, those without a name included."""
    return [
        one
        for one in model._meta.get_fields(include_hidden=True)
        if one.auto_created
        and not one.concrete
        and getattr(one, "on_delete", None) in (models.CASCADE, models.PROTECT)
        and not cast("type[models.Model]", one.related_model)._meta.auto_created  # rows of a plain many to many
    ]


def _is_told(model: type[models.Model]) -> bool:
    return is_tracked(model) and table_of(model).tracking.updates


def _remember(opened: Operation, records: Iterable[Any], actor: User | None) -> None:
    """Put the deleted records into the trash with what made them visible."""
    gone = list(records)
    if not gone:
        return
    table = table_of(type(gone[0]))
    counts: dict[int, int] = defaultdict(int)
    found = Change.objects.filter(operation=opened, action="D", root_table=table.name)
    for root, count in found.values_list("root_id").annotate(models.Count("pk")):
        counts[root] = count
    until = timezone.now() + dt.timedelta(days=settings.TRASH_DAYS)
    TrashedRecord.objects.bulk_create(
        TrashedRecord(
            operation=opened,
            module=opened.module,
            table_name=table.name,
            record_id=record.pk,
            label=str(record)[:200],
            rows=max(counts[record.pk] - 1, 0),
            owner_id=getattr(record, "owner_id", None),
            team_id=getattr(record, "team_id", None),
            deleted_by=actor,
            expires_at=until,
            search_text=search_text([str(record)]),
        )
        for record in gone
    )


def _name(model: type[models.Model], count: int) -> str:
    return str(model._meta.verbose_name if count == 1 else model._meta.verbose_name_plural)
