"""Forms of tasks."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib.auth import get_user_model
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from crm_site.lib.recurrence import MAX_COUNT, MAX_INTERVAL, Recurrence, week_of_month
from crm_site.pages.picking import RecordField, RecordsField
from customers.choices import CallOutcome, TaskKind
from customers.models import Customer, Task

if TYPE_CHECKING:
    from crm_site.staff.models import User

REMINDERS = (
    ("", _("No reminder")),
    (0, _("When it is due")),
    (10, _("10 minutes before")),
    (30, _("30 minutes before")),
    (60, _("1 hour before")),
    (120, _("2 hours before")),
    (1440, _("1 day before")),
    (2880, _("2 days before")),
    (10080, _("1 week before")),
)
REPEATS = (
    ("", _("Does not repeat")),
    ("DAILY", _("Every day")),
    ("WEEKLY", _("Every week")),
    ("MONTHLY", _("Every month, on this day")),
    ("NTH", _("Every month, on this day of the week")),
    ("YEARLY", _("Every year")),
)
WEEKDAYS = (
    (0, _("Monday")), (1, _("Tuesday")), (2, _("Wednesday")), (3, _("Thursday")), (4, _("Friday")),
    (5, _("Saturday")), (6, _("Sunday")),
)  # fmt: skip
SCOPES = (("this", _("This one")), ("following", _("This one and all that follow")))
REPETITION = ("repeat", "interval", "weekdays", "until", "times")
EARLIEST, LATEST = dt.date(2000, 1, 1), dt.date(2100, 1, 1)


def day_input() -> forms.DateInput:
    """Return a control for a day."""
    return forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


def time_input() -> forms.TimeInput:
    """Return a control for a time of day."""
    return forms.TimeInput(attrs={"type": "time"}, format="%H:%M")


class DayField(forms.DateField):
    """A day that a calendar shows."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(widget=day_input(), **kwargs)

    def clean(self, value: Any) -> Any:
        """Refuse days that are too far away to be meant."""
        day = super().clean(value)
        if day is not None and not EARLIEST <= day <= LATEST:
            raise forms.ValidationError(_("This day is too far away."))
        return day


