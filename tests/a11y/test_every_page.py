"""axe over every kind of page, in both themes, two sizes and both languages."""

from __future__ import annotations

import datetime as dt
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.db import connection
from django.test import Client
from django.urls import resolve
from django.utils import timezone
from playwright.sync_api import Page, expect, sync_playwright
from pytest_django import DjangoDbBlocker
from pytest_django.live_server_helper import LiveServer

from crm_site.demo.loading import load_demo
from crm_site.imports.moving import Given, open_move_in, try_move_in
from crm_site.imports.services import configure_import, keep_upload, open_import, start_import
from crm_site.imports.trials import try_import
from crm_site.jobs.running import run_job
from crm_site.staff.models import User
from tests.a11y.kinds import KINDS, PEOPLE
from tests.architecture.test_every_page import ADDRESSES, address
from tests.chromium import DESKTOP, PHONE, Watch, axe_problems, browser, chromium

FILE = b"reference,name,email\n1,Ada,ada@example.com\n2,Bo,no mail\n"


@pytest.fixture(scope="session")
def company(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """The demo company, an import to map and an import that refused a row, for all tests of this run."""
    settings.JOB_HEARTBEAT_SECONDS = 0
    with django_db_blocker.unblock(), tempfile.TemporaryDirectory() as folder:
        settings.MEDIA_ROOT = Path(folder)
        load_demo("S", day=timezone.localdate() - dt.timedelta(days=1), say=lambda words: None)
        manager = User.objects.get(email=PEOPLE["manager"])
        move = open_move_in([Given(keep_upload("people.csv", [FILE]), "people.csv")], "Old CRM", manager)
        try_move_in(move, manager)
        for step in ("map", "check", "watch"):
            job = open_import("customers", keep_upload("people.csv", [FILE]), "people.csv", manager)
            if step == "check":
                try_import(job, manager)
            if step == "watch":
                configure_import(job, mapping=job.mapping, mode="both", duplicates="update", key=job.key, options={})
                run_job(start_import(job, wake=False).pk)
        yield
        with connection.cursor() as cursor:  # threads of the server may still hold theirs
            cursor.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )


@pytest.fixture(scope="session")
def server(company: None) -> Iterator[LiveServer]:
    """The site, served to the browser for all tests of this run."""
    settings.ALLOWED_HOSTS = [*settings.ALLOWED_HOSTS, "localhost"]
    started = LiveServer("localhost")
    yield started
    started.stop()


@pytest.fixture(scope="session")
def opened() -> Iterator[tuple[Page, Watch]]:
    """One browser for all tests of this run."""
    chromium()
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    with (
        sync_playwright() as playwright,
        tempfile.TemporaryDirectory(prefix="gx-chromium-", ignore_cleanup_errors=True) as folder,
        browser(playwright, Path(folder)) as (context, watch),
    ):
        yield context.pages[0], watch
    del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


def enter(page: Page, url: str, person: str, language: str, theme: str) -> None:
    """Be somebody, with a language and a theme; without a name, a visitor."""
    page.context.clear_cookies()
    cookies = {settings.LANGUAGE_COOKIE_NAME: language, "theme": theme}
    if person:
        user = User.objects.get(email=PEOPLE[person])
        User.objects.filter(pk=user.pk).update(language=language, theme=theme)
        client = Client()
        client.force_login(user)
        assert client.session[SESSION_KEY]
        cookies[settings.SESSION_COOKIE_NAME] = client.cookies[settings.SESSION_COOKIE_NAME].value
    page.context.add_cookies([{"name": name, "value": value, "url": url} for name, value in cookies.items()])


