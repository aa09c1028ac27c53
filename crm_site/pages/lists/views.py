"""The view of a list page: the whole page, its fragment for HTMX, its filter form, or a file."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_GET

from crm_site.pages.lists.declaration import ListPage
from crm_site.pages.lists.export import export_file
from crm_site.pages.lists.presentation import Listing
from crm_site.pages.lists.registry import register_list
from crm_site.pages.requests import signed_in, wants_fragment


def list_view(page: ListPage[Any]) -> Callable[[HttpRequest], HttpResponseBase]:
    """Return the view of a list and make the list known."""
    register_list(page)

    @require_GET
    @login_required
    def view(request: HttpRequest) -> HttpResponseBase:
        user = signed_in(request)
        if not user.access.can_view(page.module):
            raise Http404
        state = page.state(request.GET)
        if kind := request.GET.get("export"):
            return export_file(page, user, state, kind)
        return _page(request, Listing(page, user, state))

    return view


def _page(request: HttpRequest, listing: Listing) -> HttpResponse:
    partial = ""
    if wants_fragment(request):
        partial = "#filters" if request.headers.get("HX-Target") == "filter-form" else "#rows"
    response = render(request, f"{listing.page.template}{partial}", {"list": listing, "page_title": listing.page.title})
    # Page and fragment share an address: a cached fragment must never come back as the page.
    patch_vary_headers(response, ("HX-Request", "HX-Target"))
    if partial == "#rows":
        response["HX-Push-Url"] = listing.here
    return response
