"""What a list of deals offers to choose: pipelines, stages, reasons, what deals want, when they close; and a move."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.urls import reverse
from django.utils import timezone

from crm_site.lib.days import beginning
from crm_site.pages.lists import CardAsksError, CardRefusedError, DateRangeFilter
from crm_site.pages.lists.ranges import Days
from sales.choices import DealStatus, ForecastCategory
from sales.models import Competitor, Opportunity, Pipeline, Reason, Stage
from sales.services import MissingFieldsError, move_opportunity

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

    from crm_site.pages.lists.filters import Choice
    from crm_site.pages.lists.state import ListState
    from crm_site.staff.models import User

OPEN, WON, LOST = ([status.value] for status in (DealStatus.OPEN, DealStatus.WON, DealStatus.LOST))
STALLED, LATE, NO_STEP = "stalled", "late", "no_step"
WEEK, MONTH, QUARTER = "week", "month", "quarter"


def pipelines(user: User) -> list[tuple[Any, StrOrPromise]]:
    """Return the pipelines, the default one first, those in use before the others."""
    found = Pipeline.objects.visible_to(user).order_by("-is_default", "-is_active", "position", "id")
    return [(one.pk, one.label) for one in found]


def stages(user: User) -> list[tuple[Any, StrOrPromise]]:
    """Return the stages of all pipelines in their order."""
    found = Stage.objects.visible_to(user).select_related("pipeline").order_by("pipeline__position", "position", "id")
    return [(one.pk, f"{one.pipeline.label}: {one.label}") for one in found]


def reasons(user: User) -> list[tuple[Any, StrOrPromise]]:
    """Return why deals end."""
    return [(one.pk, one.label) for one in Reason.objects.visible_to(user).filter(kind__in=(*WON, *LOST))]


def competitors(user: User) -> list[tuple[Any, StrOrPromise]]:
    """Return the competitors."""
    return [(one.pk, one.name) for one in Competitor.objects.visible_to(user)]


def lanes(state: ListState) -> Iterable[Choice]:
    """Return the stages of the chosen pipeline, or of the default one; a retired one while deals stand in it."""
    chosen = state.values.get("pipeline")
    which = Q(pipeline_id=chosen[0]) if chosen else Q(pipeline__is_default=True)
    left = Exists(Opportunity.objects.open().filter(stage=OuterRef("pk")))
    found = Stage.objects.filter(which & (Q(is_active=True) | left)).order_by("position", "id")
    return [(str(one.pk), one.label) for one in found]


def wanting(rows: QuerySet[Any], asked: list[str]) -> QuerySet[Any]:
    """Keep the open deals that want something: one of what is asked for."""
    now, today = timezone.now(), timezone.localdate()
    conditions = {
        STALLED: Q(rots_at__lte=now), LATE: Q(expected_close__lt=today), NO_STEP: Q(next_step_date=None),
    }  # fmt: skip
    found = Q(pk__in=[])
    for name in asked:
        found |= conditions[name]
    return rows.filter(found, status=DealStatus.OPEN)


def closing(rows: QuerySet[Any], asked: list[str]) -> QuerySet[Any]:
    """Keep the deals expected to close in the reader's week, month or quarter."""
    today = timezone.localdate()
    monday = today - dt.timedelta(days=today.weekday())
    quarter = today.replace(month=3 * ((today.month - 1) // 3) + 1, day=1)
    spans = {
        WEEK: (monday, monday + dt.timedelta(days=7)),
        MONTH: (today.replace(day=1), _months_on(today.replace(day=1), 1)),
        QUARTER: (quarter, _months_on(quarter, 3)),
    }
    found = Q(pk__in=[])
    for name in asked:
        first, after = spans[name]
        found |= Q(expected_close__gte=first, expected_close__lt=after)
    return rows.filter(found)


def _months_on(first: dt.date, months: int) -> dt.date:
    month = first.month + months
    return first.replace(year=first.year + (month - 1) // 12, month=(month - 1) % 12 + 1)


@dataclass(frozen=True, kw_only=True)
class OutlookFilter(DateRangeFilter):
    """What a period may bring or has brought: deals won in it, and open ones that count and should close in it."""

    def narrow(self, queryset: QuerySet[Any], value: Days, user: User) -> QuerySet[Any]:
        """Keep these deals."""
        first, last = value
        won, expected = Q(status=DealStatus.WON), Q(status=DealStatus.OPEN) & ~Q(category=ForecastCategory.OMITTED)
        if first is not None:
            won, expected = won & Q(closed_at__gte=beginning(first)), expected & Q(expected_close__gte=first)
        if last is not None:
            after = last + dt.timedelta(days=1)
            won, expected = won & Q(closed_at__lt=beginning(after)), expected & Q(expected_close__lte=last)
        return queryset.filter(won | expected)


def carry(record: Opportunity, version: int, lane: str, user: User) -> None:
    """Move a deal to the stage of a lane; what the stage asks for is asked in a form."""
    stage = Stage.objects.select_related("pipeline").get(pk=int(lane))
    try:
        move_opportunity(record, version, stage, user)
    except MissingFieldsError as missing:
        address = reverse("sales:opportunity-move", args=[record.pk])
        raise CardAsksError(f"{address}?stage={stage.pk}") from missing
    except ValidationError as error:
        raise CardRefusedError(" ".join(error.messages)) from error


def category_field(user: User) -> forms.Field:
    """Return the field of a forecast category."""
    return forms.ChoiceField(choices=ForecastCategory.choices)
