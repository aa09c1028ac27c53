"""Lists in a browser: select and change many, change a cell, choose columns, move a card, work a queue."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from crm_site.pages.models import ListPreference, SavedView
from customers.models import Customer
from tests.browser.conftest import Visit
from tests.chromium import DESKTOP, PHONE, axe_problems
from tests.conftest import Cast
from tests.factories.records import CustomerFactory

pytestmark = pytest.mark.browser
SIZES = pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])


@pytest.fixture
def five(cast: Cast) -> list[Customer]:
    """Five prospects of the owner's, and one of a teammate's that a lead may see and not change."""
    return [CustomerFactory(owner=cast.owner, name=f"Customer {letter}") for letter in "ABCDE"]


def names(page: Page) -> list[str]:
    """Return the heads of the columns that show."""
    return [cell.inner_text().strip() for cell in page.locator(".list-table thead th[data-column]").all()]


@SIZES
def test_many_are_selected_changed_and_put_back(
    size: dict[str, int], cast: Cast, five: list[Customer], page_of: Visit
) -> None:
    page = page_of(cast.owner, "/customers/", **size)
    boxes = page.locator('.list-table input[name="pk"]')
    boxes.nth(0).check(force=True)
    boxes.nth(2).click(modifiers=["Shift"], force=True)
    expect(page.locator("[data-selected]")).to_have_text("3 selected")
    page.locator("#bulk-edit").click()
    expect(page.locator("#list-dialog")).to_be_visible()
    page.locator("#bulk-field").select_option("industry")
    page.locator("#bulk-value[type=text]").fill("Retail")
    page.get_by_role("button", name="Preview").click()
    expect(page.locator(".bulk-preview")).to_contain_text("3 of 3 can be changed.")
    assert axe_problems(page) == []
    page.get_by_role("button", name="Change 3 records").click()
    expect(page.locator("#list-dialog")).to_be_hidden()
    expect(page.locator(".toast")).to_contain_text("Changed: 3 customers")
    assert Customer.objects.filter(industry="Retail").count() == 3
    page.locator(".toast").get_by_role("button", name="Undo").click()
    expect(page.locator(".toast")).to_contain_text("Undone")
    assert Customer.objects.filter(industry="Retail").count() == 0


def test_a_cell_is_changed_by_keyboard(cast: Cast, five: list[Customer], page_of: Visit) -> None:
    page = page_of(cast.owner, "/customers/?cols=name,stage,industry,country")
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("e")
    stage = page.locator('.cell-form select[name="stage"]')
    expect(stage).to_be_focused()
    stage.select_option("loyal")
    expect(page.locator("tr.cursor td[data-edit=stage]")).to_have_text("Loyal")
    expect(page.locator("tr.cursor td[data-edit=stage]")).to_be_focused()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    expect(page.locator('.cell-form input[name="industry"]')).to_be_focused()
    page.keyboard.type("Toys")
    page.keyboard.press("Tab")
    expect(page.locator('.cell-form input[name="country"]')).to_be_focused()
    expect(page.locator("tr.cursor td[data-edit=industry]")).to_have_text("Toys")
    page.keyboard.type("Nowhere")
    page.keyboard.press("Escape")
    expect(page.locator(".cell-form")).to_have_count(0)
    expect(page.locator("tr.cursor td[data-edit=country]")).to_be_focused()
    five[1].refresh_from_db()
    assert (five[1].stage, five[1].industry, five[1].country) == ("loyal", "Toys", "")
    page.keyboard.press("j")
    expect(page.locator("tr.cursor")).to_contain_text("Customer C")


def test_somebody_else_was_quicker(cast: Cast, five: list[Customer], page_of: Visit) -> None:
    page = page_of(cast.owner, "/customers/?cols=name,industry")
    page.locator("td[data-edit=industry]").first.dblclick()
    expect(page.locator('.cell-form input[name="industry"]')).to_be_focused()
    Customer.objects.filter(pk=five[0].pk).update(industry="Theirs", version=2)
    page.keyboard.type("Mine")
    page.keyboard.press("Enter")
    expect(page.locator(".fact-clash")).to_contain_text("Theirs")
    expect(page.locator('.cell-form input[name="industry"]')).to_have_value("Mine")
    page.get_by_role("button", name="Save mine").click()
    expect(page.locator("td[data-edit=industry]").first).to_have_text("Mine")


def test_columns_are_chosen_ordered_made_wider_and_kept_as_a_view(
    cast: Cast, five: list[Customer], page_of: Visit
) -> None:
    page = page_of(cast.owner, "/customers/")
    page.locator("#choose-columns").click()
    country = page.locator(".column-choices li", has_text="Country")
    country.locator("input").check()
    page.locator(".column-choices li", has_text="RFM segment").locator("input").uncheck()
    country.locator("input").focus()
    for _ in range(20):
        page.keyboard.press("Alt+ArrowUp")
    expect(page.locator("#list-said")).to_contain_text("Country: place 1")
    page.keyboard.press("Alt+ArrowDown")
    expect(country.locator("input")).to_be_focused()
    page.get_by_role("button", name="Show", exact=True).click()
    expect(page.locator("#list-dialog")).to_be_hidden()
    expect(page).to_have_url(re.compile("cols=name%2Ccountry%2Cstage"))
    assert names(page)[:3] == ["Name", "Country", "Stage"]
    assert "RFM segment" not in names(page)

    edge = page.get_by_role("separator", name="Width of Country")
    before = page.locator("th[data-column=country]").bounding_box()
    edge.focus()
    for _ in range(2):
        with page.expect_response("**/widths/"):
            page.keyboard.press("ArrowRight")
    expect(page.locator("table.sized")).to_be_visible()
    assert before
    wide = page.locator("col[data-column=country]").get_attribute("width")
    assert abs(int(wide or 0) - before["width"] - 32) <= 2
    kept = ListPreference.objects.get(user=cast.owner).widths["country"]
    assert str(kept) == wide
    page.reload()
    expect(page.locator("col[data-column=country]")).to_have_attribute("width", str(kept))

    page.locator("#view-save").click()
    page.get_by_label("Name", exact=True).fill("With countries")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator(".tab[aria-current]")).to_have_text("With countries")
    view = SavedView.objects.get()
    expect(page).to_have_url(re.compile(f"view={view.pk}"))
    expect(page.locator("#view-save")).to_have_count(0)
    page.locator(".tab", has_text="All").click()
    expect(page.locator(".tab[aria-current]")).to_have_text("All")
    page.go_back()
    expect(page.locator(".tab[aria-current]")).to_have_text("With countries")
    page.locator("#view-edit").click()
    page.get_by_role("button", name="Delete").click()
    expect(page.locator(".toast")).to_contain_text("was deleted")
    page.locator(".toast").get_by_role("button", name="Undo").click()
    expect(page.locator(".tab[aria-current]")).to_have_text("With countries")


@SIZES
def test_cards_move_by_keyboard_menu_and_mouse(
    size: dict[str, int], cast: Cast, five: list[Customer], page_of: Visit
) -> None:
    page = page_of(cast.owner, "/customers/?as=board", **size)
    prospects, new = page.locator('[data-lane="prospect"]'), page.locator('[data-lane="new"]')
    expect(prospects.locator(".count")).to_have_text("5")
    page.get_by_role("link", name="Customer A").focus()
    page.keyboard.press("Shift+ArrowRight")
    expect(new.locator(".board-card")).to_have_count(1)
    expect(new.locator(".count")).to_have_text("1")
    expect(prospects.locator(".count")).to_have_text("4")
    expect(page.get_by_role("link", name="Customer A")).to_be_focused()
    expect(page.locator("#list-said")).to_have_text("Customer A: moved to New")
    page.keyboard.press("m")
    page.locator("#lane-menu [data-to=loyal]").click()
    expect(page.locator('[data-lane="loyal"] .board-card')).to_have_count(1)
    expect(page.locator('[data-lane="loyal"] .count')).to_have_text("1")
    five[0].refresh_from_db()
    assert (five[0].stage, five[0].version) == ("loyal", 3)
    # An outdated card goes back to where it was.
    Customer.objects.filter(pk=five[1].pk).update(version=9)
    page.get_by_role("link", name="Customer B").focus()
    page.keyboard.press("Shift+ArrowRight")
    expect(page.locator(".toast-error")).to_contain_text("Somebody else changed")
    expect(prospects.get_by_role("link", name="Customer B")).to_be_focused()
    if size is DESKTOP:
        card, to = page.locator(f"#card-{five[2].pk} .card-cells"), new.locator(".lane-cards")
        card.drag_to(to)
        expect(new.get_by_role("link", name="Customer C")).to_be_visible()
        expect(new.locator(".count")).to_have_text("1")
        five[2].refresh_from_db()
        assert five[2].stage == "new"
    assert axe_problems(page) == []


@SIZES
def test_a_queue_is_worked_to_its_end(size: dict[str, int], cast: Cast, five: list[Customer], page_of: Visit) -> None:
    page = page_of(cast.owner, "/customers/", **size)
    page.locator("#list-more").click()
    page.get_by_role("button", name="Work through").click()
    expect(page.locator(".queue-place")).to_have_text("1 of 5")
    page.keyboard.press("j")
    expect(page.locator(".queue-place")).to_have_text("2 of 5")
    expect(page.get_by_role("heading", name="Customer B", level=1)).to_be_visible()
    page.locator("#stream textarea").fill("jk and Enter are only words here")
    page.get_by_role("button", name="Add note").click()
    expect(page.locator(".timeline")).to_contain_text("only words here")
    page.locator("h1").click()
    page.keyboard.press("k")
    expect(page.locator(".queue-place")).to_have_text("1 of 5")
    assert axe_problems(page) == []
    for _ in range(4):
        place = page.locator(".queue-place").inner_text()
        page.keyboard.press("Enter")
        expect(page.locator(".queue-place")).not_to_have_text(place)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="You have worked through all of it.")).to_be_visible()
    assert axe_problems(page) == []


@pytest.mark.parametrize(("size", "theme"), [(DESKTOP, "dark"), (PHONE, "light")], ids=["dark", "phone"])
def test_boards_calendars_and_dialogs_have_no_barrier(
    size: dict[str, int], theme: str, cast: Cast, five: list[Customer], page_of: Visit
) -> None:
    cast.owner.theme = theme
    cast.owner.save()
    for path in ("/customers/?as=board", "/customers/?as=calendar", "/sales/orders/?as=calendar", "/customers/"):
        page = page_of(cast.owner, path, **size)
        assert axe_problems(page) == [], path
        overhang = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert overhang == 0, path
    page.locator("#select-page").check(force=True) if size is DESKTOP else page.locator("[name=pk]").first.check(
        force=True
    )
    assert axe_problems(page) == []
    page.locator("#choose-columns").click()
    expect(page.locator(".column-choices")).to_be_visible()
    assert axe_problems(page) == []
