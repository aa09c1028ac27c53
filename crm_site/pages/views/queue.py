"""Working a list record by record: starting, the bar on the record's page, and what came of it."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext
from django.views.decorators.http import require_POST, require_safe

from crm_site.pages.bulk.selection import Selection
from crm_site.pages.lists.registry import open_list
from crm_site.pages.queue import PARAM, Place, Queue, begin
from crm_site.pages.requests import signed_in


@require_POST
@login_required
def queue_start(request: HttpRequest, code: str) -> HttpResponse:
    """Open the first record of the selected rows."""
    user = signed_in(request)
    page = open_list(code, user)
    if not page.runs_through:
        raise Http404
    selection = Selection.posted(request.POST)
    address = begin(page, selection, user)
    if not address:
        messages.info(request, gettext("There is nothing to work through."))
    return redirect(address or selection.read_state(page).address(page))


@require_safe
@login_required
def queue_bar(request: HttpRequest) -> HttpResponse:
    """Show where the reader is in the queue, with the ways on and back."""
    text = request.GET.get(PARAM, "")
    queue = Queue(Place.read(text), signed_in(request))
    end = f"{reverse('pages:queue-end')}?{urlencode({PARAM: text})}"
    context = {"queue": queue, "next": queue.address(), "previous": queue.address(back=True), "end": end}
    return render(request, "pages/list/queue_bar.html", context)


@require_safe
@login_required
def queue_end(request: HttpRequest) -> HttpResponse:
    """Say what was worked through and what is left."""
    queue = Queue(Place.read(request.GET.get(PARAM, "")), signed_in(request))
    left, more = queue.left()
    context = {"queue": queue, "left": left, "more": more, "page_title": gettext("Queue finished")}
    return render(request, "pages/list/queue_end.html", context)
