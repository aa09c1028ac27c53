"""Bell, mentions and following in a real browser: by keyboard, by touch, and in both themes."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page, expect
from pytest_django.fixtures import Settings

from crm_site.files.preparing import prepare_pending
from crm_site.notifications.models import Follow, Notification
from crm_site.staff.models import User
from customers.models import Activity, Customer
from customers.services import add_note
from tests.browser.conftest import Visit
from tests.chromium import DESKTOP, PHONE, Watch, axe_problems
from tests.conftest import Cast
from tests.factories.notifications import NotificationFactory, png
from tests.factories.records import CustomerFactory

pytestmark = pytest.mark.browser
PICTURES = os.environ.get("CRM_PICTURES", "")


@pytest.fixture
def customer(cast: Cast) -> Customer:
    """A customer of the owner's."""
    made: Customer = CustomerFactory(owner=cast.owner, name="Ada Lovelace")
    return made


def picture(page: Page, name: str) -> None:
    """Keep a picture where somebody wants to look at it."""
    if PICTURES:
        page.screenshot(path=str(Path(PICTURES) / f"{name}.png"))


def test_the_bell_counts_opens_and_leads_to_the_record(page_of: Visit, cast: Cast, customer: Customer) -> None:
    NotificationFactory.create_batch(4, recipient=cast.lead, kind="customer.noted", read_at=None)
    add_note(customer, f"@[{cast.lead.pk}] please look", cast.owner)
    page = page_of(cast.lead)
    bell = page.locator(".rail .bell")
    expect(bell.locator(".badge-count")).to_have_attribute("data-badge", "5")
    expect(bell.locator("summary")).to_have_attribute("aria-label", "Notifications: 5 new")
    bell.locator("summary").click()
    expect(bell.locator(".news-new")).to_have_count(5)
    expect(bell.locator(".badge-count")).to_be_hidden()
    assert axe_problems(page) == []
    picture(page, "bell")
    bell.get_by_role("button", name="Mark all as read").click()
    expect(bell.locator(".news-new")).to_have_count(0)
    bell.get_by_text("Olga Owner mentioned you on Ada Lovelace").click()
    expect(page.locator("h1")).to_have_text("Ada Lovelace")
    expect(page.locator(".mention")).to_have_text("@Lena Lead")


def test_a_count_that_was_just_asked_for_is_not_asked_again(page_of: Visit, cast: Cast) -> None:
    NotificationFactory(recipient=cast.owner)
    page = page_of(cast.owner)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if "/waiting/" in request.url else None)
    page.goto(page.url)
    expect(page.locator(".rail .badge-count")).to_have_attribute("data-badge", "1")
    assert asked == []


def test_somebody_is_mentioned_by_keyboard_and_the_server_gets_a_key(
    page_of: Visit, cast: Cast, customer: Customer
) -> None:
    page = page_of(cast.owner, customer.get_absolute_url())
    box = page.locator("textarea[name=body]")
    box.press_sequentially("Hello @len")
    option = page.get_by_role("option", name="Lena Lead")
    expect(page.locator(".mention-list li")).to_have_count(1)
    expect(box).to_have_attribute("aria-activedescendant", option.get_attribute("id") or "?")
    assert axe_problems(page) == []
    picture(page, "mention-picker")
    box.press("Enter")
    expect(box).to_have_value("Hello @Lena Lead ")
    box.press_sequentially("please call, mail to a@len.example")
    expect(page.locator(".mention-list li")).to_have_count(0)
    page.get_by_role("button", name="Add note").click()
    expect(page.locator(".mention")).to_have_text("@Lena Lead")
    note = Activity.objects.get(verb="customer.note")
    assert note.body == f"Hello @[{cast.lead.pk}] please call, mail to a@len.example"
    assert Notification.objects.get().recipient == cast.lead


