"""A day's work in a real browser: find, sort, filter, open, change, note, order, import, leave."""

from __future__ import annotations

import re
from decimal import Decimal
from pathlib import Path

import pytest
from django.contrib.auth.hashers import make_password
from playwright.sync_api import BrowserContext, Page, Route, expect
from pytest_django.live_server_helper import LiveServer

from crm_site.imports.models import Import
from crm_site.jobs.running import run_job
from crm_site.staff.models import User
from customers.models import Activity, Customer
from customers.services import change_customer, create_customer
from sales.models import Order
from tests.browser.conftest import Visit, look_up
from tests.chromium import DESKTOP, PHONE
from tests.conftest import Cast
from tests.factories.records import ProductFactory
from tests.factories.staff import PASSWORD

pytestmark = pytest.mark.browser
SIZES = pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])


@pytest.fixture
def customers(cast: Cast) -> dict[str, Customer]:
    """Return customers with Latin and Chinese names, the owner's; one is a prospect."""
    facts = {
        "张伟": {"stage": "customer"},
        "Ada Lovelace": {"stage": "customer", "email": "ada@example.com"},
        "Bruno Meier": {"stage": "prospect"},
    }
    return {name: create_customer({"name": name, **extra}, cast.owner) for name, extra in facts.items()}


def names(page: Page) -> list[str]:
    """Return the names the list shows, in its order."""
    return [text.strip() for text in page.locator(".list-table tbody tr td.cell-title a").all_inner_texts()]


def search(page: Page, words: str, found: list[str]) -> None:
    """Type into the list's search box and wait for what it finds."""
    page.locator("#list-query").fill(words)
    expect(page.locator(".list-table tbody tr")).to_have_count(len(found))
    for name in found:
        expect(page.locator(".list-table tbody")).to_contain_text(name)


@SIZES
def test_from_sign_in_to_a_note(
    size: dict[str, int], cast: Cast, customers: dict[str, Customer], context: BrowserContext, live_server: LiveServer
) -> None:
    User.objects.filter(pk=cast.owner.pk).update(password=make_password(PASSWORD))
    page = context.pages[0]
    page.set_viewport_size(size)  # type: ignore[arg-type]  # width and height
    page.goto(f"{live_server.url}/customers/")
    page.locator("#id_login").fill(cast.owner.email)
    page.locator("#id_password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", name="Customers", level=1)).to_be_visible()

    for words in ("love", "张伟", "zhang wei", "ada@example"):
        search(page, words, ["张伟" if words in ("张伟", "zhang wei") else "Ada Lovelace"])
    search(page, "", ["Ada Lovelace", "Bruno Meier", "张伟"])
    # Pinyin decides where a Chinese name stands.
    assert [name.split("\n")[0] for name in names(page)] == ["Ada Lovelace", "Bruno Meier", "张伟"]
    if size is DESKTOP:
        page.locator("#sort-name").click()
        expect(page.locator("th[aria-sort=descending]")).to_contain_text("Name")
        assert names(page)[0].startswith("张伟")

    page.locator("#add-filter").click()
    page.locator("#filter-form").get_by_label("Prospect").check()
    page.locator("#filter-form").get_by_role("button", name="Show").click()
    expect(page.locator("#chip-stage")).to_contain_text("Prospect")
    expect(page.locator(".list-table tbody tr")).to_have_count(1)
    page.locator("#chip-stage").click()
    expect(page.locator(".list-table tbody tr")).to_have_count(3)
    page.go_back()
    expect(page.locator("#chip-stage")).to_contain_text("Prospect")
    expect(page.locator(".list-table tbody tr")).to_have_count(1)

    page.locator(".list-table tbody tr a").first.click()
    expect(page.get_by_role("heading", name="Bruno Meier", level=1)).to_be_visible()
    page.locator(".composer textarea[name=body]").fill("Wants a quote by Friday.")
    page.get_by_role("button", name="Add note").click()
    expect(page.locator(".timeline")).to_contain_text("Wants a quote by Friday.")
    assert Activity.objects.get(verb="customer.note").customer == customers["Bruno Meier"]


