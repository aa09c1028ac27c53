"""The people of assignment: what they take, when they are away, and everybody's own absences."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import Prefetch
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from crm_site.assignment.models import Absence, AssignmentDay, Availability
from crm_site.assignment.pool import people_at
from crm_site.assignment.services import put_absence, set_availability
from crm_site.pages.assignment.forms import AbsenceForm, AvailabilityForm
from crm_site.pages.querysets import sets_up
from crm_site.pages.requests import signed_in
from crm_site.staff.fetching import fetch_editable
from crm_site.staff.models import User

PEOPLE, OWN = "assignment:person-list", "assignment:absence-list"
MOST_PEOPLE = 500


@require_safe
@login_required
def person_list(request: HttpRequest) -> HttpResponse:
    """Show whether people can be given work now, how full their day is, and when they are away next."""
    _require(request)
    now, today = timezone.now(), timezone.localdate()
    coming = Prefetch("absences", Absence.objects.from_day(today), to_attr="coming")
    found = list(
        User.objects.filter(is_active=True)
        .select_related("team")
        .prefetch_related(coming)
        .order_by("name")[:MOST_PEOPLE]
    )
    people = people_at(found, now)
    days = AssignmentDay.objects.filter(user__in=found, day__in={one.day for one in people.values()})
    for row in days:
        if row.day == people[row.user_id].day:
            people[row.user_id].taken = row.taken
    rows = [(people[one.pk], next(iter(one.coming), None)) for one in found]
    return render(request, "pages/assignment/people.html", {"rows": rows, "page_title": _("People and absences")})


@require_http_methods(["GET", "POST"])
@login_required
def person_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Say what somebody takes; their absences stand below."""
    _require(request)
    person = _person(pk)
    form = AvailabilityForm(request.POST or None, instance=Availability.objects.filter(user=person).first())
    if request.method == "POST" and form.is_valid():
        set_availability(person, form.cleaned_data)
        messages.success(request, _("“%(record)s” was saved.") % {"record": person})
        return redirect(PEOPLE)
    context = {
        "form": form,
        "person": person,
        "page_title": str(person),
        "cancel_url": reverse(PEOPLE),
        "absences": Absence.objects.filter(user=person).from_day(timezone.localdate()),
        "add_url": reverse("assignment:person-absence", args=[person.pk]),
    }
    return render(request, "pages/assignment/person.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
@login_required
def person_absence(request: HttpRequest, pk: int) -> HttpResponse:
    """Enter an absence of somebody else."""
    _require(request)
    person = _person(pk)
    title = _("New absence: %(person)s") % {"person": person}
    return _absence(request, person, None, title)


@require_safe
@login_required
def absence_list(request: HttpRequest) -> HttpResponse:
    """Show the reader's own absences that are not over."""
    user = signed_in(request)
    context = {
        "page_title": _("My absences"),
        "absences": Absence.objects.filter(user=user).from_day(timezone.localdate()),
        "add_url": reverse("assignment:absence-create"),
    }
    return render(request, "pages/assignment/absences.html", context)


@require_http_methods(["GET", "POST"])
@login_required
def absence_create(request: HttpRequest) -> HttpResponse:
    """Enter an absence of one's own."""
    return _absence(request, signed_in(request), None, _("New absence"))


@require_http_methods(["GET", "POST"])
@login_required
def absence_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Change an absence: one's own, or anybody's by those who set up."""
    found = _found(request, pk)
    return _absence(request, found.user, found, _("Change the absence"))


@require_POST
@login_required
def absence_remove(request: HttpRequest, pk: int) -> HttpResponse:
    """Take an absence back."""
    found = _found(request, pk)
    found.delete()
    messages.success(request, _("The absence is gone."))
    return redirect(_home(request, found.user))


def _absence(request: HttpRequest, person: User, found: Absence | None, title: str) -> HttpResponse:
    # A fresh instance: a refused form must not change the absence that the service gets.
    form = AbsenceForm(request.POST or None, instance=Absence.objects.get(pk=found.pk) if found else None)
    home = _home(request, person)
    if request.method == "POST" and form.is_valid():
        try:
            put_absence(person, form.cleaned_data, found)
        except forms.ValidationError as error:
            form.refuse(error)
        else:
            messages.success(request, _("The absence was saved."))
            return redirect(home)
    context = {"form": form, "page_title": title, "cancel_url": home, "version": ""}
    return render(request, "pages/form.html", context, status=422 if form.errors else 200)


def _home(request: HttpRequest, person: User) -> str:
    """Return where a person's absences stand for this reader."""
    if person.pk == signed_in(request).pk:
        return reverse(OWN)
    return reverse("assignment:person-edit", args=[person.pk])


def _found(request: HttpRequest, pk: int) -> Absence:
    return fetch_editable(Absence.objects.select_related("user"), signed_in(request), pk=pk)


def _person(pk: int) -> User:
    try:
        return User.objects.get(pk=pk, is_active=True)
    except (User.DoesNotExist, OverflowError) as error:
        raise Http404 from error


def _require(request: HttpRequest) -> None:
    """Answer “not found” to people who don't set up the site."""
    if not sets_up(signed_in(request)):
        raise Http404
