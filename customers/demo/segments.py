"""Segments of the demo company: what colleagues would have named, filled by the job like everybody's."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from crm_site.demo.registry import register_part
from customers.choices import SegmentKind
from customers.models import Segment, SegmentState

if TYPE_CHECKING:
    from crm_site.demo.writing import DemoWriter

Tree = dict[str, Any]
NAMED: tuple[tuple[str, str, Tree], ...] = (
    (
        "Going quiet",
        "Good customers who have been silent for longer than usual: call before they are gone.",
        {
            "all": [
                {"field": "orders_count", "op": "gte", "value": 3},
                {"field": "silence", "op": "gt", "value": 2},
                {"field": "stage", "op": "not_in", "value": ["churned"]},
            ]
        },
    ),
    (
        "Champions in China",
        "Invited to the evening at the fair in Shanghai.",
        {
            "all": [
                {"field": "country", "op": "is", "value": "China"},
                {"field": "segment", "op": "in", "value": ["champion", "loyal"]},
            ]
        },
    ),
    (
        "Second order missing",
        "Bought once in the last half year: offer what goes with it.",
        {
            "all": [
                {"field": "orders_count", "op": "eq", "value": 1},
                {"field": "first_order", "op": "last_days", "value": 180},
            ]
        },
    ),
    (
        "Unhappy and valuable",
        "Their last answer was bad, and they bring much: a manager calls them.",
        {
            "all": [
                {"field": "tier", "op": "in", "value": ["high"]},
                {
                    "any": [
                        {"field": "last_nps", "op": "lte", "value": 6},
                        {"field": "last_csat", "op": "lte", "value": 2},
                    ]
                },
            ]
        },
    ),
)


@register_part
def write_segments(writer: DemoWriter) -> None:
    """Write the segments of the demo company."""
    owner = writer.holding("marketer")[0]
    made = [
        Segment(
            name=name,
            description=words,
            kind=SegmentKind.DYNAMIC,
            rule={"version": 1, "root": root},
            owner=owner,
            team_id=owner.team_id,
        )
        for name, words, root in NAMED
    ]
    Segment.objects.bulk_create(made)
    SegmentState.objects.bulk_create(SegmentState(segment=one) for one in made)
    writer.mark(Segment, [one.pk for one in made])
