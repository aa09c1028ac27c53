"""Making segments, changing them, and picking customers by hand."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from crm_site.events.publishing import publish, publish_batch
from crm_site.jobs.starting import start_job
from crm_site.staff.versioning import save_versioned
from customers.choices import SegmentKind
from customers.events import SegmentChanged, SegmentCreated, SegmentPicksChanged
from customers.models import Customer, Segment, SegmentPick, SegmentState
from customers.services.membership import lock_standing, refresh_members
from customers.services.segment_order import in_order, leads_back

if TYPE_CHECKING:
    from crm_site.staff.models import User

PICK = """
INSERT INTO customers_segmentpick (segment_id, customer_id, picked_by_id, picked_at)
SELECT %s, k, %s, now() FROM unnest(%s::bigint[]) AS k
ON CONFLICT DO NOTHING
"""


def create_segment(facts: Mapping[str, Any], user: User | None) -> Segment:
    """Make a segment and have it filled; raises ValidationError for a rule that is missing."""
    values = _checked(dict(facts), None)
    if user is not None:
        values |= {"owner": user, "team_id": user.team_id}
    with transaction.atomic():
        segment = Segment.objects.create(**values)
        # Nobody is picked yet, so a picked segment is complete at once.
        SegmentState.objects.create(segment=segment, filled_at=None if segment.is_dynamic else timezone.now())
        publish(SegmentCreated(segment_id=segment.pk), user)
        if segment.is_dynamic:
            start_job("segments", {"segment": str(segment.pk)}, user=user)
    return segment


def change_segment(segment: Segment, version: int, facts: Mapping[str, Any], user: User | None) -> None:
    """Change a segment that was read at `version`; another rule has it computed again. The kind stays as it is.

    Raises StaleVersionError, and ValidationError for a rule that leads back to the segment itself.
    """
    values = _checked({name: value for name, value in facts.items() if name != "kind"}, segment)
    with transaction.atomic():
        save_versioned(segment, version, values)
        publish(SegmentChanged(segment_id=segment.pk, fields=",".join(values)), user)
        if "rule" in values:
            start_job("segments", {"segment": str(segment.pk)}, user=user)


def pick_customers(rows: QuerySet[Customer], segment: Segment, actor: User | None) -> int:
    """Put customers into a segment that is picked by hand; who is in it stays. Returns how many rows there are."""
    _must_be_picked(segment)
    with transaction.atomic():
        keys = list(rows.order_by("pk").values_list("pk", flat=True))
        with connection.cursor() as cursor:
            cursor.execute(PICK, [segment.pk, actor.pk if actor else None, keys])
        _tell(segment, keys, actor)
    return len(keys)


def unpick_customers(rows: QuerySet[Customer], segment: Segment, actor: User | None) -> int:
    """Take customers out of a segment that is picked by hand. Returns how many rows there are."""
    _must_be_picked(segment)
    with transaction.atomic():
        keys = list(rows.order_by("pk").values_list("pk", flat=True))
        SegmentPick.objects.filter(segment=segment, customer_id__in=keys).delete()
        _tell(segment, keys, actor)
    return len(keys)


def _tell(segment: Segment, keys: list[int], actor: User | None) -> None:
    lock_standing(keys)
    refresh_members(keys, in_order([segment]))
    publish_batch(SegmentPicksChanged(count=len(keys), segment_id=segment.pk), actor)


def _must_be_picked(segment: Segment) -> None:
    if segment.kind != SegmentKind.STATIC:
        raise ValidationError(_("“%(segment)s” follows a rule: nobody is picked by hand.") % {"segment": segment})


def _checked(values: dict[str, Any], segment: Segment | None) -> dict[str, Any]:
    """Return the facts with what belongs together: a rule where one decides, none where people pick."""
    kind = values.get("kind", segment.kind if segment else SegmentKind.DYNAMIC)
    if kind == SegmentKind.STATIC:
        return {name: value for name, value in values.items() if name != "rule"}
    rule = values.get("rule", segment.rule if segment else None)
    if not rule:
        raise ValidationError({"rule": _("Say by a rule who belongs to the segment.")})
    if segment is not None and leads_back(segment.pk, rule):
        raise ValidationError({"rule": _("The rule leads back to this segment itself.")})
    return values
