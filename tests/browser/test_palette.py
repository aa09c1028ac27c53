"""The palette by keyboard: quick typists, unfinished Chinese words, late answers, new tabs, what was opened last."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import BrowserContext, Locator, Page, Route, expect

from crm_site.pages.models import Visit
from customers.models import Customer
from customers.services import create_customer
from tests.browser.conftest import Visit as Open
from tests.chromium import DESKTOP, PHONE, Watch, axe_problems
from tests.conftest import Cast

pytestmark = pytest.mark.browser
SIZES = pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
ASKED = re.compile(r"/palette/\?q=")


@pytest.fixture
def customers(cast: Cast) -> dict[str, Customer]:
    """Return three customers of the owner."""
    names = ("张三丰", "Ada Lovelace", "Adam Ant")
    return {name: create_customer({"name": name, "country": "Here"}, cast.owner) for name in names}


def opened(page: Page) -> Locator:
    """Open the palette and return its box once the first answer is there."""
    page.keyboard.press("Control+k")
    expect(page.get_by_role("option").first).to_be_visible()
    box = page.get_by_role("combobox", name="Search or jump to")
    expect(box).to_be_focused()
    return box


@SIZES
def test_the_matched_part_is_marked_and_the_choice_is_told(
    size: dict[str, int], cast: Cast, customers: dict[str, Customer], page_of: Open
) -> None:
    page = page_of(cast.owner, "/", **size)
    box = opened(page)
    box.press_sequentially("lovel")
    option = page.get_by_role("option", name="Ada Lovelace")
    expect(option.locator("mark")).to_have_text("Lovel")
    expect(page.get_by_role("group", name="Customers")).to_be_visible()
    expect(box).to_have_attribute("aria-expanded", "true")
    expect(box).to_have_attribute("aria-activedescendant", str(option.get_attribute("id")))
    expect(page.locator("[data-palette-status]")).to_have_text("1 found")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert axe_problems(page) == []
    page.keyboard.press("Escape")
    expect(box).to_be_hidden()


def test_arrows_go_round_and_control_enter_opens_a_new_tab(
    cast: Cast, customers: dict[str, Customer], page_of: Open
) -> None:
    page = page_of(cast.owner, "/")
    box = opened(page)
    box.press_sequentially("ada")
    names = page.get_by_role("group", name="Customers").get_by_role("option")
    expect(names).to_have_count(2)
    first = page.get_by_role("option", selected=True).inner_text()
    page.keyboard.press("ArrowDown")
    second = page.get_by_role("option", selected=True).inner_text()
    assert first != second
    page.keyboard.press("ArrowUp")
    expect(page.get_by_role("option", selected=True)).to_contain_text(first.split("\n")[0])
    with page.context.expect_page() as tab:
        page.keyboard.press("Control+Enter")
    expect(tab.value.get_by_role("heading", level=1)).to_be_visible()
    assert page.url.endswith("/")
    tab.value.close()


def test_unfinished_chinese_words_are_not_searched_for(
    cast: Cast, customers: dict[str, Customer], page_of: Open
) -> None:
    page = page_of(cast.owner, "/")
    opened(page)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if ASKED.search(request.url) else None)
    keyboard = page.context.new_cdp_session(page)
    for letters in ("z", "zh", "zhang"):
        keyboard.send(
            "Input.imeSetComposition",
            {"text": letters, "selectionStart": len(letters), "selectionEnd": len(letters)},
        )
        page.wait_for_timeout(150)
    assert asked == []
    keyboard.send("Input.insertText", {"text": "张三"})
    expect(page.get_by_role("option", name="张三丰")).to_be_visible()
    assert len(asked) == 1


def test_an_answer_to_what_is_no_longer_asked_is_dropped(
    cast: Cast, customers: dict[str, Customer], page_of: Open, watched: tuple[BrowserContext, Watch]
) -> None:
    page = page_of(cast.owner, "/")
    box = opened(page)
    held: list[Route] = []
    page.route(re.compile(r"/palette/\?q=lov$"), lambda route: held.append(route))
    box.press_sequentially("lov", delay=5)
    page.wait_for_timeout(250)
    assert len(held) == 1
    box.fill("adam")
    expect(page.get_by_role("option", name="Adam Ant")).to_be_visible()
    held[0].fallback()
    page.wait_for_timeout(200)
    expect(page.get_by_role("option", name="Adam Ant")).to_be_visible()
    expect(page.get_by_role("option", name="Ada Lovelace")).to_have_count(0)
    # HTMX reports on the console that it gave the request up, which is what was asked of it.
    errors = watched[1].errors
    assert [words.partition(",")[0] for words in errors] == ["htmx:afterRequest", "htmx:sendAbort"]
    errors.clear()


def test_enter_before_the_answer_opens_what_was_typed(
    cast: Cast, customers: dict[str, Customer], page_of: Open
) -> None:
    page = page_of(cast.owner, "/")
    opened(page)
    page.keyboard.type("zsf")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="张三丰", level=1)).to_be_visible()


def test_what_was_opened_last_stands_there_at_once(cast: Cast, customers: dict[str, Customer], page_of: Open) -> None:
    with page_of(cast.owner, "/").expect_response("**/palette/visit/") as noted:
        page = page_of(cast.owner, customers["Ada Lovelace"].get_absolute_url())
    assert noted.value.status == 204
    page.goto(page.url.partition("/customers/")[0] + "/")
    opened(page)
    recent = page.get_by_role("group", name="Opened last").get_by_role("option")
    expect(recent).to_have_count(1)
    expect(recent).to_contain_text("Ada Lovelace")


@pytest.mark.parametrize("answer", ["refused", "lost", "signed out"])
def test_a_visit_that_cannot_be_noted_bothers_nobody(
    answer: str,
    cast: Cast,
    customers: dict[str, Customer],
    page_of: Open,
    watched: tuple[BrowserContext, Watch],
) -> None:
    page = page_of(cast.owner, "/")
    tried: list[str] = []

    def reply(route: Route) -> None:
        tried.append(route.request.method)
        if answer == "signed out":
            watched[0].clear_cookies()
            route.fallback()
        elif answer == "refused":
            route.fulfill(status=403)
        else:
            route.abort()

    page.route("**/palette/visit/", reply)
    page.goto(page.url.rstrip("/") + customers["Ada Lovelace"].get_absolute_url())
    page.wait_for_timeout(1_200)
    assert tried == ["POST"]
    expect(page.locator(".toast")).to_have_count(0)
    expect(page.get_by_role("heading", name="Ada Lovelace", level=1)).to_be_visible()
    assert watched[1].clean


def test_a_command_that_was_given_is_remembered(cast: Cast, page_of: Open) -> None:
    page = page_of(cast.owner, "/")
    box = opened(page)
    box.press_sequentially("preferen")
    expect(page.get_by_role("option", selected=True)).to_contain_text("Preferences")
    with page.expect_response("**/palette/visit/"):
        page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Preferences", level=1)).to_be_visible()
    assert Visit.objects.get(user=cast.owner).key in ("preferences", "today")
