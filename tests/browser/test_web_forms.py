"""Web forms in a browser: without scripts, on a phone, inside another site, and being built."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import BrowserContext, Playwright, expect
from pytest_django.fixtures import Settings
from pytest_django.live_server_helper import LiveServer

from crm_site.events.delivering import deliver_pending
from crm_site.forms.models import Form, FormField, Submission
from crm_site.forms.views.building import addresses
from crm_site.mail.models import OutgoingMail
from customers.models import Customer
from tests.browser.conftest import Visit
from tests.browser.test_hostile_content import CORPUS, intruders, settle
from tests.chromium import PHONE, Watch, axe_problems, browser
from tests.conftest import Cast
from tests.crm_site.forms.conftest import build, with_consent
from tests.factories.forms import SubmissionFactory

pytestmark = pytest.mark.browser


def test_without_scripts_on_a_phone_a_form_is_filled_in_and_confirmed(
    playwright: Playwright, live_server: LiveServer, settings: Settings
) -> None:
    settings.BASE_URL = live_server.url
    form = build()
    FormField.objects.filter(form=form, name="email").update(required=True)
    form = with_consent(form, double_opt_in=True)
    with (
        tempfile.TemporaryDirectory(prefix="gx-chromium-", ignore_cleanup_errors=True) as folder,
        browser(playwright, Path(folder), java_script_enabled=False, viewport=PHONE) as (context, _watch),
    ):
        page = context.new_page()
        page.goto(f"{live_server.url}/f/{form.token}/")
        page.get_by_label("Name").fill("Ada")
        page.get_by_label("E-mail").fill("no address")
        page.get_by_label("I want the newsletter.").check()
        page.get_by_role("button", name="Send").click()
        expect(page.get_by_role("alert")).to_contain_text("E-mail")
        expect(page.get_by_label("Name")).to_have_value("Ada")
        expect(page.get_by_label("I want the newsletter.")).to_be_checked()
        page.get_by_label("E-mail").fill("ada@example.com")
        page.get_by_role("button", name="Send").click()
        expect(page.get_by_role("heading")).to_have_text("One more step")
        found = re.search(r"https?://\S+", OutgoingMail.objects.get().text)
        assert found
        page.goto(found[0])
        page.get_by_role("button", name="Confirm").click()
        expect(page.get_by_role("heading")).to_have_text("Thank you")
    deliver_pending()
    assert (Customer.objects.get().name, Submission.objects.get().consent_text) == ("Ada", "I want the newsletter.")


def test_the_page_fits_a_phone_and_satisfies_axe_with_errors_too(
    context: BrowserContext, live_server: LiveServer
) -> None:
    form = with_consent(build(intro_en="A " + "very" * 60 + " long word."), consent_required=True)
    page = context.new_page()
    page.set_viewport_size(PHONE)  # type: ignore[arg-type]  # a plain dict
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        for language in ("en", "zh"):
            page.goto(f"{live_server.url}/f/{form.token}/?lang={language}")
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
            assert axe_problems(page) == []
            page.locator("main button").click()
            expect(page.get_by_role("alert")).to_be_visible()
            assert axe_problems(page) == []


@contextmanager
def web_site(page: str) -> Iterator[str]:
    """Serve one page as another web site of this machine, and return its host."""

    class Answer(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(page.encode())

        def log_message(self, *_words: object) -> None:
            """Keep quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answer)
    Thread(target=server.serve_forever, daemon=True).start()
    yield f"127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def test_a_form_stands_in_its_own_web_sites_and_in_no_other(
    watched: tuple[BrowserContext, Watch], live_server: LiveServer, settings: Settings
) -> None:
    context, watch = watched
    settings.BASE_URL = live_server.url
    form = build()
    snippet = f"<!doctype html><html lang=en><title>Shop</title>{addresses(form)['script_code']}"
    with web_site(snippet) as shop, web_site(snippet) as evil:
        Form.objects.update(hosts=[shop])
        page = context.new_page()
        page.goto(f"http://{shop}/offer?utm_source=ads#part")
        frame = page.frame_locator("iframe")
        frame.get_by_label("Name").fill("Ada")
        expect(page.locator("iframe")).not_to_have_attribute("height", "640")
        frame.get_by_role("button", name="Send").click()
        expect(frame.get_by_role("heading")).to_have_text("Thank you")
        found = Submission.objects.get()
        assert (found.via, found.utm_source, found.page) == ("embed", "ads", f"http://{shop}/offer?utm_source=ads")
        assert not (watch.violations or watch.dialogs or watch.failures), watch
        page.goto(f"http://{evil}/offer")
        expect(page.locator("iframe")).to_have_count(1)
        page.wait_for_timeout(500)
        assert [one.url for one in page.frames if urlsplit(one.url).path.startswith("/f/")] == []
        assert any("frame-ancestors" in words for words in (*watch.violations, *watch.errors)), watch


