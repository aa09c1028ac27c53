"""Figures of opportunities: what was won and lost, how long it took, and what may still come."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from django.db.models import Count, Sum
from django.db.models.functions import TruncDate

from analytics.kpis.parts import EVERYTHING, Part
from analytics.kpis.periods import Period, within
from analytics.kpis.registry import NOTHING, Source, exact
from analytics.kpis.slots import sum_over
from analytics.models import DealDay
from crm_site.lib.days import organisation_zone
from crm_site.lib.statistics import Estimate, mean_interval, wilson
from sales.choices import DealStatus, ForecastCategory
from sales.models import Opportunity

if TYPE_CHECKING:
    from crm_site.staff.models import User


@dataclass(frozen=True)
class Deals:
    """What was opened and what ended during a period, in the base currency; days are summed, squares too."""

    opened: int = 0
    opened_value: Decimal = Decimal(0)
    won: int = 0
    won_value: Decimal = Decimal(0)
    won_squares: float = 0.0
    won_days: int = 0
    won_day_squares: int = 0
    lost: int = 0
    lost_value: Decimal = Decimal(0)
    lost_days: int = 0

    @property
    def closed(self) -> int:
        """How many deals ended."""
        return self.won + self.lost


def load_deals(user: User, periods: Sequence[Period], part: Part = EVERYTHING) -> list[Deals]:
    """Return the deals of each period that the reader may see."""
    columns = tuple(Deals.__dataclass_fields__)
    summed = sum_over(part.of(DealDay.objects.visible_to(user)), columns, periods)
    return [Deals(**rows[0]) if rows else Deals() for rows in summed]


def recount_deals(user: User, period: Period, part: Part = EVERYTHING) -> Deals:
    """Return the deals of a period from the opportunities themselves."""
    rows = part.of(Opportunity.objects.visible_to(user))
    opened = within(rows, "opened_at", period).aggregate(n=Count("pk"), value=Sum("base_amount"))
    zone = organisation_zone()
    closed = within(rows.closed(), "closed_at", period).values_list(
        "status", "base_amount", TruncDate("opened_at", tzinfo=zone), TruncDate("closed_at", tzinfo=zone)
    )
    ended: dict[str, list[tuple[Decimal, int]]] = {DealStatus.WON: [], DealStatus.LOST: []}
    for status, amount, first, last in closed.iterator():
        ended[status].append((amount, (last - first).days))
    won, lost = ended[DealStatus.WON], ended[DealStatus.LOST]
    return Deals(
        opened=opened["n"],
        opened_value=opened["value"] or Decimal(0),
        won=len(won),
        won_value=sum((amount for amount, _days in won), Decimal(0)),
        won_squares=math.fsum(float(amount) ** 2 for amount, _days in won),
        won_days=sum(days for _amount, days in won),
        won_day_squares=sum(days**2 for _amount, days in won),
        lost=len(lost),
        lost_value=sum((amount for amount, _days in lost), Decimal(0)),
        lost_days=sum(days for _amount, days in lost),
    )


DEALS = Source("deals", "sales", load_deals, recount=recount_deals)


@dataclass(frozen=True)
class Outlook:
    """What a period may still bring: its open deals, omitted ones left out, and what it has brought."""

    open: int = 0
    open_value: Decimal = Decimal(0)
    weighted: Decimal = Decimal(0)
    won: int = 0
    won_value: Decimal = Decimal(0)


def load_outlook(user: User, periods: Sequence[Period], part: Part = EVERYTHING) -> list[Outlook]:
    """Return the outlook of each period: open deals stand as they are now, by the day they are expected to close."""
    rows = part.of(Opportunity.objects.visible_to(user)).open().exclude(category=ForecastCategory.OMITTED)
    by_day = list(
        rows.order_by()
        .values_list("expected_close")
        .annotate(Count("pk"), Sum("base_amount"), Sum("base_weighted"))
        .values_list("expected_close", "pk__count", "base_amount__sum", "base_weighted__sum")
    )
    found = []
    for period, deals in zip(periods, load_deals(user, periods, part), strict=True):
        first, after = period.bounds
        mine = [row for row in by_day if first <= row[0] < after]
        found.append(
            Outlook(
                sum(row[1] for row in mine),
                sum((row[2] for row in mine), Decimal(0)),
                sum((row[3] for row in mine), Decimal(0)),
                deals.won,
                deals.won_value,
            )
        )
    return found


OUTLOOK = Source("outlook", "sales", load_outlook)


def won_value(deals: Deals) -> Estimate:
    """Return the value of what was won."""
    return exact(deals.won_value, deals.won)


def won_count(deals: Deals) -> Estimate:
    """Return how many deals were won; none is a figure too."""
    return Estimate(float(deals.won), None, None, deals.won)


def lost_count(deals: Deals) -> Estimate:
    """Return how many deals were lost; none is a figure too."""
    return Estimate(float(deals.lost), None, None, deals.lost)


def average_deal(deals: Deals) -> Estimate:
    """Return the mean value of won deals with its interval."""
    return mean_interval(deals.won, float(deals.won_value), deals.won_squares)


def win_rate(deals: Deals) -> Estimate:
    """Return the share of ended deals that were won, in per cent."""
    return wilson(deals.won, deals.closed).scaled(100)


def win_rate_by_value(deals: Deals) -> Estimate:
    """Return the share of the ended value that was won, in per cent."""
    ended = deals.won_value + deals.lost_value
    return exact(100 * deals.won_value / ended, deals.closed) if ended else NOTHING


def cycle(deals: Deals) -> Estimate:
    """Return the mean days from opening to close of won deals, with its interval."""
    return mean_interval(deals.won, float(deals.won_days), float(deals.won_day_squares))


def velocity(deals: Deals) -> Estimate:
    """Return opportunities × win rate × mean won value / mean cycle, in money a day; nothing where no day passed."""
    if not deals.won or not deals.won_days:
        return NOTHING
    rate, mean = deals.won / deals.closed, float(deals.won_value) / deals.won
    return exact(deals.closed * rate * mean / (deals.won_days / deals.won), deals.closed)


def weighted(outlook: Outlook) -> Estimate:
    """Return what was won and the weighted value of what is open."""
    return exact(outlook.won_value + outlook.weighted, outlook.open + outlook.won)


def open_value(outlook: Outlook) -> Estimate:
    """Return the value of what is open."""
    return exact(outlook.open_value, outlook.open)
