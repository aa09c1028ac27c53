"""Dashboards in a browser: ranges, definitions, and a click on a figure that opens exactly its rows."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from crm_site.demo.loading import load_demo
from crm_site.staff.models import User
from tests.browser.conftest import Visit
from tests.chromium import DESKTOP, PHONE, axe_problems
from tests.conftest import Cast

pytestmark = pytest.mark.browser


@pytest.fixture
def manager(cast: Cast) -> User:
    """Return the manager of a company with two years of history, as of yesterday."""
    load_demo("S", day=timezone.localdate() - dt.timedelta(days=1), say=lambda words: None)
    return cast.manager


def figure(text: str) -> int:
    """Return the whole number in a text such as `1,234 customers`."""
    found = re.search(r"[\d,]+", text)
    assert found, text
    return int(found[0].replace(",", ""))


def samples(page: Page) -> dict[str, tuple[int, str]]:
    """Return the sample size and the address of the rows of every tile that has both."""
    tiles = page.locator(".tile:has(.n):has(a.tile-link)")
    return {
        tile.locator("a.tile-link").inner_text(): (
            figure(tile.locator(".n").inner_text()),
            tile.locator("a.tile-link").get_attribute("href") or "",
        )
        for tile in tiles.all()
    }


def test_ranges_definitions_rows_and_charts(manager: User, page_of: Visit) -> None:
    page = page_of(manager, "/analytics/")
    expect(page.locator("#figures svg").first).to_be_visible()
    whole = samples(page)
    assert len(whole) >= 5
    page.get_by_role("radio", name="This month").check(force=True)
    expect(page).to_have_url(re.compile("range=month"))
    expect(page.locator("#figures[aria-busy]")).to_have_count(0)
    expect(page.locator(".tile .n").first).not_to_contain_text(f"{next(iter(whole.values()))[0]:,}")
    assert samples(page) != whole
    page.go_back()
    expect(page.locator(".tile .n").first).to_contain_text(f"{next(iter(whole.values()))[0]:,}")
    assert samples(page) == whole

    info = page.locator(".tile-info").first
    info.click()
    definition = page.locator(".definition:popover-open")
    expect(definition).to_be_visible()
    assert len(definition.locator("p").inner_text()) > 20
    expect(definition.locator("dt").first).to_have_text("As of")
    page.keyboard.press("Escape")
    expect(definition).to_have_count(0)

    page.locator(".chart-twin summary").first.click()
    assert page.locator(".chart-twin[open] tbody tr").count() >= 12


@pytest.mark.parametrize("path", ["/analytics/", "/analytics/customer-value/"])
def test_every_figure_opens_as_many_rows_as_it_counts(path: str, manager: User, page_of: Visit) -> None:
    page = page_of(manager, path)
    counted = samples(page)
    assert len(counted) >= 3
    opened = {}
    for name, (_n, address) in counted.items():
        page.goto(page.url.split("/", 3)[0] + "//" + page.url.split("/", 3)[2] + address)
        opened[name] = figure(page.locator("#list-region .page-summary b").first.inner_text())
    assert opened == {name: n for name, (n, _address) in counted.items()}


def test_every_cell_and_segment_opens_its_customers(manager: User, page_of: Visit) -> None:
    page = page_of(manager, "/analytics/customer-value/")
    cells = {
        cell.get_attribute("href") or "": figure(cell.locator("b").inner_text())
        for cell in page.locator("table.heat td a").all()
    }
    assert len(cells) >= 10
    origin = page.url.split("/analytics")[0]
    for address, count in list(cells.items())[::6]:
        page.goto(origin + address)
        assert figure(page.locator("#list-region .page-summary b").first.inner_text()) == count


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_dashboards_are_accessible_with_figures(size: dict[str, int], manager: User, page_of: Visit) -> None:
    for path in ("/analytics/", "/analytics/customer-value/"):
        page = page_of(manager, path, **size)
        expect(page.locator(".chart-canvas svg").first).to_be_visible()
        assert axe_problems(page) == []
        assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") == 0
