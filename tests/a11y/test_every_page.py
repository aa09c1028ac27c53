"""axe over every kind of page, in both themes, two sizes and both languages."""

from __future__ import annotations

import datetime as dt
import os
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.db import connection
from django.test import Client
from django.urls import get_resolver, resolve, reverse
from django.utils import timezone
from playwright.sync_api import Page, expect, sync_playwright
from pytest_django import DjangoDbBlocker
from pytest_django.live_server_helper import LiveServer

from crm_site.demo.loading import load_demo
from crm_site.imports.models import Import, MoveIn
from crm_site.imports.moving import Given, open_move_in, try_move_in
from crm_site.imports.services import configure_import, keep_upload, open_import, start_import
from crm_site.imports.trials import try_import
from crm_site.jobs.models import JobRun
from crm_site.jobs.running import run_job
from crm_site.pages.lists.registry import list_pages
from crm_site.staff.models import User
from customers.models import Customer, CustomerClass, DoNotContact, Invitation, Segment, Task
from customers.services import change_customer
from customers.services.tasking.inviting import token_of
from sales.models import Order, Product
from service.models import Survey, SurveyAnswer
from tests.architecture.test_every_page import ADDRESSES, address
from tests.chromium import DESKTOP, PHONE, Watch, axe_problems, browser, chromium
from tests.factories.history import OperationFactory, TrashedRecordFactory

assert get_resolver().url_patterns  # lists become known with their addresses
FILE = b"reference,name,email\n1,Ada,ada@example.com\n2,Bo,no mail\n"
PEOPLE = {"manager": "manager@demo.example", "admin": "admin@demo.example", "": ""}


@dataclass(frozen=True)
class Kind:
    """A kind of page: how its address is found, who opens it, and what is done on it first."""

    address: Any
    person: str = "manager"
    act: Any = None


def manager() -> User:
    """Return the manager of the demo company."""
    return User.objects.get(email=PEOPLE["manager"])


def changed() -> Customer:
    """Return a customer whose history tells of a change."""
    customer: Customer = first(Customer)
    change_customer(customer, customer.version, {"industry": f"Paper {customer.version}"}, manager())
    return customer


def talkative() -> Customer:
    """Return a customer with a ledger and a ban."""
    return DoNotContact.objects.filter(customer__consents__isnull=False).order_by("pk")[0].customer


def add_a_number(page: Page) -> None:
    """Open the form of another number; on a phone it stands on another tab."""
    tab = page.locator("[role=tab][data-tab=panels]")
    if tab.is_visible():
        tab.click()
    page.locator("#add-contact").click()
    expect(page.locator("#reach-form")).to_be_visible()


def open_palette(page: Page) -> None:
    """Open the palette and look for somebody."""
    page.keyboard.press("Control+k")
    page.locator("#palette input").fill("li")
    expect(page.locator("#palette [role=option]").first).to_be_visible()


def open_filters(page: Page) -> None:
    """Open the filters of a list."""
    page.locator("#add-filter").click()
    expect(page.locator("#filter-form")).to_be_visible()


def edit_a_fact(page: Page) -> None:
    """Open the form of one fact; on a phone it stands on another tab."""
    tab = page.locator("[role=tab][data-tab=facts]")
    if tab.is_visible():
        tab.click()
    page.locator(".fact-edit").first.click()
    expect(page.locator(".fact-form")).to_be_visible()


def submit(page: Page) -> None:
    """Send a form as it is, to see its errors."""
    page.locator("main form button[type=submit]").last.click()
    page.wait_for_load_state()


def press_question_mark(page: Page) -> None:
    """Open the list of shortcuts."""
    page.keyboard.press("?")
    expect(page.locator("#shortcuts")).to_be_visible()


def first(model: Any, **lookup: Any) -> Any:
    """Return the earliest record."""
    return model._default_manager.filter(**lookup).order_by("pk").first()


def waiting_import(**facts: Any) -> Import:
    """Return an import that nobody has started."""
    return Import.objects.filter(run=None, move_in=None, **facts).latest("pk")


