"""The view of a list page: the whole page, its fragment for HTMX, its filter form, or a file."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext
from django.views.decorators.http import require_GET

from crm_site.pages.choices import FileKind
from crm_site.pages.lists.declaration import ListPage
from crm_site.pages.lists.export import AT_ONCE, Extract, export_file
from crm_site.pages.lists.presentation import Listing
from crm_site.pages.lists.registry import register_list
from crm_site.pages.lists.saved_views import Shelf, state_of
from crm_site.pages.lists.state import VIEW
from crm_site.pages.requests import signed_in, wants_fragment

# What HTMX asks for, by the id of the element it fills; anything else is the rows.
PARTS = {"filter-form": "#filters", "list-dialog-body": "#columns", "list-figures": "#figures"}


def list_view(page: ListPage[Any]) -> Callable[[HttpRequest], HttpResponseBase]:
    """Return the view of a list and make the list known."""
    register_list(page)

    @require_GET
    @login_required
    def view(request: HttpRequest) -> HttpResponseBase:
        user = signed_in(request)
        if not user.access.can_view(page.module):
            raise Http404
        shelf = Shelf(page, user)
        if set(request.GET) <= {VIEW} and (address := _opening(request, page, shelf)):
            return redirect(address)
        state = page.state(request.GET)
        if kind := request.GET.get("export"):
            return _file(request, Extract(page, user, state), kind)
        listing = Listing(page, user, state, shelf)
        if state.shape == "board" and wants_fragment(request) and (code := request.GET.get("lane")):
            return _lane(request, listing, "" if code == "-" else code)
        return _page(request, listing)

    return view


def _opening(request: HttpRequest, page: ListPage[Any], shelf: Shelf) -> str:
    """Return the whole address of a view that is only named, or of the default one where nothing is said."""
    named = request.GET.get(VIEW)
    view = shelf.default if named is None else shelf.view(named) if named.isdigit() else None
    address = state_of(page, view).address(page) if view else ""
    # A view that says nothing but its name is its own whole address.
    return "" if address == request.get_full_path() else address


def _lane(request: HttpRequest, listing: Listing, code: str) -> HttpResponse:
    """Return further cards of one lane of a board."""
    lane = listing.board.further(code, listing.state.after) if listing.board else None
    if lane is None:
        raise Http404
    return render(request, f"{listing.page.template}#lane", {"list": listing, "lane": lane})


def _file(request: HttpRequest, extract: Extract, kind: str) -> HttpResponseBase:
    """Return the file; a long workbook is asked for by the button, which starts a job."""
    page = extract.page
    if kind not in FileKind.values or not extract.user.access.can_export(page.module):
        raise Http404
    if kind == FileKind.XLSX and extract.count(AT_ONCE[kind]) > AT_ONCE[kind]:
        messages.info(request, gettext("This list is too long to wait for: choose “Export as XLSX” on the page."))
        return redirect(extract.state.address(page))
    return export_file(extract, kind)


def _page(request: HttpRequest, listing: Listing) -> HttpResponse:
    partial = ""
    if wants_fragment(request):
        partial = PARTS.get(request.headers.get("HX-Target", ""), "#rows")
    context = {"list": listing, "page_title": listing.page.title, "is_fragment": bool(partial)}
    response = render(request, f"{listing.page.template}{partial}", context)
    # Page and fragment share an address: a cached fragment must never come back as the page.
    patch_vary_headers(response, ("HX-Request", "HX-Target"))
    if partial == "#rows":
        response["HX-Push-Url"] = listing.here
    return response
