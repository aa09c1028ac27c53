"""What people type never becomes code: names, notes, comments, file names and cells, wherever they are shown."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from django.utils.safestring import SafeString
from playwright.sync_api import BrowserContext, Page, Response, expect
from pytest_django.live_server_helper import LiveServer

from crm_site.imports.models import Import
from crm_site.jobs.running import run_job
from crm_site.pages import formatting
from customers.models import Tag
from customers.services import add_note, create_customer
from sales.services import create_product, place_order
from service.services import create_survey, record_answer
from tests.browser.conftest import Visit, enter, look_up
from tests.chromium import Watch
from tests.conftest import Cast

pytestmark = pytest.mark.browser
CORPUS = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "<svg onload=alert(1)>",
    "</title><script>alert(1)</script>",
    "</script><script>alert(1)</script>",
    "'-alert(1)-'",
    '" autofocus onfocus=alert(1) x="',
    "{{7*7}}{% load x %}",
    "javascript:alert(1)",
    "<iframe srcdoc='<script>parent.alert(1)</script>'>",
    "<b hx-get=/evil/ hx-trigger=load>x</b>",
)
ALL = " ".join(CORPUS)


def settle(page: Page) -> None:
    """Wait until everything lazy has come and scripts had their chance."""
    expect(page.locator(".skeleton:visible, [aria-busy=true]:visible, .htmx-request")).to_have_count(0)
    page.wait_for_timeout(50)


def intruders(page: Page) -> int:
    """Return how many elements the corpus has managed to make."""
    return int(
        page.evaluate(
            'document.querySelectorAll(\'img[src="x"], iframe:not(.form-preview), [onerror], [onload], [onfocus],'
            ' [hx-get="/evil/"], script:not([src]):not([type="application/json"])\').length'
        )
    )


def asks_for(words: str) -> Callable[[Response], bool]:
    """Return whether a response answers what the palette asked for these words."""
    return lambda response: parse_qs(urlsplit(response.url).query, keep_blank_values=True).get("q") == [words]


def test_hostile_words_stay_words(cast: Cast, page_of: Visit) -> None:
    user = cast.manager
    cast.manager.name = CORPUS[1]
    cast.manager.save()
    customer = create_customer(
        {
            "name": ALL[:200],
            "industry": CORPUS[1],
            "job_title": CORPUS[2],
            "tags": [Tag.objects.create(name=CORPUS[0])],
        },
        user,
    )
    for words in CORPUS:
        create_customer({"name": words}, user)
        add_note(customer, words, user)
    product = create_product({"sku": CORPUS[0], "name": CORPUS[1], "category": CORPUS[2]}, user)
    lines = [{"product": product, "description": CORPUS[1], "quantity": 1, "unit_price": 1}]
    order = place_order({"customer": customer, "number": CORPUS[0], "note": ALL, "channel": CORPUS[1]}, lines, user)
    survey = create_survey({"name": CORPUS[1], "kind": "nps", "question": ALL[:200]}, user)
    answer = record_answer(survey, customer, 3, user, comment=ALL)
    paths = [
        "/", "/customers/", "/customers/?q=%3Cscript%3Ealert(1)%3C/script%3E",
        "/customers/?country=%22%3E%3Cimg%20src=x%3E",
        customer.get_absolute_url(), f"{customer.get_absolute_url()}edit/", "/sales/orders/", order.get_absolute_url(),
        f"{order.get_absolute_url()}edit/", "/sales/products/", product.get_absolute_url(), "/service/surveys/",
        survey.get_absolute_url(), "/service/answers/", answer.get_absolute_url(), "/preferences/", "/analytics/",
    ]  # fmt: skip
    for path in paths:
        page = page_of(user, path)
        settle(page)
        assert intruders(page) == 0, path
    page = page_of(user, customer.get_absolute_url())
    settle(page)
    for words in CORPUS:
        expect(page.locator(".timeline")).to_contain_text(words)
    page.locator("#edit-industry").click()
    expect(page.locator("#fact-industry input[type=text]")).to_have_value(CORPUS[1])
    # Opening asks as well, and each word would have the former's answer given up.
    with page.expect_response(asks_for("")):
        page.keyboard.press("Control+k")
    for words in ("script", "img", "iframe", "<b hx-get"):
        with page.expect_response(asks_for(words)):
            page.get_by_role("combobox", name="Search or jump to").fill(words)
        settle(page)
        assert intruders(page) == 0
    page = page_of(user, "/sales/orders/new/")
    expect(look_up(page, "#id_customer", "onerror")).to_contain_text("onerror")
    assert intruders(page) == 0


def test_hostile_files_stay_files(cast: Cast, page_of: Visit, tmp_path: Path) -> None:
    folder = tmp_path / "upload"
    folder.mkdir()
    file = folder / "<img src=x onerror=alert(1)>.csv"
    cells = [words.replace('"', '""') for words in CORPUS]
    rows = [f'"{words}","{words}","{words}"' for words in cells]
    file.write_text(
        "\n".join(['reference,name,"<svg onload=alert(1)>"', *rows, '=1+1,"<img src=x onerror=alert(1)>",x'])
    )
    page = page_of(cast.manager, "/imports/new/")
    page.locator("#id_kind").select_option("customers")
    page.locator("#id_file").set_input_files(file)
    page.locator("main form button[type=submit]").click()
    page.locator("#id_column-2").select_option("email")
    settle(page)
    expect(page.locator("h1")).to_have_text(file.name)
    assert intruders(page) == 0
    page.get_by_role("button", name="Check the file").click()
    settle(page)
    assert intruders(page) == 0
    page.get_by_role("link", name="Back to the columns").click()
    page.locator("#id_column-2").select_option("")
    page.get_by_role("button", name="Check the file").click()
    settle(page)
    assert intruders(page) == 0
    page.locator("#id_leave_out").check()
    page.locator(".import-go button").click()
    job = Import.objects.get()
    assert job.file_name == file.name
    assert "<" not in job.path
    run_job(job.run_id or 0)
    for path in (job.get_absolute_url(), "/imports/", f"/jobs/{job.run_id}/", "/jobs/"):
        page = page_of(cast.manager, path)
        settle(page)
        assert intruders(page) == 0, path


@pytest.mark.parametrize(
    ("planted", "kind"),
    [
        ("<script>window.hit = 1</script>", "violations"),
        ("<img src=x onerror='window.hit = 1'>", "violations"),
        ("<p style='color: red'>x</p>", "violations"),
        ("<img src='https://elsewhere.invalid/x.png'>", "violations"),
        ("<link rel=stylesheet href='/static/dist/no-such.css'>", "failures"),
    ],
)
def test_the_watch_sees_a_planted_fault(
    planted: str,
    kind: str,
    cast: Cast,
    watched: tuple[BrowserContext, Watch],
    live_server: LiveServer,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(formatting, "long_date", lambda day: SafeString(planted))
    context, watch = watched
    page = enter(context, live_server, cast.owner)
    page.goto(live_server.url)
    settle(page)
    assert getattr(watch, kind), watch
    assert not watch.clean
    assert page.evaluate("window.hit") is None


def test_the_watch_sees_a_script_error_and_a_dialog(
    cast: Cast, watched: tuple[BrowserContext, Watch], live_server: LiveServer
) -> None:
    context, watch = watched
    page = enter(context, live_server, cast.owner)
    page.goto(live_server.url)
    page.evaluate("setTimeout(() => { alert('hello'); throw new Error('broken') })")
    page.wait_for_timeout(300)
    assert watch.dialogs == ["hello"]
    assert any("broken" in error for error in watch.errors)
