"""What the Sales dashboard promises agrees with the forecast."""

from __future__ import annotations

import datetime as dt
from typing import Any

from crm_site.lib.days import organisation_today
from sales.selectors.forecast import read_forecast
from sales.selectors.periods import ForecastPeriod, Reach
from tests.conftest import Cast
from tests.factories.deals import OpportunityFactory


def tiles(client: Any, address: str = "/analytics/sales/") -> dict[str, Any]:
    """Return the tiles of the dashboard by code."""
    return {one.code: one for one in client.get(address).context["tiles"]}


def test_the_outlook_is_that_of_the_quarter_whatever_range_is_chosen(cast: Cast, signed_in: Any) -> None:
    quarter = ForecastPeriod.read("")
    for day, amount in ((quarter.last, 2000), (organisation_today(), 1000), (quarter.end, 500_000)):
        OpportunityFactory(owner=cast.owner, amount=amount, expected_close=day)
    line = read_forecast(Reach(cast.manager), quarter)[0]
    for chosen in ("", "?range=month", "?range=30d", "?range=year"):
        shown = tiles(signed_in(cast.manager), f"/analytics/sales/{chosen}")
        assert (shown["open_pipeline"].figure, shown["open_pipeline"].n) == ("€3,000", 2)
        assert line.sums.open == 3000
        for code in ("open_pipeline", "weighted_forecast"):
            assert (shown[code].about, shown[code].delta) == (quarter.label, None)
            rows = signed_in(cast.manager).get(shown[code].url).context["list"].slice.rows
            assert len(rows) == 2
        assert shown["won_value"].about == ""


def test_days_chosen_by_hand_are_those_of_the_outlook(cast: Cast, signed_in: Any) -> None:
    first = dt.date(2020, 5, 4)
    OpportunityFactory(owner=cast.owner, amount=700, expected_close=first)
    OpportunityFactory(owner=cast.owner, amount=1000, expected_close=organisation_today())
    shown = tiles(signed_in(cast.manager), "/analytics/sales/?range=custom&from=2020-05-04&to=2020-05-04")
    assert (shown["open_pipeline"].figure, shown["open_pipeline"].n, shown["open_pipeline"].about) == ("€700.00", 1, "")
