"""Changing many customers at once: set-based, with one batch event and a timeline line for each customer."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import F, QuerySet
from django.db.models.functions import Now

from crm_site.events.publishing import publish_batch
from crm_site.fields.values import with_merged
from crm_site.history.origin import current_origin
from customers.events import CustomersChanged
from customers.models import Customer, Tag
from customers.services.lifecycle import place_customers
from customers.services.timeline import insert_activities

if TYPE_CHECKING:
    from crm_site.staff.models import User

# One line each, in the order of the timeline's columns.
NOTED = "SELECT unnest(%s::bigint[]), %s, now(), NULL::bigint, '', NULL::bigint, %s::jsonb, ''"


def change_customers(rows: QuerySet[Customer], facts: Mapping[str, Any], actor: User | None) -> int:
    """Give all rows the same facts; a new owner brings the team along. Returns how many rows there are."""
    values = with_merged(facts)
    if "owner" in values and "team" not in values and values["owner"] is not None:
        values["team"] = values["owner"].team
    with transaction.atomic():
        keys = _keys(rows)
        owner = values.get("owner")
        handed = Customer.objects.filter(pk__in=keys).exclude(owner=owner).count() if owner is not None else 0
        if "stage" in values:
            place_customers(keys, values["stage"], actor)
        Customer.objects.filter(pk__in=keys).update(**values, version=F("version") + 1, updated_at=Now())
        fields = [*(name for name in values if name != "custom"), *facts.get("custom", ())]
        _tell(keys, fields, actor, owner_id=owner.pk if owner else 0, handed_over=handed)
    return len(keys)


def tag_customers(rows: QuerySet[Customer], tags: Iterable[Tag], actor: User | None) -> int:
    """Put the tags on all rows; one that is there already stays. Returns how many rows there are."""
    through = Customer.tags.through
    with transaction.atomic():
        keys = _keys(rows)
        pairs = [through(customer_id=key, tag_id=tag.pk) for tag in tags for key in keys]
        through._default_manager.bulk_create(pairs, ignore_conflicts=True)
        _touch(keys, actor)
    return len(keys)


def untag_customers(rows: QuerySet[Customer], tags: Iterable[Tag], actor: User | None) -> int:
    """Take the tags off all rows. Returns how many rows there are."""
    through: Any = Customer.tags.through
    with transaction.atomic():
        keys = _keys(rows)
        through._default_manager.filter(customer_id__in=keys, tag__in=list(tags)).delete()
        _touch(keys, actor)
    return len(keys)


def _keys(rows: QuerySet[Customer]) -> list[int]:
    return list(rows.order_by("pk").values_list("pk", flat=True))


def _touch(keys: list[int], actor: User | None) -> None:
    Customer.objects.filter(pk__in=keys).update(version=F("version") + 1, updated_at=Now())
    _tell(keys, ["tags"], actor)


def _tell(
    keys: list[int], fields: Iterable[str], actor: User | None, *, owner_id: int = 0, handed_over: int = 0
) -> None:
    """Write the line that a single edit writes on every timeline, and publish one event for all."""
    words = ",".join(fields)
    insert_activities(NOTED, [keys, CustomersChanged.verb, json.dumps({"fields": words})])
    done = current_origin().operation or 0
    event = CustomersChanged(
        count=len(keys), fields=words, operation_id=done, owner_id=owner_id, handed_over=handed_over
    )
    publish_batch(event, actor)
