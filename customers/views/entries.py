"""One entry of a timeline: changed, deleted, answered, and what it was before."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from crm_site.files.services import FileRefusedError
from crm_site.history.models import Change
from crm_site.pages.cells import Toast, saved_toast
from crm_site.pages.history.presenting import told_changes
from crm_site.pages.requests import posted_version, signed_in, wants_fragment
from crm_site.pages.timeline import Entry
from crm_site.staff.fetching import fetch_editable, fetch_visible
from crm_site.staff.models import User
from crm_site.staff.versioning import StaleVersionError
from customers.constants import WRITTEN_VERBS
from customers.forms.timeline import EntryForm, ReplyForm
from customers.models import Activity
from customers.selectors import read_replies
from customers.selectors.streams import OPEN_REPLIES
from customers.services import answer_entry, change_entry, delete_entry
from customers.services.talking import AnsweredError
from customers.views.entries_shown import Teller, tell_one

VERSIONS = 20
# Of a thread all answers are shown at once; nobody reads more.
MOST_REPLIES = 200


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def entry_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Change what somebody wrote, where it stands: writers their own, and who may edit all customers everybody's."""
    user = signed_in(request)
    entry = fetch_editable(_entries(), user, pk=pk)
    if request.method != "POST":
        if "shown" in request.GET:
            return _shown(request, entry, user)
        return render(request, "customers/entry_form.html", {"form": EntryForm(entry=entry, user=user), "entry": entry})
    form = EntryForm(request.POST, entry=entry, user=user)
    if form.is_valid():
        try:
            change_entry(entry, posted_version(request), form.facts, user)
        except StaleVersionError:
            form.add_error(None, gettext("Somebody else changed this in the meantime. Look at it again."))
    if form.errors:
        return render(request, "customers/entry_form.html", {"form": form, "entry": entry}, status=422)
    if not wants_fragment(request):
        return redirect(entry)
    return _shown(request, entry, user)


@require_POST
@login_required
def entry_delete(request: HttpRequest, pk: int) -> HttpResponse:
    """Move what somebody wrote to the trash, and offer to bring it back."""
    user = signed_in(request)
    entry = fetch_editable(_entries(), user, pk=pk)
    try:
        done = delete_entry(entry, user)
    except AnsweredError as error:
        return _shown(request, entry, user, Toast(" ".join(error.messages), "error"))
    if not wants_fragment(request):
        return redirect(entry)
    toast = Toast(gettext("The entry was deleted."), extra_tags=saved_toast(done).extra_tags)
    return render(request, "components/toast_arrivals.html", {"messages": [toast]})


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def entry_thread(request: HttpRequest, pk: int) -> HttpResponse:
    """Show the answers to an entry, with `all` every one and with `write` a form; on POST add one."""
    user = signed_in(request)
    entry = fetch_visible(_entries().filter(verb__in=WRITTEN_VERBS), user, pk=pk)
    form = ReplyForm(request.POST or None, entry=entry)
    wrong = False
    if request.method == "POST":
        wrong = not form.is_valid()
        try:
            if not wrong:
                answer_entry(entry, form.cleaned_data["body"], user, request.FILES.getlist("files"))
        except FileRefusedError as error:
            form.add_error(None, str(error))
            wrong = True
        if not wants_fragment(request) and not wrong:
            return redirect(entry)
    most = MOST_REPLIES if "all" in request.GET else OPEN_REPLIES
    replies = read_replies([entry.pk], most)[entry.pk]
    told = Teller(user, entry.customer, [], replies).tell_thread(entry, replies)
    context = {"thread": told, "form": form if wrong or "write" in request.GET else None}
    return render(request, "components/thread.html", context, status=422 if wrong else 200)


@require_safe
@login_required
def entry_versions(request: HttpRequest, pk: int) -> HttpResponse:
    """Show what an entry was before it was changed, the latest change first."""
    user = signed_in(request)
    entry = fetch_visible(_entries(), user, pk=pk)
    root = {"root_table": "customers_customer", "root_id": entry.customer_id}
    own = Change.objects.filter(**root, table_name=Activity._meta.db_table, record_id=entry.pk, action="U")
    changes = list(own.select_related("actor").order_by("-pk")[:VERSIONS])
    told = told_changes(changes, user, restorable=False)
    return render(request, "customers/entry_versions.html", {"changes": told})


def _entries() -> Any:
    return Activity.objects.select_related("customer")


def _shown(request: HttpRequest, entry: Activity, user: User, *arrivals: Toast) -> HttpResponse:
    told: Entry = tell_one(entry, user, entry.customer)
    return render(request, "components/entry.html", {"entry": told, "arrivals": arrivals})
