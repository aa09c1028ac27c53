"""The timeline in a real browser: composer, filters, answers, three taps on a phone, and hostile words everywhere."""

from __future__ import annotations

import datetime as dt
import os
from pathlib import Path

import pytest
from django.utils import timezone
from playwright.sync_api import BrowserContext, FilePayload, Page, expect

from crm_site.files.models import Attachment
from crm_site.staff.models import User
from customers.models import Activity, Customer, Task
from customers.services import answer_entry, log_interaction
from tests.browser.conftest import Visit, look_up
from tests.browser.test_hostile_content import CORPUS, intruders, settle
from tests.chromium import DESKTOP, PHONE, Watch, axe_problems
from tests.conftest import Cast
from tests.factories.notifications import png
from tests.factories.records import ActivityFactory, CustomerFactory

pytestmark = pytest.mark.browser
PICTURES = os.environ.get("CRM_PICTURES", "")


@pytest.fixture
def firm(cast: Cast) -> Customer:
    """An organisation of the owner's with two people."""
    made: Customer = CustomerFactory(owner=cast.owner, kind="organisation", name="Ada & Co.")
    for name in ("Ada Lovelace", "王小明"):
        CustomerFactory(owner=cast.owner, organisation=made, name=name)
    return made


def picture(page: Page, name: str) -> None:
    """Keep a picture where somebody wants to look at it."""
    if PICTURES:
        page.screenshot(path=str(Path(PICTURES) / f"{name}.png"), full_page=True)


def choose(page: Page, kind: str) -> None:
    """Choose what to write down."""
    page.locator(f".composer label:has([name=kind][value={kind}])").click()


