"""Rail, palette, Today, preferences and error pages."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured, PermissionDenied
from django.test import Client, RequestFactory

from crm_site.pages import errors, nav, palette, today
from crm_site.pages.panels import Panel, panels, panels_for
from crm_site.pages.registry import Registry
from crm_site.staff.models import User


@pytest.fixture
def own_registries(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Empty registries that are forgotten after the test."""
    for registry in (nav.items, palette.sources, palette.commands, today.cards, panels):
        monkeypatch.setattr(registry, "_entries", {})
    yield


def item(code: str, url_name: str, **extra: Any) -> nav.NavItem:
    """Return a rail item."""
    return nav.NavItem(code=code, label=code.title(), icon="sun", url_name=url_name, **extra)


def test_the_rail_hides_what_is_not_there_and_what_is_not_allowed(own_registries: None, rep: User) -> None:
    nav.register_nav(item("customers", "customers:customer-list", module="customers", group=nav.Group.SELL))
    nav.register_nav(item("setup", "pages:preferences", module="setup", group=nav.Group.SETUP))
    nav.register_nav(item("later", "later:not-built-yet"))
    nav.register_nav(item("never", "pages:preferences", allowed=lambda user: False))
    links = nav.links_for(rep, "/")
    assert [link.item.code for link in links] == ["customers"]
    assert [(group, len(members)) for group, members in nav.grouped(links)] == [(nav.Group.SELL, 1)]


def test_one_item_is_active_and_it_is_the_closest(own_registries: None, manager: User) -> None:
    nav.register_nav(item("today", "pages:today", order=1))
    nav.register_nav(item("all", "customers:customer-list", order=2))
    nav.register_nav(item("organisations", "customers:organisation-list", order=3))

    def active(path: str) -> list[str]:
        return [link.item.code for link in nav.links_for(manager, path) if link.active]

    assert active("/customers/7/") == ["all"]
    assert active("/customers/organisations/") == ["organisations"]
    assert active("/") == ["today"]
    assert active("/elsewhere/") == []


def test_two_different_declarations_may_not_share_a_code() -> None:
    registry: Registry[nav.NavItem] = Registry()
    registry.register(item("one", "pages:today"))
    registry.register(item("one", "pages:today"))
    with pytest.raises(ImproperlyConfigured):
        registry.register(item("one", "pages:preferences"))


def test_the_palette_answers_with_a_fragment(client: Client, manager: User) -> None:
    client.force_login(manager)
    text = client.get("/palette/", {"q": "prefer"}).content.decode()
    assert 'href="/preferences/"' in text
    assert "<dialog" not in text


def test_panels_follow_the_module(own_registries: None, rep: User) -> None:
    for module in ("customers", "setup"):
        panels.register(
            Panel(code=module, title=module, kind="customer", url_name="customers:customer-detail", module=module)
        )
    assert [(slot.panel.code, slot.url) for slot in panels_for(rep, "customer", 7)] == [("customers", "/customers/7/")]
    assert panels_for(rep, "order", 7) == []


def test_today_cards_load_alone_and_only_for_those_they_are_for(
    own_registries: None, client: Client, rep: User
) -> None:
    row = today.TodayRow(label="<b>Call</b>", url="/customers/", value="2 d", tone="bad")
    today.register_today(
        today.TodayCard(
            code="calls", title="Calls", icon="phone", load=lambda user: today.TodayContent(rows=[row], count=1200)
        )
    )
    today.register_today(
        today.TodayCard(
            code="setup", title="Set up", icon="settings", module="setup", load=lambda user: today.TodayContent()
        )
    )
    client.force_login(rep)
    page = client.get("/").content.decode()
    assert 'hx-get="/today/calls/"' in page
    assert "/today/setup/" not in page
    card = client.get("/today/calls/").content.decode()
    assert "&lt;b&gt;Call&lt;/b&gt;" in card
    assert '<span class="count">1,200</span>' in card
    assert client.get("/today/setup/").status_code == 404
    assert client.get("/today/nothing/").status_code == 404