def tried_import() -> Import:
    """Return an import that was tried and not started."""
    return Import.objects.filter(run=None, move_in=None).exclude(staged_for="").latest("pk")


def refused_import() -> Import:
    """Return an import that is done and refused a row."""
    return Import.objects.filter(run__isnull=False).latest("pk")


KINDS: dict[str, Kind] = {
    "sign in": Kind(lambda: reverse("account_login"), ""),
    "reset the password": Kind(lambda: reverse("account_reset_password"), ""),
    "today": Kind(lambda: reverse("pages:today")),
    "palette": Kind(lambda: reverse("pages:today"), act=open_palette),
    "shortcuts": Kind(lambda: reverse("pages:today"), act=press_question_mark),
    "preferences": Kind(lambda: reverse("pages:preferences")),
    "change the password": Kind(lambda: reverse("account_change_password")),
    "signed-in devices": Kind(lambda: reverse("usersessions_list")),
    "sign out": Kind(lambda: reverse("account_logout")),
    "not found": Kind(lambda: "/no/such/page/"),
    **{f"list of {page.code}": Kind(lambda page=page: page.path) for page in list_pages()},
    "list with filters open": Kind(lambda: reverse("customers:customer-list"), act=open_filters),
    "list with chips": Kind(lambda: reverse("customers:customer-list") + "?owner=me&stage=customer&sort=-revenue"),
    "list without matches": Kind(lambda: reverse("customers:customer-list") + "?q=zzzzzz"),
    "customer": Kind(lambda: first(Customer, metrics__orders_count__gt=2).get_absolute_url()),
    "organisation": Kind(lambda: first(Customer, members__kind="person").get_absolute_url()),
    "customer, a fact in hand": Kind(lambda: first(Customer).get_absolute_url(), act=edit_a_fact),
    "customer, a number in hand": Kind(lambda: first(Customer).get_absolute_url(), act=add_a_number),
    "customer's form": Kind(lambda: reverse("customers:customer-edit", args=[first(Customer).pk])),
    "customer's form, refused": Kind(lambda: reverse("customers:customer-create"), act=submit),
    "consent of a customer": Kind(lambda: reverse("customers:customer-consents", args=[talkative().pk])),
    "record consent": Kind(lambda: reverse("customers:customer-consent-record", args=[talkative().pk])),
    "forbid contact": Kind(lambda: reverse("customers:customer-forbid", args=[talkative().pk])),
    "picture of a customer": Kind(lambda: reverse("customers:customer-portrait", args=[first(Customer).pk])),
    "segment": Kind(lambda: first(Segment).get_absolute_url()),
    "segment's form": Kind(lambda: reverse("customers:segment-edit", args=[first(Segment).pk])),
    "classes": Kind(lambda: reverse("customers:classification-list"), "admin"),
    "class form": Kind(lambda: reverse("customers:class-edit", args=[first(CustomerClass).pk]), "admin"),
    "lifecycle": Kind(lambda: reverse("customers:lifecycle")),
    "lifecycle rule": Kind(lambda: reverse("customers:lifecycle-rule", args=["loyal"]), "admin"),
    "decide a stage": Kind(lambda: reverse("customers:customer-stage", args=[first(Customer).pk])),
    "task": Kind(lambda: first(Task, state="open", series__isnull=False).get_absolute_url()),
    "meeting with answers": Kind(lambda: first(Task, invitations__isnull=False).get_absolute_url()),
    "answer to an invitation": Kind(lambda: reverse("calendar:answer", args=[token_of(first(Invitation))]), ""),
    "task's form": Kind(lambda: reverse("customers:task-edit", args=[first(Task, series__isnull=False).pk])),
    "task's form, refused": Kind(lambda: reverse("customers:task-create"), act=submit),
    "tasks of a month": Kind(lambda: reverse("customers:task-list") + "?as=calendar"),
    "tasks of a week": Kind(lambda: reverse("customers:task-list") + f"?as=calendar&on={timezone.localdate():%G-W%V}"),
    "tasks of a day": Kind(lambda: reverse("customers:task-list") + f"?as=calendar&on={timezone.localdate()}"),
    "move a task": Kind(lambda: reverse("pages:list-shift", args=["tasks", first(Task, state="open").pk])),
    "calendar in other programs": Kind(lambda: reverse("customers:task-calendar")),
    "order": Kind(lambda: first(Order, customer__isnull=False).get_absolute_url()),
    "order's form": Kind(lambda: reverse("sales:order-edit", args=[first(Order).pk])),
    "product": Kind(lambda: first(Product).get_absolute_url()),
    "product's form": Kind(lambda: reverse("sales:product-create")),
    "survey": Kind(lambda: first(Survey).get_absolute_url()),
    "survey's form": Kind(lambda: reverse("service:survey-create")),
    "answer": Kind(lambda: first(SurveyAnswer).get_absolute_url()),
    "answer's form": Kind(lambda: reverse("service:answer-create")),
    "history of a customer": Kind(lambda: reverse("history:record", args=["customers.customer", changed().pk])),
    "delete a customer": Kind(lambda: reverse("customers:customer-delete", args=[first(Customer).pk])),
    "operation": Kind(lambda: OperationFactory(actor=manager()).get_absolute_url()),
    "deleted record": Kind(lambda: reverse("history:trashed", args=[TrashedRecordFactory().pk])),
    "custom fields": Kind(lambda: reverse("fields:field-list"), "admin"),
    "custom field's form": Kind(lambda: reverse("fields:field-add", args=["customer"]), "admin"),
    "notifications": Kind(lambda: reverse("notifications:notification-list")),
    "what to be told of": Kind(lambda: reverse("notifications:preferences")),
    "try a rule": Kind(lambda: reverse("rules:try", args=["customer"])),
    "overview": Kind(lambda: reverse("analytics:overview")),
    "customer value": Kind(lambda: reverse("analytics:customer-value")),
    "upload": Kind(lambda: reverse("imports:import-create")),
    "map": Kind(lambda: reverse("imports:import-columns", args=[waiting_import(staged_for="").pk])),
    "read a file differently": Kind(lambda: reverse("imports:import-file", args=[waiting_import(staged_for="").pk])),
    "check a file": Kind(lambda: reverse("imports:import-check", args=[tried_import().pk])),
    "move in, upload": Kind(lambda: reverse("imports:move-in-create")),
    "move in": Kind(lambda: MoveIn.objects.latest("pk").get_absolute_url()),
    "watch": Kind(lambda: refused_import().get_absolute_url()),
    "job": Kind(lambda: reverse("pages:job-detail", args=[JobRun.objects.filter(name="clv").latest("pk").pk])),
    "start a job": Kind(lambda: reverse("pages:job-new")),
    "clear demo data": Kind(lambda: reverse("demo:clear"), "admin"),
}


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
    "files:attachment-thumbnail", "files:subject-panel", "files:subject-entry",
}  # fmt: skip
# Forms that look as the swept form of the same record does.
ALIKE = {
    "customers:classification-create", "customers:classification-edit", "customers:classification-delete",
    "customers:class-create", "customers:class-delete",
    "customers:segment-create", "customers:segment-delete", "customers:task-delete",
    "sales:order-create", "sales:product-edit", "service:survey-edit", "service:answer-edit", "sales:order-delete",
    "sales:product-delete", "service:answer-delete", "fields:field-edit",
}  # fmt: skip


@pytest.mark.django_db
def test_every_kind_of_page_is_swept(company: None) -> None:
    swept = {resolve(kind.address().partition("?")[0]).view_name for name, kind in KINDS.items() if name != "not found"}
    ours = {name for name, _converters in ADDRESSES if name not in NOT_SWEPT | ALIKE}
    client = Client()
    client.force_login(User.objects.get(email=PEOPLE["admin"]))
    pages = {name for name in ours if client.get(address(name, 1)).status_code != 405}
    assert pages - swept == set()


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
