"""A segment in a real browser: made with a rule, shown with its customers, and asked why somebody is in it."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from crm_site.jobs.running import run_job
from crm_site.jobs.starting import start_job
from customers.models import Segment
from tests.browser.conftest import Visit, look_up
from tests.browser.test_rule_builder import choose
from tests.chromium import DESKTOP, PHONE, axe_problems
from tests.conftest import Cast
from tests.factories.records import CustomerFactory

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_a_segment_is_made_filled_and_explained(size: dict[str, int], cast: Cast, page_of: Visit) -> None:
    CustomerFactory(name="Ada", stage="new", owner=cast.owner)
    CustomerFactory(name="Bob", stage="loyal", owner=cast.owner)
    page = page_of(cast.owner, "/customers/segments/new/", **size)
    page.get_by_label("Name", exact=True).fill("Beginners")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Fill in the rule: it says who belongs to the segment.")).to_be_visible()
    expect(page.get_by_label("Name", exact=True)).to_have_value("Beginners")
    choose(page, "What is compared", "Stage")
    page.get_by_label("New", exact=True).check()
    expect(page.locator("#rule-figure")).to_have_text("1 meets the rule")
    assert axe_problems(page) == []
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("heading", name="Beginners", level=1)).to_be_visible()
    run_job(start_job("segments", {"segment": str(Segment.objects.get().pk)}, wake=False).pk)
    page.reload()
    expect(page.get_by_text("1 customer")).to_be_visible()
    expect(page.get_by_role("link", name="Ada New")).to_be_visible()
    expect(look_up(page, "#record", "Bob")).to_have_text("Bob")
    page.keyboard.press("Enter")
    expect(page.locator(".rule-verdict")).to_contain_text("Bob does not meet the rule")
    assert axe_problems(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_a_picked_segment_needs_no_rule(cast: Cast, page_of: Visit) -> None:
    page = page_of(cast.owner, "/customers/segments/new/")
    page.get_by_label("Kind", exact=True).select_option("static")
    expect(page.locator("#rule-form")).to_be_hidden()
    page.get_by_label("Name", exact=True).fill("Fair")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Select customers in their list")).to_be_visible()