def test_language_and_theme_are_switched_anywhere(client: Client, manager: User) -> None:
    client.force_login(manager)
    response = client.post("/preferences/language/", {"language": "zh-hans", "next": "/customers/?q=a"})
    assert response["Location"] == "/customers/?q=a"
    client.post("/preferences/theme/", {"theme": "dark", "next": "/"})
    manager.refresh_from_db()
    assert (manager.language, manager.theme) == ("zh-hans", "dark")
    page = client.get("/preferences/").content.decode()
    assert '<html lang="zh-hans" data-theme="dark">' in page


@pytest.mark.parametrize("target", ["https://evil.example/", "//evil.example", "javascript:alert(1)", ""])
def test_a_switch_never_leads_away(client: Client, db: None, target: str) -> None:
    assert client.post("/preferences/language/", {"language": "en", "next": target})["Location"] == "/"


def test_nonsense_changes_no_preference(client: Client, manager: User) -> None:
    client.force_login(manager)
    client.post("/preferences/language/", {"language": "xx"})
    client.post("/preferences/theme/", {"theme": "pink"})
    page = client.post(
        "/preferences/", {"name": "", "language": "en", "time_zone": "Moon/Base", "theme": "light"}
    ).content.decode()
    manager.refresh_from_db()
    assert (manager.language, manager.theme, manager.name) == ("en", "auto", "Mara")
    assert 'href="#id_name"' in page
    assert 'aria-describedby="id_name_error"' in page


def test_preferences_are_saved_and_nothing_else(client: Client, manager: User) -> None:
    client.force_login(manager)
    client.post(
        "/preferences/",
        {"name": "Mara M", "language": "zh-hans", "time_zone": "Asia/Shanghai", "theme": "light", "is_superuser": "on"},
    )
    manager.refresh_from_db()
    assert (manager.name, manager.language, manager.time_zone) == ("Mara M", "zh-hans", "Asia/Shanghai")
    assert not manager.is_superuser


def test_visitors_keep_their_choice_in_a_cookie(client: Client, db: None) -> None:
    client.post("/preferences/theme/", {"theme": "dark"})
    client.post("/preferences/language/", {"language": "zh-hans"})
    assert '<html lang="zh-hans" data-theme="dark">' in client.get("/accounts/login/").content.decode()


def test_denied_and_missing_look_the_same(rep: User) -> None:
    request = RequestFactory().get("/customers/7/")
    request.user = rep
    answers = [errors.not_found(request, reason) for reason in (PermissionDenied("secret"), None)]
    # The form token is masked anew on each page.
    pages = [re.sub(r'(content|value)="\w{64}"', "", answer.content.decode()) for answer in answers]
    assert pages[0] == pages[1]
    assert [answer.status_code for answer in answers] == [404, 404]
    assert "secret" not in pages[0]


def test_the_fault_page_needs_neither_session_nor_database() -> None:
    request = RequestFactory().get("/", headers={"X-Request-ID": "ignored"})
    request.META["REQUEST_ID"] = "abc-123"
    response = errors.server_error(request)
    assert response.status_code == 500
    assert b"abc-123" in response.content


def test_an_expired_form_is_explained(manager: User) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(manager)
    response = client.post("/preferences/theme/", {"theme": "dark"})
    assert response.status_code == 403
    assert "This form has expired" in response.content.decode()
    manager.refresh_from_db()
    assert manager.theme == "auto"


@pytest.mark.parametrize(("given", "kept"), [("abcdef-12345", True), ("x\ny", False), ("<b>bold</b>", False)])
def test_a_request_keeps_a_harmless_id(client: Client, db: None, given: str, kept: bool) -> None:
    answer = client.get("/accounts/login/", headers={"X-Request-ID": given})
    assert (answer["X-Request-ID"] == given) is kept
    assert len(answer["X-Request-ID"]) >= 8


def test_the_site_can_be_installed(client: Client, db: None) -> None:
    manifest = json.loads(client.get("/manifest.webmanifest").content)
    assert manifest["start_url"] == "/"
    assert client.get("/favicon.ico")["Location"] == "/static/dist/icon.svg"
    assert {icon["purpose"] for icon in manifest["icons"]} == {"any", "maskable"}