def test_an_inline_edit_meets_somebody_elses(cast: Cast, customers: dict[str, Customer], page_of: Visit) -> None:
    ada = customers["Ada Lovelace"]
    page = page_of(cast.owner, ada.get_absolute_url())
    page.locator("#edit-industry").click()
    page.locator("#fact-industry input[type=text]").fill("Poetry")
    page.locator("#fact-industry").get_by_role("button", name="Save").click()
    expect(page.locator("#fact-industry dd").first).to_have_text("Poetry")

    page.locator("#edit-industry").click()
    page.locator("#fact-industry input[type=text]").fill("Engines")
    stored = Customer.objects.get(pk=ada.pk)
    change_customer(stored, stored.version, {"industry": "Mathematics"}, cast.manager)
    page.locator("#fact-industry").get_by_role("button", name="Save").click()
    expect(page.get_by_role("alert")).to_contain_text("It now says: Mathematics")
    assert page.locator("#fact-industry input[type=text]").input_value() == "Engines"
    assert Customer.objects.get(pk=ada.pk).industry == "Mathematics"
    page.get_by_role("button", name="Save mine").click()
    expect(page.locator("#fact-industry dd").first).to_have_text("Engines")
    assert Customer.objects.get(pk=ada.pk).industry == "Engines"


@SIZES
def test_the_palette_finds_records_and_pages_by_keyboard(
    size: dict[str, int], cast: Cast, customers: dict[str, Customer], page_of: Visit
) -> None:
    page = page_of(cast.owner, "/", **size)
    page.keyboard.press("Control+k")
    box = page.get_by_role("combobox", name="Search or jump to")
    expect(box).to_be_focused()
    expect(page.get_by_role("option", name="Leads").first).to_be_visible()
    box.press_sequentially("zhang")
    expect(page.get_by_role("option", name="张伟")).to_be_visible()
    expect(page.get_by_role("option", selected=True)).to_contain_text("张伟")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="张伟", level=1)).to_be_visible()
    assert page.url.endswith(customers["张伟"].get_absolute_url())


def test_a_late_answer_of_a_picker_takes_nothing_away(cast: Cast, page_of: Visit) -> None:
    ProductFactory(name="Tea", sku="T-1")
    page = page_of(cast.owner, "/sales/orders/new/")
    held: list[Route] = []
    asked_on_focus = re.compile(r"/pick/products/\?q=$")
    page.route(asked_on_focus, lambda route: held.append(route))
    active = look_up(page, "#id_lines-0-product", "te")
    expect(active).to_have_text("Tea")
    with page.expect_response(asked_on_focus):
        held[0].continue_()
    page.wait_for_timeout(100)
    expect(active).to_have_text("Tea")


def test_a_picker_whose_words_are_taken_back_offers_all_again(cast: Cast, page_of: Visit) -> None:
    ProductFactory(name="Tea", sku="T-1")
    page = page_of(cast.owner, "/sales/orders/new/")
    look_up(page, "#id_lines-0-product", "xy")
    options = page.locator(".ts-dropdown:visible .option")
    expect(options.filter(has_text="Tea")).to_have_count(0)
    page.keyboard.press("Backspace")
    page.keyboard.press("Backspace")
    expect(options.filter(has_text="Tea")).to_have_count(1)


@SIZES
def test_a_new_order_with_picked_records_and_an_added_line(
    size: dict[str, int], cast: Cast, customers: dict[str, Customer], page_of: Visit
) -> None:
    ProductFactory(name="Tea", sku="T-1", unit_price=Decimal("3.3333"))
    page = page_of(cast.owner, "/sales/orders/new/", **size)

    def pick(near: str, words: str, name: str) -> None:
        # The first match is chosen already, though the empty choice stands above it.
        expect(look_up(page, near, words)).to_have_text(name)
        page.keyboard.press("Enter")

    pick("#id_customer", "love", "Ada Lovelace")
    pick("#id_lines-0-product", "te", "Tea")
    page.locator("#id_lines-0-quantity").fill("2")
    page.get_by_role("button", name="Add a line").click()
    page.locator("#id_lines-3-description").fill("Delivery")
    page.locator("#id_lines-3-unit_price").fill("5")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(re.compile(r"SO-\d{4}-\d+"))
    order = Order.objects.get()
    assert (order.customer, order.total) == (customers["Ada Lovelace"], Decimal("11.6666"))
    assert [line.description for line in order.lines.all()] == ["Tea", "Delivery"]
    expect(page.locator("table.data tbody tr")).to_have_count(2)