def test_a_form_is_built_previewed_published_and_filled_in(
    cast: Cast, page_of: Visit, context: BrowserContext, live_server: LiveServer
) -> None:
    page = page_of(cast.manager, "/forms/new/")
    page.get_by_label("Name").fill("Fair")
    page.get_by_label("What becomes of it").select_option("enquiry")
    page.get_by_role("button", name="Save").click()
    preview = page.frame_locator("#form-preview")
    page.get_by_label("Title in English").fill("Meet us")
    expect(preview.get_by_role("heading")).to_have_text("Meet us")
    page.get_by_label("Field to add").select_option("message")
    page.get_by_role("button", name="Add field").click()
    expect(preview.get_by_label("Message")).to_be_visible()
    page.get_by_role("button", name="Move Message up").click()
    rows = page.locator("[data-form-row] b")
    expect(rows).to_have_text(["Name", "Message", "E-mail"])
    grips = page.locator(".builder-grip")
    grips.nth(2).drag_to(grips.nth(0))
    expect(rows).to_have_text(["E-mail", "Name", "Message"])
    expect(preview.locator("label").first).to_contain_text("E-mail")
    assert page.get_by_label("Title in English").input_value() == "Meet us"
    settle(page)
    page.get_by_role("button", name="Save").click()
    expect(page.locator(".toast").first).to_contain_text("was saved")
    page.get_by_role("button", name="Publish").click()
    form = Form.objects.get()
    assert list(form.fields.order_by("position").values_list("name", flat=True)) == ["email", "name", "message"]
    other = context.new_page()
    other.goto(f"{live_server.url}/f/{form.token}/")
    expect(other.get_by_role("heading")).to_have_text("Meet us")


def test_what_strangers_send_runs_nowhere(
    cast: Cast, page_of: Visit, context: BrowserContext, live_server: LiveServer
) -> None:
    words = " ".join(CORPUS)
    form = build(intro_en=words, title_en=words[:100], thanks_en=words, button_en=CORPUS[1])
    for state in ("received", "spam", "refused"):
        SubmissionFactory(
            form=form, state=state, values={"name": words, "message": words}, error=words, note=words,
            utm_source=words[:200], utm_campaign=words[:200], page="javascript:alert(1)", consent_text=words,
        )  # fmt: skip
    paths = ["/forms/", "/forms/submissions/", form.get_absolute_url(), f"/forms/{form.pk}/test/"]
    paths += [one.get_absolute_url() for one in Submission.objects.all()]
    for path in (*paths, f"/f/{form.token}/"):
        page = page_of(cast.manager, path)
        settle(page)
        assert intruders(page) == 0, path
        assert page.locator('a[href^="javascript:" i]').count() == 0, path
        for frame in page.frames:
            assert (
                frame.locator("main script, img[src='x'], [onerror], [onload], main iframe:not(.form-preview)").count()
                == 0
            ), path
