"""Business calendars and assignment in a real browser: set up with the mouse, the keyboard and on a phone."""

from __future__ import annotations

import datetime as dt

import pytest
from playwright.sync_api import Page, expect

from crm_site.assignment.kinds import AssignmentKind
from crm_site.assignment.models import Absence, AssignmentRule
from crm_site.calendars.models import BusinessCalendar
from tests.browser.conftest import Visit
from tests.browser.test_rule_builder import choose
from tests.chromium import DESKTOP, PHONE, axe_problems
from tests.conftest import Cast
from tests.crm_site.assignment.conftest import KIND, ticklets  # noqa: F401 - a fixture
from tests.factories.records import CustomerFactory
from tests.factories.worktime import AssignmentRuleFactory, CalendarExceptionFactory

pytestmark = pytest.mark.browser
SIZES = pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])


def sound(page: Page) -> None:
    """Assert that a page is accessible and as wide as its window."""
    assert axe_problems(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


@SIZES
def test_a_calendar_is_set_up_with_its_week(size: dict[str, int], cast: Cast, page_of: Visit) -> None:
    page = page_of(cast.admin, "/calendars/new/", **size)
    page.get_by_label("Name", exact=True).fill("Shanghai")
    page.get_by_label("Public holidays of").select_option("CN")
    page.get_by_label("Monday: closes").first.fill("08:00")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Monday: it closes before it opens.")).to_be_visible()
    sound(page)
    page.get_by_label("Monday: closes").first.fill("12:00")
    page.get_by_label("Monday: opens").nth(1).fill("13:30")
    page.get_by_label("Monday: closes").nth(1).fill("18:00")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("heading", name="Exceptions")).to_be_visible()
    made = BusinessCalendar.objects.get(name="Shanghai")
    assert [str(one) for one in made.hours.filter(weekday=0)] == ["Monday 09:00–12:00", "Monday 13:30–18:00"]
    CalendarExceptionFactory(calendar=made)
    page.goto(page.url)
    expect(page.get_by_role("link", name="24 Dec · Christmas Eve")).to_be_visible()
    sound(page)


@SIZES
def test_a_rule_is_built_with_people_and_a_condition(
    size: dict[str, int],
    cast: Cast,
    page_of: Visit,
    ticklets: AssignmentKind,  # noqa: F811
) -> None:
    CustomerFactory(stage="new", owner=cast.owner)
    page = page_of(cast.admin, f"/assignment/{KIND}/rules/new/", **size)
    page.get_by_label("Name", exact=True).fill("Newcomers")
    page.get_by_label("Chooses").select_option("weighted")
    page.get_by_label("Olga Owner", exact=True).check()
    page.get_by_label("Weight of Olga Owner").fill("3")
    choose(page, "What is compared", "Stage")
    page.get_by_label("New", exact=True).check()
    expect(page.locator("#rule-figure")).to_have_text("1 meets the rule")
    sound(page)
    # Whatever no earlier rule takes needs no condition: the builder makes room.
    page.get_by_label("Fits").select_option("everything")
    expect(page.locator("#rule-form")).to_be_hidden()
    page.get_by_label("Fits").select_option("condition")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("link", name="Newcomers stage")).to_be_visible()
    rule = AssignmentRule.objects.get()
    assert rule.condition == {"version": 1, "root": {"all": [{"field": "stage", "op": "in", "value": ["new"]}]}}
    assert list(rule.memberships.values_list("user", "weight")) == [(cast.owner.pk, 3)]
    sound(page)


def test_rules_are_dragged_into_order(cast: Cast, page_of: Visit, ticklets: AssignmentKind) -> None:  # noqa: F811
    for name in ("One", "Two", "Three"):
        AssignmentRuleFactory(name=name)
    page = page_of(cast.admin, "/assignment/")
    lines = page.locator("[data-ordered] > li")
    expect(lines.first.get_by_role("button", name="Move One up")).to_be_disabled()
    with page.expect_response("**/rules/order/"):
        lines.nth(2).locator(".grip").drag_to(lines.first.locator(".grip"), target_position={"x": 4, "y": 1})
    expect(lines.first).to_contain_text("Three")
    expect(lines.first.get_by_role("button", name="Move Three up")).to_be_disabled()
    expect(page.get_by_role("button", name="Move One up")).to_be_enabled()
    names = AssignmentRule.objects.order_by("position").values_list("name", flat=True)
    assert list(names) == ["Three", "One", "Two"]


def test_somebody_enters_their_absence_on_a_phone(cast: Cast, page_of: Visit) -> None:
    page = page_of(cast.owner, "/preferences/", **PHONE)
    page.get_by_role("link", name="Absences").click()
    sound(page)
    page.get_by_role("link", name="New absence").click()
    first = dt.date(2099, 7, 1)
    page.get_by_label("First day").fill(first.isoformat())
    page.get_by_label("Last day").fill((first + dt.timedelta(days=9)).isoformat())
    sound(page)
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("The absence was saved.")).to_be_visible()
    assert Absence.objects.get().user == cast.owner