def test_the_form_says_whom_a_mention_would_not_reach_and_shows_names_again(
    page_of: Visit, cast: Cast, customer: Customer, watched: tuple[BrowserContext, Watch]
) -> None:
    page = page_of(cast.owner, customer.get_absolute_url(), **PHONE)
    box = page.locator("textarea[name=body]")
    box.press_sequentially("@osk")
    page.get_by_role("option", name="Oskar Outsider").click()
    page.get_by_role("button", name="Add note").click()
    expect(page.locator(".composer .error").first).to_contain_text("Oskar Outsider can't see this record")
    expect(page.locator("textarea[name=body]")).to_have_value("@Oskar Outsider ")
    assert axe_problems(page) == []
    picture(page, "mention-refused-phone")
    page.locator("textarea[name=body]").fill("")
    page.locator("textarea[name=body]").press_sequentially("Better: @le")
    expect(page.get_by_role("option", name="Lena Lead")).to_be_visible()
    picture(page, "mention-picker-phone")
    page.locator("textarea[name=body]").press("Escape")
    expect(page.locator(".mention-list li")).to_have_count(0)
    assert not Activity.objects.exists()
    # HTMX says on the console that a form was refused.
    assert [error for error in watched[1].errors if "Code 422" not in error] == []
    watched[1].errors.clear()


def test_following_is_one_click(page_of: Visit, cast: Cast, customer: Customer) -> None:
    page = page_of(cast.lead, customer.get_absolute_url())
    page.get_by_role("button", name="Follow", exact=True).click()
    expect(page.get_by_role("button", name="Unfollow")).to_be_visible()
    assert Follow.objects.get().user == cast.lead
    picture(page, "follow")


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_pages_of_notifications_are_accessible(
    theme: str, size: dict[str, int], page_of: Visit, cast: Cast, settings: Settings
) -> None:
    User.objects.filter(pk=cast.owner.pk).update(theme=theme)
    NotificationFactory.create_batch(3, recipient=cast.owner)
    NotificationFactory(recipient=cast.owner, words={"by": "王伟", "customer": "A very long name of a company " * 4})
    for name, path in (("list", "/notifications/"), ("preferences", "/notifications/preferences/")):
        page = page_of(cast.owner, path, **size)
        expect(page.locator("[data-bell]:visible .badge-count")).to_have_attribute("data-badge", "4")
        assert axe_problems(page) == []
        picture(page, f"{name}-{theme}-{size['width']}")
    if size == DESKTOP:
        page.locator(".rail .bell summary").click()
        expect(page.locator(".rail .news")).to_have_count(4)
        picture(page, f"bell-{theme}")


def test_files_come_by_dialog_by_drop_and_with_a_note(
    page_of: Visit, cast: Cast, customer: Customer, tmp_path: Path
) -> None:
    kept = tmp_path / "photo.png"
    kept.write_bytes(png(640, 400))
    page = page_of(cast.owner, customer.get_absolute_url())
    card = page.locator(".files")
    card.locator("input[type=file]").set_input_files(str(kept))
    expect(card.locator(".file")).to_have_count(1)
    prepare_pending()
    drop = """form => {
        const data = new DataTransfer();
        data.items.add(new File(["<script>alert(1)</script>"], "<b>报价.html", {type: "text/html"}));
        form.dispatchEvent(new DragEvent("drop", {dataTransfer: data, bubbles: true, cancelable: true}));
    }"""
    card.locator("form[data-drop]").evaluate(drop)
    expect(card.locator(".file")).to_have_count(2)
    expect(card.locator("img.file-picture")).to_have_count(1)
    with page.expect_download() as download:
        card.get_by_role("link", name="_b_报价.html").click()
    assert download.value.suggested_filename == "_b_报价.html"
    page.locator(".composer input[type=file]").set_input_files(str(kept))
    expect(page.locator("[data-file-names]")).to_have_text("photo.png")
    page.locator("textarea[name=body]").fill("A picture of it.")
    page.get_by_role("button", name="Add note").click()
    expect(page.locator(".timeline .file")).to_contain_text("photo.png")
    card.get_by_role("button", name="Remove “_b_报价.html”").click()
    expect(card.locator(".file-removed")).to_contain_text("“_b_报价.html” was removed.")
    assert axe_problems(page) == []
    page.locator(".files").scroll_into_view_if_needed()
    picture(page, "files")
    card.get_by_role("button", name="Undo").click()
    expect(card.get_by_role("link", name="_b_报价.html")).to_be_visible()
    page.set_viewport_size(PHONE)  # type: ignore[arg-type]  # width and height
    page.get_by_role("tab", name="Timeline").click()
    assert axe_problems(page) == []
    picture(page, "files-phone")
