"""Tiles, charts, timelines, and how figures read in both languages."""

from __future__ import annotations

import datetime as dt
import zoneinfo
from decimal import Decimal

import pytest
from django.template.loader import render_to_string
from django.utils import timezone, translation

from crm_site.pages import formatting
from crm_site.pages.charts import Chart, Heat, HeatCell, HeatRow, Series, heat_level
from crm_site.pages.tiles import Tile, delta, sparkline
from crm_site.pages.timeline import Entry, by_day


@pytest.mark.parametrize(
    ("values", "points"),
    [
        ([1, 3, 2], "0.0,26.0 50.0,2.0 100.0,14.0"),
        ([5, 5], "0.0,14.0 100.0,14.0"),
        ([0, None, 1], "0.0,26.0 100.0,2.0"),
        ([4], ""),
        ([None, 4], ""),
        ([], ""),
    ],
)
def test_a_sparkline_runs_from_lowest_to_highest(values: list[float | None], points: str) -> None:
    assert sparkline(values) == points


def test_a_change_is_an_arrow_and_words_and_knows_what_is_welcome() -> None:
    rise, fall = delta(4, "4 vs last month"), delta(-2.1, "2.1 points")
    slower = delta(3, "3 h", rise_is_good=False)
    assert (rise.tone, rise.words) == ("good", "▲ 4 vs last month")  # type: ignore[union-attr]  # a change is given
    assert (fall.tone, fall.words) == ("bad", "▼ 2.1 points")  # type: ignore[union-attr]  # a change is given
    assert slower.tone == "bad"  # type: ignore[union-attr]  # a change is given
    assert delta(None, "") is None
    assert delta(0, "0") == delta(0.0, "")


@pytest.mark.parametrize(
    ("value", "most", "level"),
    [(0, 10, 0), (-1, 10, 0), (1, 10, 1), (2, 10, 1), (3, 10, 2), (10, 10, 5), (11, 10, 5), (1, 0, 0)],
)
def test_heat_has_five_equal_steps(value: float, most: float, level: int) -> None:
    assert heat_level(value, most) == level


def test_a_tile_shows_everything_and_no_style() -> None:
    tile = Tile(
        code="nps", label="NPS <x>", figure="+41", interval="±6", n=1412, delta=delta(4, "4"), trend=[1, 2],
        url="/surveys/?kind=nps", definition="Promoters minus detractors", query="SELECT 1", as_of=timezone.now(),
    )  # fmt: skip
    page = render_to_string("components/tile.html", {"tile": tile})
    for part in ("NPS &lt;x&gt;", "+41", "±6", "1,412", "▲ 4", 'href="/surveys/?kind=nps"', "SELECT 1", "<polyline"):
        assert part in page
    assert "style=" not in page
    assert '<svg class="sparkline" viewBox="0 0 100 28"' in page


def test_a_chart_has_a_table_that_says_the_same() -> None:
    chart = Chart(
        code="nps", title="NPS", labels=["Jan", "Feb"], urls=["/a/", "/b/"],
        series=[Series(name="NPS</script>", values=[12, None], unit="number", low=[10, None], high=[14, None])],
    )  # fmt: skip
    assert [(row.label, row.words, row.url) for row in chart.rows] == [
        ("Jan", ["12 (10 – 14)"], "/a/"),
        ("Feb", ["–"], "/b/"),
    ]
    page = render_to_string("components/chart.html", {"chart": chart})
    assert page.count("</script>") == 1
    assert '<th scope="row"><a href="/a/">Jan</a></th>' in page


def test_a_heat_grid_is_a_table_of_classes() -> None:
    cell = HeatCell(words="12", level=5, context="3%", url="/customers/?r=5")
    heat = Heat(title="RFM", columns=["F1"], rows=[HeatRow(label="R5", cells=[cell])])
    page = render_to_string("components/heat.html", {"heat": heat})
    assert '<td class="heat-5"><a href="/customers/?r=5"><b>12</b><small>3%</small></a></td>' in page
    assert "style=" not in page


def test_entries_stand_under_their_days_in_the_readers_zone_and_system_events_fold() -> None:
    now = timezone.now()
    with timezone.override(zoneinfo.ZoneInfo("Asia/Shanghai")):
        midnight = timezone.localtime(now).replace(hour=0, minute=0, second=0, microsecond=0)
        entries = [
            Entry(at=midnight, sentence="early", icon="note"),
            Entry(at=midnight - dt.timedelta(seconds=1), sentence="late", icon="note"),
            *[
                Entry(at=midnight - dt.timedelta(hours=n), sentence="system", icon="note", system=True)
                for n in range(1, 6)
            ],
        ]
        days = by_day(entries)
    assert [day.label for day in days] == ["Today", "Yesterday"]
    assert [(len(day.entries), len(day.folded)) for day in days] == [(1, 0), (4, 2)]


@pytest.mark.parametrize(
    ("value", "currency", "english", "chinese"),
    [
        (Decimal("860000"), "CNY", "CN¥860,000", "¥860,000"),
        (Decimal("42500.5"), "EUR", "€42,500.50", "€42,500.50"),
        (Decimal("9.8000"), None, "€9.80", "€9.80"),
        (Decimal("-1200"), "USD", "-US$1,200", "-US$1,200"),
        (None, "EUR", "", ""),
    ],
)
def test_money_always_shows_its_currency(
    value: Decimal | None, currency: str | None, english: str, chinese: str
) -> None:
    assert formatting.money(value, currency) == english
    with translation.override("zh-hans"):
        assert formatting.money(value, currency) == chinese


def test_days_and_moments_read_as_in_the_language() -> None:
    day = dt.date(2020, 11, 30)
    assert formatting.date(day) == "30 Nov 2020"
    assert formatting.long_date(day) == "Monday, 30 November 2020"
    with translation.override("zh-hans"):
        assert formatting.date(day) == "2020年11月30日"
    hour = timezone.now() - dt.timedelta(hours=3, minutes=1)
    assert formatting.relative(hour) == "3 hours ago"
    with translation.override("zh-hans"):
        assert formatting.relative(hour) == "3小时前"
    assert formatting.relative(timezone.now()) == "just now"


def test_plain_figures_read_well_and_nothing_is_nothing() -> None:
    assert formatting.words(1234567, "number") == "1,234,567"
    assert formatting.words(Decimal("0.3127"), "percent") == "31.3%"
    assert formatting.words(2.345, "decimal") in ("2.34", "2.35")
    assert [formatting.words(None, kind) for kind in ("number", "money", "date", "moment", "text")] == [""] * 5


@pytest.mark.parametrize(
    ("code", "reader", "name"),
    [
        ("en", "en", "English"),
        ("de", "zh-hans", "德语"),
        ("zh-hans", "en", "Chinese (Simplified)"),
        ("pt-BR", "en", "Portuguese (Brazil)"),
        ("Klingon", "en", "Klingon"),
        ("../../x", "en", "../../x"),
        ("qq", "en", "qq"),
    ],
)
def test_a_language_has_a_name_and_what_is_none_stands_as_it_is(code: str, reader: str, name: str) -> None:
    with translation.override(reader):
        assert formatting.words(code, "language") == name
