"""Error pages that look like the rest and say the way out; denied and missing look the same."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.translation import gettext_lazy as _


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Say that there is nothing here, whether it is missing or not for this reader."""
    return render(request, "404.html", {"page_title": _("Not found")}, status=404)


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Say that the reader may look but not do this."""
    return render(request, "403.html", {"page_title": _("Not permitted")}, status=403)


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Say that the request could not be read."""
    return render(request, "400.html", {"page_title": _("Request not understood")}, status=400)


def server_error(request: HttpRequest) -> HttpResponse:
    """Say that something broke, without touching session or database: they may be what is broken."""
    context = {"request_id": request.META.get("REQUEST_ID", ""), "page_title": _("Something broke")}
    return HttpResponse(render_to_string("500.html", context), status=500)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Say that the form was too old, and that going back keeps what was typed."""
    return render(request, "403_csrf.html", {"page_title": _("This form has expired")}, status=403)
