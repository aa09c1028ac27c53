"""The rule builder in a real browser: from the list's filters and back, by mouse and by keyboard, on a phone too."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.conftest import Visit, look_up
from tests.chromium import DESKTOP, PHONE, axe_problems
from tests.conftest import Cast
from tests.factories import records

pytestmark = pytest.mark.browser


@pytest.fixture
def customers(cast: Cast) -> None:
    """Make a new customer with two orders, and a loyal one without any."""
    ada = records.CustomerFactory(name="Ada", stage="new", owner=cast.owner)
    records.CustomerFactory(name="Bob", stage="loyal", owner=cast.owner)
    records.OrderFactory(customer=ada)
    records.OrderFactory(customer=ada)


def choose(page: Page, label: str, option: str, nth: int = 0) -> None:
    """Choose an option and wait until the form has been drawn anew."""
    with page.expect_response(re.compile("/builder/")):
        page.get_by_label(label, exact=True).nth(nth).select_option(label=option)


def test_a_rule_is_built_in_a_dialog_and_narrows_the_list(cast: Cast, customers: None, page_of: Visit) -> None:
    page = page_of(cast.owner, "/customers/")
    page.locator("#add-filter").click()
    page.get_by_role("button", name="Advanced…").click()
    dialog = page.get_by_role("dialog", name="Advanced filter")
    expect(dialog).to_be_visible()
    choose(page, "What is compared", "Stage")
    dialog.get_by_label("Loyal", exact=True).check()
    expect(dialog.locator("#rule-figure")).to_have_text("1 meets the rule")
    expect(dialog.locator(".rule-sentence")).to_have_text("Customers whose stage is Loyal")
    with page.expect_response(re.compile("/builder/")):
        dialog.get_by_role("button", name="Condition", exact=True).click()
    expect(dialog.get_by_label("What is compared").nth(1)).to_be_focused()
    choose(page, "What is compared", "Orders", nth=1)
    choose(page, "How it is compared", "Is at most", nth=1)
    dialog.get_by_label("Value", exact=True).last.fill("many")
    expect(dialog.locator("#rule-0-1-errors")).to_contain_text("This is no number.")
    dialog.get_by_label("Value", exact=True).last.fill("0")
    expect(dialog.locator("#rule-figure")).to_have_text("1 meets the rule")
    assert axe_problems(page) == []
    dialog.get_by_role("button", name="Show in the list").click()
    expect(dialog).to_have_count(0)
    expect(page.locator("#chip-rule")).to_contain_text("stage is Loyal and no order")
    expect(page.get_by_role("link", name="Bob")).to_be_visible()
    expect(page.get_by_role("link", name="Ada")).to_have_count(0)
    assert "rule=" in page.url
    page.reload()
    expect(page.get_by_role("link", name="Bob")).to_be_visible()
    page.locator("#chip-rule").click()
    expect(page.get_by_role("link", name="Ada")).to_be_visible()


def test_the_keyboard_is_enough(cast: Cast, customers: None, page_of: Visit) -> None:
    page = page_of(cast.owner, "/rules/customer/try/")
    page.get_by_label("What is compared").focus()
    with page.expect_response(re.compile("/builder/")):
        # Slower than the server answers: the letters are one word all the same.
        page.keyboard.type("Name", delay=250)
        page.keyboard.press("Enter")
    # The form is drawn anew: only then is there a box for a text, and the focus where it was.
    expect(page.get_by_role("textbox", name="Value")).to_be_visible()
    expect(page.get_by_label("What is compared")).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.type("ada")
    page.keyboard.press("Enter")
    expect(page.locator("#rule-figure")).to_have_text("1 meets the rule")
    assert page.url.endswith("/rules/customer/try/")
    page.keyboard.press("Tab")
    with page.expect_response(re.compile("/builder/")):
        page.keyboard.press("Enter")
    expect(page.get_by_label("What is compared")).to_have_value("")


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_a_record_is_tried_against_the_rule(size: dict[str, int], cast: Cast, customers: None, page_of: Visit) -> None:
    page = page_of(cast.owner, "/rules/customer/try/", **size)
    choose(page, "What is compared", "Stage")
    page.get_by_label("New", exact=True).check()
    expect(look_up(page, "#record", "Bob")).to_have_text("Bob")
    page.keyboard.press("Enter")
    expect(page.locator(".rule-verdict")).to_contain_text("Bob does not meet the rule")
    expect(page.locator(".rule-actual")).to_have_text("here: Loyal")
    assert axe_problems(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.get_by_role("link", name="Show in the list").click()
    expect(page.locator("#chip-rule")).to_contain_text("stage is New")


def test_what_is_typed_while_the_form_is_drawn_anew_stays(cast: Cast, customers: None, page_of: Visit) -> None:
    page = page_of(cast.owner, "/rules/customer/try/")
    choose(page, "What is compared", "Name")
    held: list[Route] = []
    page.route(re.compile("/builder/"), lambda route: held.append(route), times=1)
    with page.expect_request(re.compile("/builder/")):
        page.get_by_role("button", name="Condition", exact=True).click()
    page.get_by_role("textbox", name="Value").fill("ada")
    held[0].continue_()
    expect(page.get_by_label("What is compared")).to_have_count(2)
    expect(page.get_by_role("textbox", name="Value")).to_have_value("ada")
