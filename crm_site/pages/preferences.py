"""Each person's language and time zone, put in force for the length of a request."""

from __future__ import annotations

import zoneinfo
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils import timezone, translation

from crm_site.lib.days import organisation_zone
from crm_site.pages.requests import signed_in

if TYPE_CHECKING:
    from crm_site.staff.models import User

THEME_COOKIE = "theme"
THEMES = ("auto", "light", "dark")
YEAR = 365 * 24 * 3600


class PreferencesMiddleware:
    """Activates the signed-in user's language and zone; visitors keep what their browser asked for."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if not request.user.is_authenticated:
            return self.get_response(request)
        user = signed_in(request)
        with speaking_as(user):
            request.LANGUAGE_CODE = translation.get_language() or settings.LANGUAGE_CODE
            response = self.get_response(request)
        # Set here, or LocaleMiddleware would name the language the browser asked for.
        response.headers.setdefault("Content-Language", request.LANGUAGE_CODE)
        return response


@contextmanager
def speaking_as(user: User) -> Iterator[None]:
    """Put a person's language and zone in force inside the block."""
    with translation.override(user.language), timezone.override(_zone(user.time_zone)):
        yield


def _zone(name: str) -> zoneinfo.ZoneInfo:
    """Return the zone, or the organisation's where the name is none (zones get renamed)."""
    try:
        return zoneinfo.ZoneInfo(name)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError):
        return organisation_zone()


def theme_of(request: HttpRequest) -> str:
    """Return the theme in force: the person's own, or the visitor's cookie."""
    if request.user.is_authenticated:
        return signed_in(request).theme
    theme = request.COOKIES.get(THEME_COOKIE, "auto")
    return theme if theme in THEMES else "auto"


def remember(response: HttpResponse, *, language: str = "", theme: str = "") -> None:
    """Keep the choices in cookies, for the sign-in page and the pages after signing out."""
    shared = {"max_age": YEAR, "samesite": "Lax", "secure": settings.SESSION_COOKIE_SECURE}
    if language:
        response.set_cookie(settings.LANGUAGE_COOKIE_NAME, language, **shared)
    if theme:
        response.set_cookie(THEME_COOKIE, theme, **shared)
