"""The bell, the page of all notifications, what people want to hear of, and following."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseNotModified, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.cache import patch_cache_control
from django.utils.http import parse_etags
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from crm_site.notifications import reading
from crm_site.notifications.choices import Channel
from crm_site.notifications.choosing import choose_channels, digest_hour_of, lines_of
from crm_site.notifications.following import follow, is_following, unfollow
from crm_site.notifications.forms import ChannelsForm
from crm_site.notifications.mentions import find_people
from crm_site.notifications.models import Notification
from crm_site.staff.subjects import fetch_visible_subject

if TYPE_CHECKING:
    from crm_site.staff.models import User


def _reader(request: HttpRequest) -> User:
    return cast("User", request.user)


@require_safe
@login_required
def waiting(request: HttpRequest) -> HttpResponse:
    """Answer the bell's poll with how many are new: one query, and 304 while nothing has changed."""
    found = reading.waiting_for(_reader(request))
    etag = f'"{found.badge}.{get_language()}"'
    response: HttpResponse
    if etag in parse_etags(request.headers.get("If-None-Match", "")):
        response = HttpResponseNotModified()
    else:
        response = JsonResponse({"badge": found.badge, "words": found.words})
    response["ETag"] = etag
    # Kept by the browser so that it can ask with the tag, but never shown without asking, and never by a proxy.
    patch_cache_control(response, private=True, no_cache=True)
    return response


@require_POST
@login_required
def latest(request: HttpRequest) -> HttpResponse:
    """Show the latest in the bell's menu, and note that they were seen."""
    rows = reading.own(_reader(request))
    shown = list(rows[: reading.IN_BELL])
    rows.order_by().mark_seen()
    return render(request, "notifications/latest.html", {"notifications": shown})


@require_safe
@login_required
def notification_list(request: HttpRequest) -> HttpResponse:
    """Show all notifications, a page at a time."""
    given = request.GET.get("before", "")
    before = int(given) if given.isascii() and given.isdigit() and len(given) < 19 else None
    found, following = reading.page_of(_reader(request), before)
    address = reverse("notifications:notification-list")
    context = {
        "notifications": found,
        "more_url": f"{address}?before={following}" if following else "",
        "page_title": _("Notifications"),
    }
    fragment = request.headers.get("HX-Request") == "true" and before is not None
    return render(request, f"notifications/notification_list.html{'#rows' if fragment else ''}", context)


@require_safe
@login_required
def notification_open(request: HttpRequest, pk: int) -> HttpResponse:
    """Lead to what a notification is about, and note that it was read; not found when it may no longer be seen."""
    user = _reader(request)
    found = reading.fetch_own(user, pk)
    if found.subject_kind and found.subject_id is not None:
        fetch_visible_subject(found.subject_kind, found.subject_id, user)
    Notification.objects.filter(pk=found.pk).mark_read()
    return redirect(found.url)


@require_POST
@login_required
def read_all(request: HttpRequest) -> HttpResponse:
    """Mark everything as read."""
    Notification.objects.visible_to(_reader(request)).mark_read()
    if request.headers.get("HX-Request") == "true":
        return latest(request)
    return redirect("notifications:notification-list")


@require_http_methods(["GET", "POST"])
@login_required
def preferences(request: HttpRequest) -> HttpResponse:
    """Show and save what the person wants to hear of, and how."""
    user = _reader(request)
    form = ChannelsForm(request.POST if request.method == "POST" else None, initial={"hour": digest_hour_of(user)})
    if form.is_bound and form.is_valid():
        choose_channels(user, form.wanted(), form.cleaned_data["hour"])
        messages.success(request, gettext("Your preferences are saved."))
        return redirect("notifications:preferences")
    context = {"form": form, "lines": lines_of(user), "channels": Channel, "page_title": _("Notifications")}
    return render(request, "notifications/preferences.html", context, status=422 if form.is_bound else 200)


@require_http_methods(["GET", "POST"])
@login_required
def follow_record(request: HttpRequest, subject: str, pk: int) -> HttpResponse:
    """Show whether the person follows the record; on POST follow it, or stop."""
    user = _reader(request)
    record = fetch_visible_subject(subject, pk, user)
    if request.method == "POST":
        (unfollow if request.POST.get("do") == "unfollow" else follow)(user, subject, pk)
        if request.headers.get("HX-Request") != "true":
            return redirect(record.get_absolute_url())
    following = is_following(user, subject, pk)
    return render(request, "notifications/follow.html", {"subject": subject, "pk": pk, "following": following})


@require_safe
@login_required
def people(request: HttpRequest, subject: str, pk: int) -> JsonResponse:
    """Return colleagues who can be mentioned on the record, by what was typed after the @."""
    fetch_visible_subject(subject, pk, _reader(request))
    found = find_people(request.GET.get("q", ""))
    return JsonResponse({"items": [{"value": one.pk, "text": one.short_name, "detail": one.email} for one in found]})
