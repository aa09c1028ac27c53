"""Calendar programs: the feed behind a secret address, its settings, and invitations to meetings."""

from __future__ import annotations

from urllib.parse import urljoin

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.cache import get_conditional_response, patch_response_headers
from django.utils.http import quote_etag
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_safe

from crm_site.pages.preferences import speaking_as
from crm_site.pages.requests import signed_in
from crm_site.staff.fetching import fetch_visible
from customers.models import CalendarFeed, Task
from customers.services.tasking import issue_feed, reader_of, revoke_feed
from customers.services.tasking.calendars import feed_of, feed_state, invitation_to

CALENDAR = "text/calendar; charset=utf-8"
# Calendar programs ask again by themselves; in between they may keep what they have.
KEPT_SECONDS = 300


@require_safe
def calendar_feed(request: HttpRequest, token: str) -> HttpResponse:
    """Return the tasks of whoever the secret belongs to; an unknown or revoked one is not found."""
    user = reader_of(token)
    if user is None:
        raise Http404
    etag = quote_etag(feed_state(user))
    unchanged = get_conditional_response(request, etag=etag)
    if unchanged is not None:
        return unchanged
    with speaking_as(user):
        response = HttpResponse(feed_of(user), content_type=CALENDAR)
    response["ETag"] = etag
    patch_response_headers(response, KEPT_SECONDS)
    response["Cache-Control"] = f"private, max-age={KEPT_SECONDS}"
    response["Referrer-Policy"] = "no-referrer"
    response["X-Robots-Tag"] = "noindex"
    return response


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def calendar_settings(request: HttpRequest) -> HttpResponse:
    """Show whether the feed is open, make it a new secret address, or revoke it; the address is shown once."""
    user = signed_in(request)
    if not user.access.can_view(Task.access_module):
        raise Http404
    address = ""
    if request.method == "POST":
        if request.POST.get("do") == "revoke":
            revoke_feed(user)
        else:
            path = reverse("calendar:feed", args=[issue_feed(user)])
            address = urljoin(settings.BASE_URL, path)
    feed = CalendarFeed.objects.filter(user=user).first()
    context = {"feed": feed, "address": address, "page_title": gettext("Calendar in other programs")}
    response = render(request, "customers/task_calendar.html", context)
    response["Cache-Control"] = "no-store"
    return response


@require_safe
@login_required
def task_invitation(request: HttpRequest, pk: int) -> HttpResponse:
    """Return the invitation to a meeting as a file that calendar programs open."""
    found = Task.objects.select_related("owner", "customer").prefetch_related("attendees", "guests__contact_points")
    task = fetch_visible(found, signed_in(request), pk=pk)
    if not task.is_meeting:
        raise Http404
    response = HttpResponse(invitation_to(task), content_type=f"{CALENDAR}; method=REQUEST")
    response["Content-Disposition"] = f'attachment; filename="meeting-{task.pk}.ics"'
    return response
