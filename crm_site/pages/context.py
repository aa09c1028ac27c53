"""What the shell template needs on every page."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from crm_site.pages import nav
from crm_site.pages.preferences import theme_of
from crm_site.pages.requests import signed_in

DemoPeople = Callable[[], list[dict[str, Any]]]
_demo_people: list[DemoPeople] = []


def register_demo_people(load: DemoPeople) -> None:
    """Let the demo room list its people (`name`, `role`, `email`, `password`) for the sign-in page."""
    if load not in _demo_people:
        _demo_people.append(load)


def demo_people() -> list[dict[str, Any]]:
    """Return the demo people, none when there is no demo data."""
    return [person for load in _demo_people for person in load()]


def shell(request: HttpRequest) -> dict[str, Any]:
    """Return rail, theme and names; everything that costs something is lazy, so fragments do not pay for it."""
    user = getattr(request, "user", None)
    inside = user is not None and user.is_authenticated
    links = SimpleLazyObject(lambda: nav.links_for(signed_in(request), request.path))
    context: dict[str, Any] = {
        "product_name": settings.PRODUCT_NAME,
        "theme": theme_of(request) if user is not None else "auto",
        "languages": settings.LANGUAGES,
        "demo_people": demo_people,
    }
    if inside:
        context["nav_groups"] = SimpleLazyObject(lambda: nav.grouped(list(links)))
        context["phone_links"] = SimpleLazyObject(lambda: [link for link in links if link.item.phone][:4])
    return context
