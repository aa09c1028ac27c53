"""Three pages that are injectable on purpose, beside the whole site: a scanner that misses one of them is blind."""

from __future__ import annotations

from collections.abc import Callable

from django.db import DatabaseError, connection, transaction
from django.http import HttpRequest, HttpResponse
from django.urls import path

from crm_site.urls import urlpatterns as site

NAMES = "SELECT name FROM customers_customer WHERE "


def loud(request: HttpRequest) -> HttpResponse:
    """Show customers of a stage; a broken statement breaks the page."""
    with connection.cursor() as cursor:
        cursor.execute(f"{NAMES} stage = '{request.GET.get('stage', '')}'")
        return HttpResponse("\n".join(name for (name,) in cursor.fetchall()))


def quiet(request: HttpRequest) -> HttpResponse:
    """Show customers of a stage; a broken statement shows nobody."""
    try:
        with transaction.atomic():
            return loud(request)
    except DatabaseError:
        return HttpResponse("")


def mute(request: HttpRequest) -> HttpResponse:
    """Look customers of a version up and never say anything about them."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"{NAMES} version = {request.GET.get('version', '1')}")
    except DatabaseError:
        pass
    return HttpResponse("done")


CANARIES: dict[str, tuple[str, Callable[[HttpRequest], HttpResponse]]] = {
    "/canary/loud/": ("stage", loud),
    "/canary/quiet/": ("stage", quiet),
    "/canary/mute/": ("version", mute),
}
urlpatterns = [*site, *(path(address[1:], view) for address, (_name, view) in CANARIES.items())]
handler404 = "crm_site.pages.errors.not_found"
handler500 = "crm_site.pages.errors.server_error"
