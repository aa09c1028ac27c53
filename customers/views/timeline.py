"""The timeline: its stream, the filters above it, and the composer that writes on it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST, require_safe

from crm_site.files.services import FileRefusedError
from crm_site.pages.cells import Toast, saved_toast
from crm_site.pages.requests import signed_in, wants_fragment
from crm_site.pages.timeline import by_day
from crm_site.staff.fetching import fetch_visible
from crm_site.staff.models import User
from customers import selectors
from customers.choices import CallOutcome
from customers.forms import InteractionForm, StreamForm
from customers.models import Customer, Task
from customers.selectors.streams import read_cursor
from customers.services import log_interaction
from customers.services.calling import NEXT_STEPS, log_call
from customers.views.entries_shown import Teller

STREAM = "customers/timeline.html#stream"
# What a call with one tap offers: the outcomes that come most, and when to call again.
TAPS = (CallOutcome.REACHED, CallOutcome.NOT_REACHED, CallOutcome.MESSAGE)
STEPS = (
    ("tomorrow", _("Call again tomorrow")),
    ("three-days", _("Call again in 3 days")),
    ("next-week", _("Call again next week")),
    ("nothing", _("Nothing to plan")),
)


def entries_context(customer: Customer, user: User, params: Mapping[str, Any]) -> dict[str, Any]:
    """Return a screen of the stream: days of entries, and where the earlier ones are."""
    wanted, before = selectors.StreamFilter.read(params), read_cursor(params)
    screen = selectors.read_screen(customer, user, wanted, before)
    replies = [one for found in screen.replies.values() for one in found]
    teller = Teller(user, customer, screen.entries, replies)
    more_url = ""
    if screen.has_more:
        last = screen.entries[-1]
        place = {**wanted.params(), "at": last.occurred_at.isoformat(), "id": last.pk}
        more_url = f"{reverse('customers:customer-timeline', args=[customer.pk])}?{urlencode(place)}"
    days = by_day(teller.tell(one, screen.replies.get(one.pk, ())) for one in screen.entries)
    # The day that the screen before ended with has its head already.
    goes_on = bool(before and days and timezone.localtime(before[0]).date() == days[0].date)
    return {
        "record": customer,
        "days": days,
        "more_url": more_url,
        "goes_on": goes_on,
        "is_cut": screen.is_cut and before is None,
        "narrows": wanted.narrows,
    }


def timeline_context(
    customer: Customer, user: User, params: Mapping[str, Any], form: InteractionForm | None = None
) -> dict[str, Any]:
    """Return the whole block: composer, filters, and the first screen of the stream."""
    return {
        **entries_context(customer, user, params),
        "composer": form or InteractionForm(customer=customer, user=user),
        "filter_form": StreamForm(selectors.StreamFilter.read(params), customer, user),
        "taps": [(one.value, one.label) for one in TAPS],
        "steps": STEPS if user.access.can_edit(Task.access_module) else STEPS[-1:],
    }


@require_safe
@login_required
def customer_timeline(request: HttpRequest, pk: int) -> HttpResponse:
    """Return a screen of the stream: what the filters leave, or the entries before a place in it."""
    user = signed_in(request)
    customer = fetch_visible(Customer.objects.all(), user, pk=pk)
    response = render(request, "components/timeline.html", entries_context(customer, user, request.GET))
    if wants_fragment(request) and "at" not in request.GET:
        asked = urlencode(selectors.StreamFilter.read(request.GET).params())
        response["HX-Replace-Url"] = f"{customer.get_absolute_url()}?{asked}" if asked else customer.get_absolute_url()
    return response


@require_POST
@login_required
def customer_note(request: HttpRequest, pk: int) -> HttpResponse:
    """Write a note, call, meeting, mail or chat: whoever sees a customer may say something about it."""
    user = signed_in(request)
    customer = fetch_visible(Customer.objects.all(), user, pk=pk)
    files = request.FILES.getlist("files")
    form = InteractionForm(request.POST, customer=customer, user=user, with_files=bool(files))
    if form.is_valid():
        facts = dict(form.cleaned_data)
        try:
            log_interaction(customer, facts.pop("kind"), facts, user, files)
        except FileRefusedError as error:
            form.add_error(None, str(error))
    if not form.errors and not wants_fragment(request):
        return redirect(customer)
    shown = form if form.errors else None
    context = timeline_context(customer, user, {}, shown)
    if shown is None:
        response = render(request, STREAM, context)
        response["HX-Replace-Url"] = customer.get_absolute_url()
        return response
    response = render(request, "customers/composer.html", context, status=422)
    response["HX-Retarget"] = "#composer"
    return response


@require_POST
@login_required
def customer_call(request: HttpRequest, pk: int) -> HttpResponse:
    """Write down a call that was just made, and plan the next one, with a tap each."""
    user = signed_in(request)
    customer = fetch_visible(Customer.objects.all(), user, pk=pk)
    outcome, step = request.POST.get("outcome", ""), request.POST.get("step", "")
    if outcome not in CallOutcome.values or step not in NEXT_STEPS:
        return HttpResponse(gettext("Say what came of the call."), status=422)
    done = log_call(customer, outcome, step, user)
    if not wants_fragment(request):
        return redirect(customer)
    words = gettext("The call was written down.")
    may_undo = Customer.objects.editable_by(user).filter(pk=customer.pk).exists()
    toast = Toast(words, extra_tags=saved_toast(done).extra_tags if may_undo else "")
    response = render(request, STREAM, {**timeline_context(customer, user, {}), "arrivals": [toast]})
    response["HX-Replace-Url"] = customer.get_absolute_url()
    response["HX-Trigger"] = "tasks-changed"
    return response