class TaskBulkForm(forms.ModelForm[Task]):
    """What can be changed on many tasks at once."""

    class Meta:
        model = Task
        fields = ("owner", "state", "priority")

    def __init__(self, *args: Any, user: User | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        owners: Any = self.fields["owner"]
        owners.queryset = owners.queryset.filter(is_active=True)
        owners.empty_label = _("Nobody")


class TaskForm(forms.ModelForm[Task]):
    """A task, a call or a meeting: when, local where it was planned, and how it repeats."""

    day = DayField(label=_("Day"))
    clock = forms.TimeField(
        label=_("Time"), required=False, widget=time_input(), help_text=_("Empty for the whole day.")
    )
    customer = RecordField(
        Customer.objects.none(), "customers", label=_("Customer"), required=False, empty_label=_("None")
    )
    guests = RecordsField(Customer.objects.none(), "customers", label=_("Guests"), required=False)
    remind_minutes = forms.TypedChoiceField(
        label=_("Reminder"), choices=REMINDERS, required=False, coerce=int, empty_value=None
    )
    repeat = forms.ChoiceField(label=_("Repeats"), choices=REPEATS, required=False)
    interval = forms.IntegerField(
        label=_("Every how many"), min_value=1, max_value=MAX_INTERVAL, required=False, initial=1
    )
    weekdays = forms.TypedMultipleChoiceField(
        label=_("On these days of the week"), choices=WEEKDAYS, coerce=int, required=False
    )
    until = DayField(label=_("Until"), required=False)
    times = forms.IntegerField(label=_("How often at most"), min_value=1, max_value=MAX_COUNT, required=False)
    scope = forms.ChoiceField(label=_("What to change"), choices=SCOPES, required=False, initial="this")

    class Meta:
        model = Task
        fields = (
            "title", "kind", "day", "clock", "duration", "customer", "priority", "owner", "attendees", "guests",
            "place", "note", "remind_minutes", "outcome", "repeat", "interval", "weekdays", "until", "times", "scope",
        )  # fmt: skip
        widgets = {"note": forms.Textarea(attrs={"rows": 3}), "outcome": forms.Textarea(attrs={"rows": 2})}

    def __init__(self, *args: Any, user: User | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user
        task = self.instance
        if task.pk:
            self._show(task)
        else:
            self.initial.setdefault("day", timezone.localdate())
            del self.fields["outcome"]
        if task.series_id is None or task.series is None or task.series.ended:
            del self.fields["scope"]
        if not task.pk or task.is_open:
            self.fields.pop("outcome", None)
        self._offer_people(task, user)

    def _show(self, task: Task) -> None:
        """Fill in when the task is, and how it repeats."""
        self.initial.update({"day": task.due_date, "clock": task.clock})
        if task.zone != timezone.get_current_timezone_name():
            self.fields["clock"].help_text = gettext("As the clocks of %(zone)s show it; empty for the whole day.") % {
                "zone": task.zone
            }
        series = task.series
        if series is None or series.ended:
            return
        rule = series.recurrence
        shown = {
            "repeat": "NTH" if rule.nth else rule.frequency,
            "interval": rule.interval,
            "weekdays": () if rule.nth else rule.weekdays,
            "until": rule.until,
            "times": rule.count,
        }
        self.initial.update(shown)

    def _offer_people(self, task: Task, user: User | None) -> None:
        """Offer the customers the user may see and the active colleagues; those set already stay choosable."""
        visible = Customer.objects.visible_to(user) if user else Customer.objects.all()
        if task.pk:
            kept = [task.customer_id, *task.guests.values_list("pk", flat=True)]
            visible = Customer.objects.filter(Q(pk__in=visible.order_by().values("pk")) | Q(pk__in=kept))
        for name in ("customer", "guests"):
            field: Any = self.fields[name]
            field.queryset = visible
        people = get_user_model()._default_manager.filter(is_active=True).order_by("name")
        for name in ("owner", "attendees"):
            chosen: Any = self.fields[name]
            chosen.queryset = people
        self.fields["owner"].empty_label = _("Nobody")  # type: ignore[attr-defined]  # a ModelChoiceField
        if not task.pk and user is not None:
            self.initial.setdefault("owner", user.pk)

    def clean(self) -> dict[str, Any]:
        """Put how it repeats together as `recurrence`, None where it does not."""
        found = super().clean() or self.cleaned_data
        if "repeat" in self.fields and not self.errors:
            found["recurrence"] = self._recurrence(found)
        return found

    def _recurrence(self, found: dict[str, Any]) -> Recurrence | None:
        repeat, day = found.get("repeat"), found["day"]
        if not repeat:
            return None
        if found.get("until") and found.get("times"):
            self.add_error("times", gettext("Say either until when or how often."))
            return None
        if found.get("until") and found["until"] < day:
            self.add_error("until", gettext("This is before the first day."))
            return None
        nth = repeat == "NTH"
        weekdays = tuple(found.get("weekdays") or ()) if repeat == "WEEKLY" else (day.weekday(),) if nth else ()
        return Recurrence(
            frequency="MONTHLY" if nth else repeat,
            interval=found.get("interval") or 1,
            weekdays=weekdays,
            nth=week_of_month(day) if nth else 0,
            count=found.get("times"),
            until=found.get("until"),
        )


class QuickTaskForm(forms.Form):
    """The next step with a customer, in one line."""

    title = forms.CharField(
        label=_("Next step"), max_length=200, widget=forms.TextInput(attrs={"placeholder": _("What is next?")})
    )
    kind = forms.ChoiceField(label=_("Kind"), choices=TaskKind.choices, initial=TaskKind.TASK, required=False)
    day = DayField(label=_("Day"))
    clock = forms.TimeField(label=_("Time"), required=False, widget=time_input())


class FinishForm(forms.Form):
    """What came of a task, and what is next."""

    outcome = forms.CharField(
        label=_("Outcome"),
        max_length=4000,
        required=False,
        widget=forms.TextInput(attrs={"placeholder": _("What came of it?"), "autocomplete": "off"}),
    )
    next_title = forms.CharField(
        label=_("Next step"),
        max_length=200,
        required=False,
        widget=forms.TextInput(attrs={"placeholder": _("What is next?"), "autocomplete": "off"}),
    )
    next_kind = forms.ChoiceField(label=_("Kind"), choices=TaskKind.choices, required=False)
    next_day = DayField(label=_("Day"), required=False)
    next_clock = forms.TimeField(label=_("Time"), required=False, widget=time_input())
    call = forms.ChoiceField(
        label=_("What came of the call"),
        choices=(("", _("Don't write it on the timeline")), *CallOutcome.choices),
        required=False,
    )

    def __init__(self, *args: Any, task: Task, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if task.kind != TaskKind.CALL or task.customer_id is None:
            del self.fields["call"]

    def clean(self) -> dict[str, Any]:
        """Ask for the day of a next step."""
        found = super().clean() or self.cleaned_data
        if found.get("next_title") and not found.get("next_day") and "next_day" not in self.errors:
            self.add_error("next_day", gettext("When is the next step?"))
        return found

    @property
    def next_step(self) -> dict[str, Any] | None:
        """The next step as facts of a task; None where none was named."""
        found = self.cleaned_data
        if not found.get("next_title"):
            return None
        return {
            "title": found["next_title"],
            "kind": found.get("next_kind") or TaskKind.TASK,
            "day": found["next_day"],
            "clock": found.get("next_clock"),
        }
