"""A live site and a browser that is signed in to it."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.core.cache import cache
from django.test import Client
from playwright.sync_api import BrowserContext, Locator, Page, Playwright, expect, sync_playwright
from pytest_django.fixtures import Settings
from pytest_django.live_server_helper import LiveServer

from crm_site.staff.models import Role, RoleGrant, User
from crm_site.staff.roles import seed_roles
from tests.chromium import Watch, browser, chromium
from tests.factories.deals import seed_selling

Visit = Callable[..., Page]


def look_up(page: Page, field: str, words: str) -> Locator:
    """Type into the picker of a field once it takes letters, and return the option that Enter would take."""
    picker = page.locator(f"{field} + .ts-wrapper")
    picker.locator(".ts-control").click()
    expect(page.locator(f"{field} + .ts-wrapper.focus")).to_have_count(1)
    picker.locator("input").press_sequentially(words)
    return page.locator(".ts-dropdown:visible .option.active")


def carry_by_finger(page: Page, start: tuple[float, float], end: tuple[float, float]) -> None:
    """Rest a finger on a place until what lies there is taken up, carry it to another place and let go."""
    page.wait_for_timeout(400)  # the library that drags is loaded when it is needed
    finger = page.context.new_cdp_session(page)
    finger.send("Emulation.setTouchEmulationEnabled", {"enabled": True})

    def touch(kind: str, *points: dict[str, float]) -> None:
        finger.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": list(points)})

    touch("touchStart", {"x": start[0], "y": start[1]})
    page.wait_for_timeout(300)
    for step in range(1, 9):
        x, y = (one + (other - one) * step / 8 for one, other in zip(start, end, strict=True))
        touch("touchMove", {"x": x, "y": y})
        page.wait_for_timeout(40)
    touch("touchEnd")


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    """The driver of the browser; its event loop makes Django think that the tests are asynchronous."""
    chromium()
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    with sync_playwright() as driver:
        yield driver
    del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@pytest.fixture(autouse=True)
def site(transactional_db: None, settings: Settings, tmp_path: Path) -> None:
    """Tables that the server's threads see; emptying them has taken along what migrations write."""
    seed_roles(Role, RoleGrant)
    seed_selling()
    cache.clear()
    settings.MEDIA_ROOT = tmp_path
    settings.JOB_HEARTBEAT_SECONDS = 0


@pytest.fixture
def watched(playwright: Playwright) -> Iterator[tuple[BrowserContext, Watch]]:
    """A fresh browser and what it complains about; a test that leaves it with a complaint fails."""
    with (
        tempfile.TemporaryDirectory(prefix="gx-chromium-", ignore_cleanup_errors=True) as folder,
        browser(playwright, Path(folder)) as (context, watch),
    ):
        yield context, watch


@pytest.fixture
def context(watched: tuple[BrowserContext, Watch]) -> Iterator[BrowserContext]:
    """The browser of a test in which nothing may go wrong unseen."""
    opened, watch = watched
    yield opened
    assert watch.clean, watch


def enter(context: BrowserContext, server: LiveServer, user: User) -> Page:
    """Sign somebody in without the form, and return the browser's page."""
    client = Client()
    client.force_login(user)
    name = django_settings.SESSION_COOKIE_NAME
    context.add_cookies([{"name": name, "value": client.cookies[name].value, "url": server.url}])
    return context.pages[0] if context.pages else context.new_page()


@pytest.fixture
def page_of(context: BrowserContext, live_server: LiveServer) -> Visit:
    """Return a function that signs somebody in and opens an address."""

    def visit(user: User, path: str = "/", **viewport: Any) -> Page:
        page = enter(context, live_server, user)
        if viewport:
            page.set_viewport_size(viewport)  # type: ignore[arg-type]  # width and height
        page.goto(f"{live_server.url}{path}")
        return page

    return visit