@SIZES
def test_a_file_is_uploaded_mapped_watched_and_its_failures_come_back(
    size: dict[str, int], cast: Cast, page_of: Visit, tmp_path: Path
) -> None:
    file = tmp_path / "people.csv"
    file.write_text("Number,Full name,Mail\n1,Ada,ada@example.com\n2,Bo,not a mail\n3,王伟国,w@example.com\n")
    page = page_of(cast.manager, "/imports/new/", **size)
    page.get_by_label("What the file holds").select_option("customers")
    page.get_by_label("File", exact=True).set_input_files(file)
    page.locator("main form button[type=submit]").click()
    page.get_by_label("Number", exact=True).select_option("reference")
    expect(page.locator("#preview")).to_contain_text("Reference")
    expect(page.locator("#preview")).to_contain_text("王伟国")
    page.get_by_role("button", name="Check the file").click()
    expect(page.locator(".page-summary")).to_contain_text("2 would be created")
    expect(page.locator("#bad")).to_contain_text("not a mail")
    page.locator(".steps a", has_text="Columns").click()
    expect(page.get_by_label("Number", exact=True)).to_have_value("reference")
    page.get_by_role("button", name="Check the file").click()
    page.get_by_role("button", name="Import 2 records").click()
    expect(page.locator("#id_leave_out")).to_be_focused()
    page.get_by_label("Leave out the 1 bad row").check()
    page.get_by_role("button", name="Import 2 records").click()
    expect(page.locator(".progress-box")).to_be_visible()
    assert Customer.objects.count() == 0
    run_job(Import.objects.get().run_id or 0)
    # The bar asks every second; at the end the page loads itself again.
    expect(page.get_by_role("heading", name="Row by row")).to_be_visible()
    assert sorted(Customer.objects.values_list("name", flat=True)) == ["Ada", "王伟国"]
    with page.expect_download() as download:
        page.get_by_role("link", name="Download the refused rows").click()
    failures = Path(download.value.path()).read_text(encoding="utf-8-sig")
    assert "not a mail" in failures
    assert failures.count("\n") == 2
    page.get_by_role("button", name="Undo the import").click()
    expect(page.locator(".toast")).to_contain_text("Undone")
    assert Customer.objects.count() == 0


@SIZES
def test_language_theme_and_the_way_out(size: dict[str, int], cast: Cast, page_of: Visit) -> None:
    page = page_of(cast.owner, "/preferences/", **size)
    page.locator("#id_language").select_option("zh-hans")
    page.locator("#id_theme").select_option("dark")
    page.locator("main form button[type=submit]").click()
    expect(page.locator("html")).to_have_attribute("lang", "zh-hans")
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    expect(page.get_by_role("heading", level=1)).to_have_text("偏好设置")
    dark = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert dark == "rgb(19, 20, 23)"
    page.reload()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    cast.owner.refresh_from_db()
    assert (cast.owner.language, cast.owner.theme) == ("zh-hans", "dark")

    page.goto(page.url.replace("/preferences/", "/accounts/logout/"))
    page.locator("main form button[type=submit]").first.click()
    page.goto(page.url.split("/accounts")[0] + "/customers/")
    expect(page).to_have_url(re.compile(r"/accounts/login/\?next="))
    # The door speaks the language of who went out.
    expect(page.locator("html")).to_have_attribute("lang", "zh-hans")


def test_lists_work_by_keyboard(cast: Cast, customers: dict[str, Customer], page_of: Visit) -> None:
    page = page_of(cast.owner, "/customers/")
    page.keyboard.press("j")
    page.keyboard.press("j")
    expect(page.locator("tr.cursor")).to_contain_text("Bruno Meier")
    page.keyboard.press("k")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Ada Lovelace", level=1)).to_be_visible()
    page.go_back()
    page.keyboard.press("/")
    expect(page.locator("#list-query")).to_be_focused()
    page.keyboard.press("Escape")
    page.locator("h1").click()
    page.keyboard.press("c")
    expect(page.get_by_role("heading", name="New customer")).to_be_visible()


@SIZES
def test_no_page_scrolls_sideways(
    size: dict[str, int], cast: Cast, customers: dict[str, Customer], page_of: Visit
) -> None:
    record = customers["张伟"].get_absolute_url()
    for path in (
        "/",
        "/customers/",
        record,
        f"{record}edit/",
        "/sales/orders/new/",
        "/analytics/",
        "/jobs/",
        "/imports/new/",
    ):
        page = page_of(cast.manager, path, **size)
        overhang = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert overhang == 0, path
