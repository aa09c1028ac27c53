"""What the pages of segments and of the lifecycle show."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db.models import Count, F, QuerySet, Window
from django.db.models.functions import RowNumber

from crm_site.lib.days import beginning
from customers.choices import Stage
from customers.models import Customer, Segment, SegmentMember, SegmentMove, StageMove, StageOverride

if TYPE_CHECKING:
    from crm_site.staff.models import User

SHOWN = 10


def segment_figures(segment: Segment, user: User) -> dict[str, Any]:
    """Return a segment's size, how many of its members the reader may see, some of them, and the latest moves."""
    visible = Customer.objects.visible_to(user)
    members = SegmentMember.objects.filter(segment=segment)
    moves = SegmentMove.objects.filter(segment=segment, customer__in=visible).select_related("customer")
    return {
        "size": segment.state.size,
        "seen": _seen(members, user),
        "members": visible.filter(memberships__segment=segment).order_by("sort_key", "pk")[:SHOWN],
        "moves": moves.order_by("-moved_at", "-pk")[:SHOWN],
    }


def _seen(members: Any, user: User) -> int:
    """Return how many of the members the reader may see."""
    return int(members.filter(customer__in=Customer.objects.visible_to(user)).count())


@dataclass(frozen=True)
class Standing:
    """Where one customer stands, why, and which segments it belongs to."""

    moves: list[StageMove]
    override: StageOverride | None
    memberships: list[SegmentMember]


def standing_of(customer: Customer) -> Standing:
    """Return where a customer stands."""
    moves = StageMove.objects.filter(customer=customer).select_related("rule", "moved_by")
    members = SegmentMember.objects.filter(customer=customer).select_related("segment")
    override = StageOverride.objects.filter(customer=customer).select_related("decided_by").first()
    return Standing(list(moves.order_by("-moved_at", "-pk")[:5]), override, list(members.order_by("segment__name")))


@dataclass(frozen=True)
class StageColumn:
    """One stage of the board: how many stand there, and who came and went in a month."""

    stage: Stage
    count: int
    came: int
    left: int
    arrivals: list[StageMove]

    @property
    def change(self) -> int:
        """Return by how many the stage grew."""
        return self.came - self.left


def lifecycle_board(user: User, month: dt.date) -> list[StageColumn]:
    """Return every stage with the moves of the month that begins on `month`, as far as the reader may see them."""
    visible = Customer.objects.visible_to(user)
    counts = dict(visible.order_by().values_list("stage").annotate(Count("pk")))
    following = (month + dt.timedelta(days=32)).replace(day=1)
    moves = StageMove.objects.visible_to(user).filter(moved_at__gte=beginning(month), moved_at__lt=beginning(following))
    flows = moves.order_by().values_list("before", "after").annotate(Count("pk"))
    came: dict[str, int] = {}
    left: dict[str, int] = {}
    for before, after, number in flows:
        came[after] = came.get(after, 0) + number
        left[before] = left.get(before, 0) + number
    arrivals = _latest_of_each(moves)
    return [
        StageColumn(
            stage,
            counts.get(stage.value, 0),
            came.get(stage.value, 0),
            left.get(stage.value, 0),
            arrivals.get(stage.value, []),
        )
        for stage in Stage
    ]


def _latest_of_each(moves: QuerySet[StageMove]) -> dict[str, list[StageMove]]:
    """Return the latest moves into each stage."""
    order = [F("moved_at").desc(), F("pk").desc()]
    ranked = moves.annotate(rank=Window(RowNumber(), partition_by=F("after"), order_by=order)).filter(rank__lte=SHOWN)
    found: dict[str, list[StageMove]] = {}
    for move in ranked.select_related("customer", "rule", "moved_by").order_by(*order):
        found.setdefault(move.after, []).append(move)
    return found
