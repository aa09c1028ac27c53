"""What every request carries: an id for the logs, its user, and whether HTMX asks for a fragment."""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Callable
from typing import TYPE_CHECKING, cast

import structlog
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect

if TYPE_CHECKING:
    from crm_site.staff.models import User

HEADER = "X-Request-ID"
SAFE_ID = re.compile(r"[A-Za-z0-9._-]{8,64}")


class RequestIdMiddleware:
    """Gives each request an id, binds it to the logs, and returns it in a header."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        given = request.headers.get(HEADER, "")
        request_id = given if SAFE_ID.fullmatch(given) else uuid.uuid4().hex
        request.META["REQUEST_ID"] = request_id
        with structlog.contextvars.bound_contextvars(request_id=request_id):
            response = self.get_response(request)
        response[HEADER] = request_id
        return response


def signed_in(request: HttpRequest) -> User:
    """Return the request's user, typed as ours; call it only behind `login_required`."""
    return cast("User", request.user)


def wants_fragment(request: HttpRequest) -> bool:
    """Tell whether HTMX asks for a part of the page, rather than a browser or a history restore for all of it."""
    headers = request.headers
    return headers.get("HX-Request") == "true" and not (
        headers.get("HX-Boosted") or headers.get("HX-History-Restore-Request")
    )


def posted_version(request: HttpRequest) -> int:
    """Return the version of the record that the posted form was read at; 0, which is always stale, for nonsense."""
    text = request.POST.get("version", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0


def dialog_done(request: HttpRequest, address: str) -> HttpResponse:
    """Close the dialog that posted and let the list behind it show `address`; without scripts, go there."""
    if not wants_fragment(request):
        return redirect(address)
    response = HttpResponse(status=204)
    response["HX-Trigger"] = "dialog-done"
    response["HX-Location"] = json.dumps({"path": address, "target": "#list-region", "swap": "outerHTML"})
    return response


def page_follows(request: HttpRequest, address: str) -> HttpResponse:
    """Go to another page, whoever asked: the browser or HTMX."""
    if not wants_fragment(request):
        return redirect(address)
    response = HttpResponse(status=204)
    response["HX-Redirect"] = address
    return response