def fits(page: Page) -> bool:
    """Tell whether nothing stands out sideways."""
    return bool(page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth"))


@pytest.mark.parametrize("language", ["en", "zh-hans"])
@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_every_kind_is_written_changed_and_deleted(
    language: str, size: dict[str, int], page_of: Visit, cast: Cast, firm: Customer
) -> None:
    User.objects.filter(pk=cast.owner.pk).update(language=language)
    page = page_of(cast.owner, firm.get_absolute_url(), **size)
    box, send = page.locator(".composer textarea[name=body]"), page.locator(".composer button[type=submit]")
    box.fill("What was typed stays when the kind changes.")
    choose(page, "call")
    expect(page.locator(".composer [name=outcome]")).to_be_visible()
    expect(page.locator(".composer [name=title]")).to_be_hidden()
    page.locator(".composer [name=outcome]").select_option("message")
    picture(page, f"composer-call-{language}-{size['width']}")
    assert axe_problems(page) == []
    assert fits(page)
    send.click()
    expect(page.locator(".timeline .entry-body").first).to_have_text("What was typed stays when the kind changes.")
    choose(page, "mail")
    page.locator(".composer [name=title]").fill("Terms")
    page.locator(".composer label:has([name=direction][value=in])").click()
    page.locator(".composer textarea[name=body]").fill("<b>Dear all</b>")
    send.click()
    expect(page.locator(".timeline .entry-title")).to_have_text("Terms")
    choose(page, "meeting")
    page.locator(".composer [name=minutes]").fill("45")
    page.locator(".composer [name=place]").fill("展会")
    picture(page, f"composer-meeting-{language}-{size['width']}")
    assert fits(page)
    send.click()
    expect(page.locator(".timeline .entry-details").first).to_contain_text("展会")
    told = Activity.objects.order_by("pk").values_list("verb", "direction", "outcome", "minutes")
    assert list(told) == [
        ("customer.call", "out", "message", None), ("customer.mail", "in", "", None), ("customer.meeting", "", "", 45),
    ]  # fmt: skip
    entry = page.locator(f"#entry-{Activity.objects.get(verb='customer.mail').pk}")
    entry.hover()
    entry.locator("[hx-get$='/edit/']").click()
    entry.locator("textarea").fill("Dear everybody")
    assert axe_problems(page) == []
    entry.locator("button[type=submit]").click()
    expect(entry.locator(".entry-body")).to_have_text("Dear everybody")
    entry.locator(".entry-versions summary").click()
    expect(entry.locator(".version-list del")).to_have_text("<b>Dear all</b>")
    entry.locator("[hx-post$='/delete/']").click()
    expect(entry).to_have_count(0)
    picture(page, f"entry-deleted-{language}-{size['width']}")
    page.locator(".toast form button").click()
    expect(page.locator(".timeline .entry-title")).to_have_text("Terms")


def test_filters_stand_in_the_address_and_the_focus_stays(page_of: Visit, cast: Cast, firm: Customer) -> None:
    log_interaction(firm, "call", {"outcome": "reached", "body": "By phone."}, cast.owner)
    log_interaction(firm.members.all()[0], "mail", {"title": "To a person"}, cast.owner)
    page = page_of(cast.owner, firm.get_absolute_url())
    page.locator(".stream-filter [name=show][value='']").focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    expect(page.locator(".timeline .entry")).to_have_count(1)
    expect(page).to_have_url(f"{page.url.partition('?')[0]}?show=call")
    assert page.evaluate("document.activeElement.value") == "call"
    page.reload()
    expect(page.locator(".timeline .entry")).to_have_count(1)
    expect(page.locator(".stream-filter [name=show][value=call]")).to_be_checked()
    page.locator(".stream-all").click()
    expect(page.locator(".timeline .entry")).to_have_count(2)
    page.locator(".stream-filter [name=alone]").check()
    expect(page.locator(".timeline .entry")).to_have_count(1)
    picture(page, "stream-filters")
    page.locator(".stream-more summary").click()
    option = look_up(page, "#stream-by", "lena")
    expect(option).to_contain_text("Lena Lead")
    option.click()
    expect(page.locator(".timeline .entry")).to_have_count(0)
    expect(page).to_have_url(f"{page.url.partition('?')[0]}?by={cast.lead.pk}&alone=1")


def test_a_long_stream_goes_on_while_one_scrolls(page_of: Visit, cast: Cast, firm: Customer) -> None:
    at = timezone.now()
    for number in range(60):
        ActivityFactory(customer=firm, occurred_at=at - dt.timedelta(hours=number), actor=cast.owner)
    page = page_of(cast.owner, firm.get_absolute_url())
    for _screen in range(3):
        page.locator(".timeline .entry").last.scroll_into_view_if_needed()
        page.mouse.wheel(0, 4000)
        page.wait_for_timeout(150)
    expect(page.locator(".timeline .entry")).to_have_count(60)


def test_a_refused_form_keeps_its_files_and_a_pasted_picture_comes_along(
    page_of: Visit, cast: Cast, firm: Customer, tmp_path: Path, watched: tuple[BrowserContext, Watch]
) -> None:
    kept = tmp_path / "offer.png"
    kept.write_bytes(png(64, 40))
    page = page_of(cast.owner, firm.get_absolute_url())
    page.locator(".composer input[type=file]").set_input_files(str(kept))
    page.locator(".composer button[type=submit]").click()
    expect(page.locator(".composer .talk-body .error")).to_be_visible()
    expect(page.locator(".composer [data-file-names]")).to_have_text("offer.png")
    choose(page, "chat")
    paste = """async form => {
        const canvas = Object.assign(document.createElement("canvas"), {width: 20, height: 20});
        const blob = await new Promise(done => canvas.toBlob(done));
        const data = new DataTransfer();
        data.items.add(new File([blob], "image.png", {type: "image/png"}));
        form.querySelector("textarea").dispatchEvent(
            new ClipboardEvent("paste", {clipboardData: data, bubbles: true, cancelable: true}));
    }"""
    page.locator(".composer").evaluate(paste)
    expect(page.locator(".composer [data-file-names]")).to_have_text("offer.png, image.png")
    page.locator(".composer button[type=submit]").click()
    expect(page.locator(".timeline .file")).to_have_count(2)
    assert sorted(Attachment.objects.values_list("name", flat=True)) == ["image.png", "offer.png"]
    assert Activity.objects.get().verb == "customer.chat"
    # HTMX says on the console that a form was refused.
    assert [error for error in watched[1].errors if "Code 422" not in error] == []
    watched[1].errors.clear()


def test_a_call_and_the_next_step_are_three_taps_on_a_phone(page_of: Visit, cast: Cast, firm: Customer) -> None:
    page = page_of(cast.owner, firm.get_absolute_url(), **PHONE)
    taps = 0
    for target in (".quick-call > summary", ".tap:has([value=not_reached])", ".quick-call [name=step][value=tomorrow]"):
        box = page.locator(target).bounding_box()
        assert box is not None
        assert box["height"] >= 44
        picture(page, f"tap-{taps}")
        page.locator(target).click()
        taps += 1
    expect(page.locator(".timeline .entry-details").first).to_contain_text("Not reached")
    assert taps == 3
    task = Task.objects.get()
    assert (task.kind, task.due_date, task.customer) == ("call", timezone.localdate() + dt.timedelta(days=1), firm)
    assert axe_problems(page) == []
    assert fits(page)
    page.locator(".toast form button").click()
    expect(page.locator(".timeline .entry")).to_have_count(0)
    assert not Task.objects.exists()


def test_an_entry_is_answered_where_it_stands(page_of: Visit, cast: Cast, firm: Customer) -> None:
    call = log_interaction(firm, "call", {"outcome": "reached"}, cast.owner)
    for number in range(4):
        answer_entry(call, f"Answer {number}", cast.lead)
    page = page_of(cast.manager, firm.get_absolute_url())
    entry = page.locator(f"#entry-{call.pk}")
    expect(entry.locator(".thread .entry")).to_have_count(3)
    entry.locator(".thread-more").click()
    expect(entry.locator(".thread .entry")).to_have_count(4)
    entry.hover()
    entry.locator("> .entry-foot [hx-get$='?write']").click()
    entry.locator("textarea").fill("Well done.")
    assert axe_problems(page) == []
    picture(page, "answers")
    entry.locator(".reply-form button[type=submit]").click()
    expect(entry.locator(".thread .entry").last).to_contain_text("Well done.")


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_the_picture_of_who_talks_with_whom_opens_its_rows(
    theme: str, size: dict[str, int], page_of: Visit, cast: Cast, firm: Customer
) -> None:
    User.objects.filter(pk=cast.owner.pk).update(theme=theme)
    ada, ming = firm.members.order_by("pk")
    for days, person, user in (
        (1, ada, cast.owner),
        (2, ada, cast.owner),
        (60, ming, cast.owner),
        (200, ming, cast.lead),
    ):
        at = timezone.now() - dt.timedelta(days=days)
        log_interaction(person, "mail", {"title": "Terms", "occurred_at": at}, user)
    page = page_of(cast.owner, firm.get_absolute_url(), **size)
    if size == PHONE:
        page.locator("[data-tab=panels]").first.click()
    expect(page.locator(".ties svg text")).to_have_count(4)
    expect(page.locator(".ties > svg > path")).to_have_count(3)
    page.locator(".ties").scroll_into_view_if_needed()
    picture(page, f"picture-{theme}-{size['width']}")
    assert axe_problems(page) == []
    assert fits(page)
    page.locator(".ties-table .num a").first.click()
    expect(page.locator(".timeline .entry")).to_have_count(2)


def test_hostile_words_on_a_timeline_stay_words(
    page_of: Visit, cast: Cast, firm: Customer, watched: tuple[BrowserContext, Watch]
) -> None:
    page = page_of(cast.owner, firm.get_absolute_url())
    for number, words in enumerate(CORPUS):
        entry = log_interaction(
            firm, "mail" if number % 2 else "meeting",
            {"body": f"{words}\n{words}", "title": words[:200], "place": words[:200]}, cast.owner,
        )  # fmt: skip
        answer_entry(entry, words, cast.owner)
    # As people do it: HTML on the clipboard, pasted into the box, with a file of an evil name.
    choose(page, "chat")
    page.locator(".composer textarea[name=body]").evaluate(
        """(box, words) => { box.focus(); document.execCommand("insertText", false, words); }""", " ".join(CORPUS)
    )
    page.locator(".composer input[type=file]").set_input_files(
        FilePayload(name="<img src=x onerror=alert(1)>.png", mimeType="image/png", buffer=png(8, 8))
    )
    page.locator(".composer button[type=submit]").click()
    expect(page.locator(".timeline .file")).to_have_count(1)
    settle(page)
    for words in CORPUS:
        expect(page.locator(".timeline")).to_contain_text(words)
    assert intruders(page) == 0
    entry_box = page.locator(".timeline .entry").first
    entry_box.hover()
    entry_box.locator("[hx-get$='/edit/']").first.click()
    expect(page.locator(".entry-form textarea")).to_have_value(" ".join(CORPUS))
    assert intruders(page) == 0
    assert watched[1].clean
