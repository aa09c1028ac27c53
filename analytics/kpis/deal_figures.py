"""The registered figures of opportunities: what each means, and the rows behind it."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from analytics.kpis.deals import (
    DEALS,
    OUTLOOK,
    average_deal,
    cycle,
    lost_count,
    open_value,
    velocity,
    weighted,
    win_rate,
    win_rate_by_value,
    won_count,
    won_value,
)
from analytics.kpis.periods import Period
from analytics.kpis.registry import Kpi, register_kpi
from sales.choices import DealStatus, ForecastCategory
from sales.lists import opportunity_list

OPEN, WON, LOST = DealStatus.OPEN.value, DealStatus.WON.value, DealStatus.LOST.value
COUNTED = [value for value in ForecastCategory.values if value != ForecastCategory.OMITTED]
FACTS = "FROM analytics_dealday\nWHERE day >= :from AND day < :to AND <your scope>"


def _won(period: Period) -> str:
    return opportunity_list.url(status=[WON], closed=period.shown, sort="-amount")


def _lost(period: Period) -> str:
    return opportunity_list.url(status=[LOST], closed=period.shown, sort="-amount")


def _ended(period: Period) -> str:
    return opportunity_list.url(status=[WON, LOST], closed=period.shown, sort="-amount")


def _open(period: Period) -> str:
    return opportunity_list.url(status=[OPEN], category=COUNTED, close=period.shown, sort="-amount")


def _expected(period: Period) -> str:
    return opportunity_list.url(outlook=period.shown, sort="-amount")


for kpi in (
    Kpi(
        code="won_value",
        title=_("Won value"),
        unit="money",
        source=DEALS,
        figure=won_value,
        definition=_(
            "The amounts of the opportunities won in the period, by the day they were closed, in the base currency."
        ),
        query=f"SELECT sum(won_value), sum(won)\n{FACTS}",
        rows=_won,
    ),
    Kpi(
        code="won_count",
        title=_("Won deals"),
        unit="count",
        source=DEALS,
        figure=won_count,
        definition=_("How many opportunities were won in the period, by the day they were closed."),
        query=f"SELECT sum(won)\n{FACTS}",
        rows=_won,
    ),
    Kpi(
        code="lost_count",
        title=_("Lost deals"),
        unit="count",
        source=DEALS,
        figure=lost_count,
        definition=_("How many opportunities were lost in the period, by the day they were closed."),
        query=f"SELECT sum(lost)\n{FACTS}",
        rows=_lost,
        rise_is_good=False,
    ),
    Kpi(
        code="average_deal",
        title=_("Average won deal"),
        unit="money",
        source=DEALS,
        figure=average_deal,
        definition=_(
            "The mean amount of the opportunities won in the period. The interval is Student's t at 95 %: where the "
            "mean of such deals would lie if the period came again."
        ),
        query=f"SELECT sum(won_value) / sum(won), sum(won_squares)\n{FACTS}",
        rows=_won,
    ),
    Kpi(
        code="win_rate",
        title=_("Win rate"),
        unit="percent",
        source=DEALS,
        figure=win_rate,
        definition=_(
            "Won opportunities in per cent of those that ended in the period, won or lost, by the day they were "
            "closed. Open ones are left out. The interval is Wilson's at 95 %."
        ),
        query=f"SELECT 100.0 * sum(won) / sum(won + lost)\n{FACTS}",
        rows=_ended,
    ),
    Kpi(
        code="win_rate_by_value",
        title=_("Win rate by value"),
        unit="percent",
        source=DEALS,
        figure=win_rate_by_value,
        definition=_(
            "The amounts of won opportunities in per cent of the amounts of all that ended in the period, won or lost. "
            "Deals that were lost without an amount weigh nothing."
        ),
        query=f"SELECT 100.0 * sum(won_value) / sum(won_value + lost_value)\n{FACTS}",
        rows=_ended,
    ),
    Kpi(
        code="sales_cycle_days",
        title=_("Sales cycle"),
        unit="days",
        source=DEALS,
        figure=cycle,
        definition=_(
            "Days from the opening to the close of the opportunities won in the period, on average. The interval is "
            "Student's t at 95 %."
        ),
        query=f"SELECT sum(won_days)::float / sum(won)\n{FACTS}",
        rows=_won,
        rise_is_good=False,
    ),
    Kpi(
        code="sales_velocity",
        title=_("Sales velocity"),
        unit="money",
        source=DEALS,
        figure=velocity,
        definition=_(
            "Money a day: the opportunities that ended in the period × win rate × average won deal / sales cycle. "
            "It rises with more deals, better odds, larger deals, or a shorter cycle."
        ),
        query=f"SELECT sum(won_value) / (sum(won_days)::float / sum(won))\n{FACTS}",
        rows=_ended,
    ),
    Kpi(
        code="weighted_forecast",
        title=_("Weighted forecast"),
        unit="money",
        source=OUTLOOK,
        figure=weighted,
        definition=_(
            "What was won in the period, and the amounts of the open opportunities expected to close in it, each times "
            "its probability. Those left out of the forecast count nowhere. Open deals stand as they are now."
        ),
        query="SELECT sum(base_weighted)\nFROM sales_opportunity\nWHERE (status = 'won' AND closed_at in period OR "
        "status = 'open' AND category <> 'omitted' AND expected_close in period) AND <your scope>",
        rows=_expected,
    ),
    Kpi(
        code="open_pipeline",
        title=_("Open pipeline"),
        unit="money",
        source=OUTLOOK,
        figure=open_value,
        definition=_(
            "The amounts of the open opportunities expected to close in the period, those left out of the forecast not "
            "counted. Open deals stand as they are now."
        ),
        query="SELECT sum(base_amount), count(*)\nFROM sales_opportunity\nWHERE status = 'open' AND category <> "
        "'omitted' AND expected_close >= :from AND expected_close < :to AND <your scope>",
        rows=_open,
    ),
):
    register_kpi(kpi)
