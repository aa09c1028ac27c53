"""Forms of business calendars: their facts, the week as a table, and exceptions."""

from __future__ import annotations

import datetime as dt
import zoneinfo
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django import forms
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from crm_site.calendars.choices import Weekday
from crm_site.calendars.models import BusinessCalendar, CalendarException
from crm_site.calendars.public_holidays import countries

# How many spans of a day the table shows, and how many it takes at most.
SHOWN, MOST = 2, 4
EARLIEST, LATEST = dt.date(2000, 1, 1), dt.date(2100, 1, 1)


def time_input(label: str = "") -> forms.TimeInput:
    """Return a control for a time of day."""
    return forms.TimeInput(attrs={"type": "time"} | ({"aria-label": label} if label else {}), format="%H:%M")


class BusinessCalendarForm(forms.ModelForm[BusinessCalendar]):
    """Name, zone and holidays of a calendar."""

    class Meta:
        model = BusinessCalendar
        fields = ("name", "time_zone", "country", "subdivision", "is_always_open")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        zones = sorted(zone for zone in zoneinfo.available_timezones() if "/" in zone and not zone.startswith("Etc/"))
        named = [(zone, zone.replace("_", " ")) for zone in dict.fromkeys(["UTC", *zones, self.instance.time_zone])]
        self.fields["time_zone"] = forms.ChoiceField(label=gettext_lazy("Time zone"), choices=named)
        self.fields["country"] = forms.ChoiceField(
            label=gettext_lazy("Public holidays of"),
            choices=[("", _("No public holidays")), *countries(get_language() or "en")],
            required=False,
        )

    def refuse(self, error: forms.ValidationError) -> None:
        """Put what a service found wrong beside its field."""
        for name, messages in error.message_dict.items():
            for message in messages:
                self.add_error(name if name in self.fields else None, message)


@dataclass(frozen=True)
class Day:
    """One line of the week: its name and its pairs of opening and closing."""

    label: str
    pairs: list[tuple[Any, Any]]


class WeekForm(forms.Form):
    """The open spans of every day of the week; empty ones are none."""

    def __init__(self, *args: Any, calendar: BusinessCalendar | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        stored: dict[int, list[Any]] = {day: [] for day in range(7)}
        for one in calendar.hours.all() if calendar is not None and calendar.pk else ():
            stored[one.weekday].append(one)
        for day, spans in stored.items():
            label = str(Weekday(day).label)
            for at in range(MOST):
                for end, words in (("opens", _("opens")), ("closes", _("closes"))):
                    name = f"{end}_{day}_{at}"
                    self.fields[name] = forms.TimeField(
                        required=False, label=f"{label}: {words}", widget=time_input(f"{label}: {words}")
                    )
                    if at < len(spans):
                        self.initial[name] = getattr(spans[at], end)

    def days(self) -> Iterator[Day]:
        """Yield the lines of the table: the usual pairs, and more where a day has them."""
        for day in range(7):
            pairs = [(self[f"opens_{day}_{at}"], self[f"closes_{day}_{at}"]) for at in range(MOST)]
            used = max((at for at, pair in enumerate(pairs) if any(one.value() for one in pair)), default=-1)
            yield Day(str(Weekday(day).label), pairs[: min(max(SHOWN, used + 2), MOST)])

    def clean(self) -> dict[str, Any]:
        """Ask for both ends of a span."""
        values = super().clean() or self.cleaned_data
        for day in range(7):
            for at in range(MOST):
                opens, closes = f"opens_{day}_{at}", f"closes_{day}_{at}"
                if (values.get(opens) is None) != (values.get(closes) is None) and not (
                    {opens, closes} & self.errors.keys()
                ):
                    self.add_error(closes, _("Say when it opens and when it closes."))
        return values

    @property
    def hours(self) -> list[tuple[int, dt.time, dt.time]]:
        """Return the open spans, as the services take them."""
        values = self.cleaned_data
        pairs = (
            (day, values.get(f"opens_{day}_{at}"), values.get(f"closes_{day}_{at}"))
            for day in range(7)
            for at in range(MOST)
        )
        return [(day, opens, closes) for day, opens, closes in pairs if opens is not None and closes is not None]


class CalendarExceptionForm(forms.ModelForm[CalendarException]):
    """A day unlike the others."""

    class Meta:
        model = CalendarException
        fields = ("date", "name", "kind", "opens", "closes")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["date"].widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
        for name in ("opens", "closes"):
            self.fields[name].widget = time_input()
        self.fields["opens"].help_text = _("Without times an open day has the hours of the first open day of the week.")

    def clean_date(self) -> dt.date:
        """Refuse days that are too far away to be meant."""
        day: dt.date = self.cleaned_data["date"]
        if not EARLIEST <= day <= LATEST:
            raise forms.ValidationError(_("This day is too far away."))
        return day

    def clean(self) -> dict[str, Any]:
        """Leave times out where the day is closed."""
        values = super().clean() or self.cleaned_data
        if values.get("kind") == "closed":
            values |= {"opens": None, "closes": None}
        return values

    def _post_clean(self) -> None:
        """Leave what belongs together to the service, which says it beside the field."""

    def refuse(self, error: forms.ValidationError) -> None:
        """Put what the service found wrong beside its field."""
        for name, messages in error.message_dict.items():
            for message in messages:
                self.add_error(name if name in self.fields else None, message)