# Pages that are no page kind of their own: fragments, files, addresses that lead on.
NOT_SWEPT = {
    "pages:today-card", "pages:pick", "pages:palette", "pages:job-progress", "pages:healthz", "pages:readyz",
    "pages:favicon", "pages:manifest", "imports:import-failures", "imports:import-preview",
    "customers:customer-timeline", "customers:customer-picture-panel", "customers:entry-edit", "customers:entry-thread",
    "customers:entry-versions", "customers:customer-reach", "customers:customer-reach-add",
    "customers:contact-edit", "customers:address-edit", "customers:customer-consent-panel",
    "customers:customer-standing", "customers:customer-tree-panel", "customers:segment-explain",
    "customers:customer-tasks-panel", "customers:task-home", "customers:task-field", "customers:task-invitation",
    "customers:task-invitations-panel", "analytics:customer-health-panel",
    "customers:customer-field", "sales:order-field", "sales:product-field", "service:survey-field",
    "service:answer-field", "sales:customer-orders-panel", "service:customer-answers-panel",
    "analytics:customer-value-panel", "history:record-panel", "pages:queue-bar", "rules:builder", "rules:count",
    "rules:explain", "pages:list-view-save", "pages:list-view-edit", "pages:list-lane",
    "pages:export-download", "pages:queue-end", "notifications:waiting", "notifications:people",
    "notifications:follow", "notifications:latest", "notifications:notification-open", "files:attachment-download",
    "files:attachment-thumbnail", "files:subject-panel", "files:subject-entry", "sales:need-field",
    "sales:need-tasks-panel", "sales:need-timeline-panel", "sales:customer-needs-panel",
    "sales:opportunity-needs-panel", "sales:customer-leads-panel", "sales:customer-opportunities-panel",
    "sales:lead-field", "sales:lead-tasks-panel", "sales:lead-timeline-panel", "sales:opportunity-field",
    "sales:opportunity-head", "sales:opportunity-tasks-panel", "sales:opportunity-timeline-panel",
    "sales:opportunity-changes-panel", "sales:opportunity-contacts-panel",
}  # fmt: skip
# Forms that look as the swept form of the same record does.
ALIKE = {
    "customers:classification-create", "customers:classification-edit", "customers:classification-delete",
    "customers:class-create", "customers:class-delete",
    "customers:segment-create", "customers:segment-delete", "customers:task-delete",
    "sales:order-create", "sales:product-edit", "service:survey-edit", "service:answer-edit", "sales:order-delete",
    "sales:product-delete", "service:answer-delete", "fields:field-edit", "sales:need-edit", "sales:need-delete",
    "sales:needcategory-edit", "sales:lead-edit", "sales:lead-delete", "sales:opportunity-edit",
    "sales:opportunity-delete", "sales:competitor-edit", "sales:pipeline-edit", "sales:stage-create",
    "sales:reason-edit", "sales:rate-edit", "sales:score-rule-create", "sales:score-rule-delete",
    "forms:hook-create", "calendars:exception-create", "calendars:calendar-delete", "assignment:rule-edit",
    "assignment:rule-delete", "assignment:absence-edit", "assignment:person-absence",
}  # fmt: skip


@pytest.mark.django_db
def test_every_kind_of_page_is_swept(company: None) -> None:
    swept = {resolve(kind.address().partition("?")[0]).view_name for name, kind in KINDS.items() if name != "not found"}
    ours = {name for name, _converters in ADDRESSES if name not in NOT_SWEPT | ALIKE}
    client = Client()
    client.force_login(User.objects.get(email=PEOPLE["admin"]))
    pages = {name for name in ours if client.get(address(name, 1)).status_code != 405}
    assert sorted(pages - swept) == []


@pytest.mark.browser
@pytest.mark.parametrize("language", ["en", "zh-hans"])
@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["1280", "375"])
@pytest.mark.parametrize("kind", KINDS)
def test_the_page_has_no_barrier(
    kind: str,
    size: dict[str, int],
    theme: str,
    language: str,
    server: LiveServer,
    opened: tuple[Page, Watch],
    django_db_blocker: DjangoDbBlocker,
) -> None:
    page, watch = opened
    with django_db_blocker.unblock():
        enter(page, server.url, KINDS[kind].person, language, theme)
        page.set_viewport_size(size)  # type: ignore[arg-type]  # width and height
        page.goto(server.url + KINDS[kind].address())
        if KINDS[kind].act is not None:
            KINDS[kind].act(page)
        expect(page.locator(".skeleton:visible, [aria-busy=true]:visible")).to_have_count(0)
        assert page.locator("html").get_attribute("lang") == language
        assert page.locator("html").get_attribute("data-theme") == theme
        problems = axe_problems(page)
        overhang = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert problems == []
    assert overhang == 0, "the page scrolls sideways"
    assert watch.clean, watch
