"""Business calendars: all of them, one with its week, and the days unlike the others."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from crm_site.calendars.models import BusinessCalendar, CalendarException
from crm_site.calendars.reading import default_calendar, working_times
from crm_site.calendars.services import (
    change_calendar,
    create_calendar,
    make_default,
    put_exception,
    remove_exception,
)
from crm_site.pages.business_time.forms import BusinessCalendarForm, CalendarExceptionForm, WeekForm
from crm_site.pages.business_time.words import country_words, holiday_years, hours_words, span_words
from crm_site.pages.history.deleting import DeleteRecordView
from crm_site.pages.querysets import sets_up
from crm_site.pages.requests import posted_version, signed_in
from crm_site.staff.fetching import fetch_editable
from crm_site.staff.versioning import StaleVersionError

HOME = "calendars:calendar-list"


@require_safe
@login_required
def calendar_list(request: HttpRequest) -> HttpResponse:
    """Show the calendars, and which are open now."""
    _require(request)
    default_calendar()
    found = list(BusinessCalendar.objects.prefetch_related("hours", "exceptions"))
    times, now = working_times(found), timezone.now()
    rows = [(one, hours_words(one), country_words(one), times[one.pk].is_open(now)) for one in found]
    return render(request, "pages/calendars/list.html", {"rows": rows, "page_title": _("Business calendars")})


@require_http_methods(["GET", "POST"])
@login_required
def calendar_create(request: HttpRequest) -> HttpResponse:
    """Add a calendar."""
    _require(request)
    form = BusinessCalendarForm(request.POST or None)
    week = WeekForm(request.POST or None, initial=_office_hours())
    if request.method == "POST" and form.is_valid() and week.is_valid():
        try:
            made = create_calendar(form.cleaned_data, week.hours)
        except forms.ValidationError as error:
            form.refuse(error)
        else:
            messages.success(request, _("“%(record)s” was saved.") % {"record": made})
            return redirect(made)
    return _page(request, form, week, {"page_title": _("New business calendar")})


@require_http_methods(["GET", "POST"])
@login_required
def calendar_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Change a calendar with its week; below stand its holidays and exceptions."""
    calendar = _calendar(request, pk)
    form = BusinessCalendarForm(request.POST or None, instance=_calendar(request, pk))
    week = WeekForm(request.POST or None, calendar=calendar)
    version = posted_version(request) if request.method == "POST" else calendar.version
    if request.method == "POST" and form.is_valid() and week.is_valid():
        try:
            change_calendar(calendar, version, form.cleaned_data, week.hours)
        except StaleVersionError:
            version = BusinessCalendar.objects.get(pk=pk).version
            form.add_error(None, _("Somebody else changed this in the meantime. Save again to replace what is stored."))
        except forms.ValidationError as error:
            form.refuse(error)
        else:
            messages.success(request, _("“%(record)s” was saved.") % {"record": calendar})
            return redirect(calendar)
    year = timezone.localdate().year
    context = {
        "page_title": _("Business calendar “%(name)s”") % {"name": calendar},
        "record": calendar,
        "version": version,
        "years": holiday_years(calendar, (year, year + 1)),
        "exceptions": [
            (one, span_words(one.opens, one.closes) if one.opens and one.closes is not None else "")
            for one in calendar.exceptions.all()
        ],
    }
    return _page(request, form, week, context)


@require_POST
@login_required
def calendar_default(request: HttpRequest, pk: int) -> HttpResponse:
    """Let this calendar hold where nothing else is said."""
    calendar = _calendar(request, pk)
    make_default(calendar)
    messages.success(request, _("“%(record)s” holds now where nothing else is said.") % {"record": calendar})
    return redirect(HOME)


class CalendarDeleteView(DeleteRecordView):
    """Moves a calendar with its hours to the trash; the default one stays."""

    model = BusinessCalendar
    list_url_name = HOME

    def _record(self, request: HttpRequest, pk: int) -> Any:
        record = super()._record(request, pk)
        if record.is_default:
            raise PermissionDenied
        return record


@require_http_methods(["GET", "POST"])
@login_required
def exception_create(request: HttpRequest, pk: int) -> HttpResponse:
    """Add a day unlike the others."""
    calendar = _calendar(request, pk)
    form = CalendarExceptionForm(request.POST or None)
    return _exception(request, form, calendar, None, _("New exception: %(calendar)s") % {"calendar": calendar})


@require_http_methods(["GET", "POST"])
@login_required
def exception_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Change an exception."""
    found = fetch_editable(CalendarException.objects.all(), signed_in(request), pk=pk)
    form = CalendarExceptionForm(request.POST or None, instance=CalendarException.objects.get(pk=found.pk))
    return _exception(request, form, found.calendar, found, _("Change “%(record)s”") % {"record": found})


@require_POST
@login_required
def exception_remove(request: HttpRequest, pk: int) -> HttpResponse:
    """Let a day be like the others again."""
    found = fetch_editable(CalendarException.objects.select_related("calendar"), signed_in(request), pk=pk)
    remove_exception(found)
    messages.success(request, _("The exception is gone."))
    return redirect(found.calendar)


def _exception(
    request: HttpRequest,
    form: CalendarExceptionForm,
    calendar: BusinessCalendar,
    found: CalendarException | None,
    title: str,
) -> HttpResponse:
    if request.method == "POST" and form.is_valid():
        try:
            put_exception(calendar, form.cleaned_data, found)
        except forms.ValidationError as error:
            form.refuse(error)
        else:
            messages.success(request, _("The exception was saved."))
            return redirect(calendar)
    context = {"form": form, "page_title": title, "cancel_url": calendar.get_absolute_url(), "version": ""}
    return render(request, "pages/form.html", context, status=422 if form.errors else 200)


def _require(request: HttpRequest) -> None:
    """Answer “not found” to people who don't set up the site."""
    if not sets_up(signed_in(request)):
        raise Http404


def _calendar(request: HttpRequest, pk: int) -> BusinessCalendar:
    return fetch_editable(BusinessCalendar.objects.all(), signed_in(request), pk=pk)


def _office_hours() -> dict[str, str]:
    """Return what a new calendar begins with: Monday to Friday from 9 to 17."""
    found: dict[str, str] = {}
    for day in range(5):
        found |= {f"opens_{day}_0": "09:00", f"closes_{day}_0": "17:00"}
    return found


def _page(request: HttpRequest, form: BusinessCalendarForm, week: WeekForm, context: dict[str, Any]) -> HttpResponse:
    refused = form.errors or week.errors
    shown = {"form": form, "week": week, "cancel_url": reverse(HOME), **context}
    return render(request, "pages/calendars/form.html", shown, status=422 if refused else 200)
