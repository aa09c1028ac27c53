"""What happens to forecasts and targets."""

from __future__ import annotations

from dataclasses import dataclass

from crm_site.events.base import Event


@dataclass(frozen=True, kw_only=True)
class ForecastAdjusted(Event):
    """A manager says that a figure of the forecast will be another."""

    verb = "forecast.adjusted"
    adjustment_id: int


@dataclass(frozen=True, kw_only=True)
class SalesTargetsSet(Event):
    """Targets were set or taken away; `count` is how many months of people and teams."""

    verb = "forecast.targets"
    count: int
