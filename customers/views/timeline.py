"""The timeline's fragment and its composer."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from crm_site.files.services import FileRefusedError
from crm_site.notifications.mentions import marked_up, names_of
from crm_site.pages.requests import signed_in, wants_fragment
from crm_site.pages.timeline import Entry, by_day
from crm_site.staff.fetching import fetch_visible
from customers import selectors
from customers.forms import NoteForm
from customers.models import Activity, Customer
from customers.services import add_note


def timeline_context(customer: Customer, params: Mapping[str, Any]) -> dict[str, Any]:
    """Return a page of the timeline: days of entries, and where the earlier ones are."""
    entries = selectors.stream(customer, before=_cursor(params))
    shown = entries[: selectors.PAGE]
    more_url = ""
    if len(entries) > selectors.PAGE:
        last = shown[-1]
        place = urlencode({"at": last.occurred_at.isoformat(), "id": last.pk})
        more_url = f"{reverse('customers:customer-timeline', args=[customer.pk])}?{place}"
    names = names_of(key for one in shown for key in one.data.get("mentions", ()))
    return {"days": by_day(_entry(one, names) for one in shown), "more_url": more_url}


@require_safe
@login_required
def customer_timeline(request: HttpRequest, pk: int) -> HttpResponse:
    """Return the entries before a place in the stream."""
    customer = fetch_visible(Customer.objects.all(), signed_in(request), pk=pk)
    return render(request, "components/timeline.html", timeline_context(customer, request.GET))


@require_POST
@login_required
def customer_note(request: HttpRequest, pk: int) -> HttpResponse:
    """Write a note: whoever sees a customer may say something about it."""
    user = signed_in(request)
    customer = fetch_visible(Customer.objects.all(), user, pk=pk)
    form = NoteForm(request.POST, customer=customer)
    if form.is_valid():
        try:
            add_note(customer, form.cleaned_data["body"], user, request.FILES.getlist("files"))
            form = NoteForm(customer=customer)
        except FileRefusedError as error:
            form.add_error(None, str(error))
    if not wants_fragment(request) and not form.errors:
        return redirect(customer)
    context = {"record": customer, "note_form": form, **timeline_context(customer, {})}
    return render(request, "customers/customer_detail.html#stream", context, status=422 if form.errors else 200)


def _entry(activity: Activity, names: Mapping[int, str]) -> Entry:
    verb = activity.definition
    return Entry(
        at=activity.occurred_at,
        sentence=activity.sentence,
        icon=verb.icon if verb else "point",
        body=marked_up(activity.body, names) if activity.data.get("mentions") else activity.body,
        url=activity.link,
        system=bool(verb and verb.system),
        more_url=_files_url(activity) if activity.data.get("files") else "",
    )


def _files_url(activity: Activity) -> str:
    return reverse("files:subject-entry", args=["customer", activity.customer_id, activity.pk])


def _cursor(params: Mapping[str, Any]) -> tuple[dt.datetime, int] | None:
    try:
        at = dt.datetime.fromisoformat(str(params["at"]))
        pk = int(params["id"])
    except (KeyError, ValueError):
        return None
    if at.tzinfo is None or not 0 < pk < 2**63:
        return None
    return at, pk
