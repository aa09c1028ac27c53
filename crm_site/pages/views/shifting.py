"""Carrying an entry of a calendar to another day or time, by mouse, touch, keys or a small form."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from crm_site.history.choices import OperationKind
from crm_site.history.operations import operation
from crm_site.pages import formatting
from crm_site.pages.cells import Toast, saved_toast
from crm_site.pages.lists.columns import follow
from crm_site.pages.lists.presentation import Listing
from crm_site.pages.lists.ranges import EARLIEST, LATEST
from crm_site.pages.lists.registry import open_list
from crm_site.pages.requests import posted_version, signed_in, wants_fragment
from crm_site.staff.fetching import fetch_editable
from crm_site.staff.versioning import StaleVersionError

STATE_LENGTH = 8000
LEVELS = {"success": messages.SUCCESS, "error": messages.ERROR}


class ShiftForm(forms.Form):
    """Where an entry is to go; `keep` leaves its time as it is."""

    day = forms.DateField(label=_("Day"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
    clock = forms.TimeField(
        label=_("Time"),
        required=False,
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
        help_text=_("Empty for the whole day."),
    )
    keep = forms.BooleanField(required=False, widget=forms.HiddenInput)

    def clean_day(self) -> dt.date:
        """Refuse days that no calendar shows."""
        day: dt.date = self.cleaned_data["day"]
        if not EARLIEST <= day <= LATEST:
            raise forms.ValidationError(_("This day is too far away."))
        return day


@require_http_methods(["GET", "POST"])
@login_required
def list_shift(request: HttpRequest, code: str, pk: int) -> HttpResponse:
    """Show the form that moves the record, or move it and show the calendar again."""
    user = signed_in(request)
    page = open_list(code, user)
    if page.calendar is None or page.calendar.move is None:
        raise Http404
    manager: Any = page.model._default_manager
    record = fetch_editable(manager.all(), user, pk=pk)
    moment = follow(record, page.calendar.moment)
    here = (request.POST if request.method == "POST" else request.GET).get("state", "")[:STATE_LENGTH]
    if request.method == "POST":
        form = ShiftForm(request.POST)
        if not form.is_valid():
            return _dialog(request, page, record, form, here)
        toast = _shift(request, page, record, form.cleaned_data, moment)
        state = replace(page.state(QueryDict(here)), after="", before="")
        if not wants_fragment(request):
            messages.add_message(request, LEVELS[toast.level_tag], toast.words, extra_tags=toast.extra_tags)
            return redirect(state.address(page))
        context = {"list": Listing(page, user, state), "is_fragment": True, "messages": [toast]}
        response = render(request, f"{page.template}#rows", context)
        response["HX-Retarget"], response["HX-Reswap"] = "#list-region", "outerHTML"
        return response
    day = timezone.localtime(moment).date() if moment else getattr(record, "due_date", None)
    initial = {"day": day, "clock": timezone.localtime(moment).time() if moment else None}
    return _dialog(request, page, record, ShiftForm(initial=initial), here)


def _dialog(request: HttpRequest, page: Any, record: Any, form: ShiftForm, state: str) -> HttpResponse:
    whole = not wants_fragment(request)
    context = {"page": page, "record": record, "form": form, "state": state, "page_title": record, "whole": whole}
    template = "pages/list/shift_page.html" if whole else "pages/list/shift_dialog.html"
    return render(request, template, context, status=422 if form.errors and whole else 200)


def _shift(request: HttpRequest, page: Any, record: Any, asked: dict[str, Any], moment: dt.datetime | None) -> Toast:
    """Move the record as an operation that can be undone, and return what to say."""
    user, day, clock = signed_in(request), asked["day"], asked["clock"]
    if asked["keep"]:
        clock = timezone.localtime(moment).time() if moment else None
    title = f"{record}: {formatting.date(day)}"
    try:
        with operation(OperationKind.EDIT, actor=user, module=page.module, title=title, count=1) as done:
            page.calendar.move(record, posted_version(request), day, clock, user)
    except StaleVersionError:
        said = gettext("Somebody else changed “%(record)s” in the meantime; look at it again.")
        return Toast(said % {"record": record}, "error")
    return saved_toast(done)
