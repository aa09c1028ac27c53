"""Forms of assignment: a rule with its people, what somebody takes, and absences."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crm_site.assignment.kinds import AssignmentKind
from crm_site.assignment.models import Absence, AssignmentRule, Availability
from crm_site.assignment.models.rules import MOST_WEIGHT
from crm_site.assignment.pool import may_get
from crm_site.rules import Rule, RuleError, decode_rule

if TYPE_CHECKING:
    from crm_site.staff.models import User

EARLIEST, LATEST = dt.date(2000, 1, 1), dt.date(2100, 1, 1)
EVERYTHING, CONDITION = "everything", "condition"


@dataclass(frozen=True)
class MemberLine:
    """One person of the table: whether the rule names them, and their weight as typed or stored."""

    user: User
    chosen: bool
    weight: str


class RuleForm(forms.ModelForm[AssignmentRule]):
    """A rule; the builder beside the form brings the condition, the table of people the members."""

    fits = forms.ChoiceField(
        label=gettext_lazy("Fits"),
        choices=(
            (CONDITION, gettext_lazy("records that meet the condition")),
            (EVERYTHING, gettext_lazy("whatever no earlier rule takes")),
        ),
    )
    rule_code = forms.CharField(required=False, max_length=4000, widget=forms.HiddenInput)

    class Meta:
        model = AssignmentRule
        fields = ("name", "method", "team", "response_minutes", "only_in_hours", "is_active")

    field_order = ("name", "fits", "method", "team", "response_minutes", "only_in_hours", "is_active")

    def __init__(self, *args: Any, kind: AssignmentKind, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.kind = kind
        team: Any = self.fields["team"]
        team.empty_label = "—"
        self.condition: Rule | None = None
        if self.instance.pk:
            self.initial["fits"] = CONDITION if self.instance.condition is not None else EVERYTHING

    def clean(self) -> dict[str, Any]:
        """Ask for a condition where one decides, and for weights that are numbers."""
        values = super().clean() or self.cleaned_data
        if values.get("fits") == CONDITION:
            try:
                self.condition = decode_rule(self.kind.subject, values.get("rule_code") or "")
            except RuleError:
                self.add_error("rule_code", _("Fill in the condition: it says which records the rule takes."))
        self.members = self._members()
        return values

    @property
    def facts(self) -> dict[str, Any]:
        """Return what was typed, as the services take it."""
        values = {name: self.cleaned_data[name] for name in self.Meta.fields}
        return values | {"condition": self.condition.to_json() if self.condition is not None else None}

    def refuse(self, error: forms.ValidationError) -> None:
        """Put what a service found wrong beside its field."""
        for name, messages in error.message_dict.items():
            for message in messages:
                self.add_error(name if name in self.fields else None, message)

    def lines(self) -> list[MemberLine]:
        """Return the table of people: whoever may get such records."""
        people = may_get(self.kind.module).order_by("name", "pk")
        if self.is_bound:
            chosen = set(_values(self.data, "member"))
            return [
                MemberLine(one, str(one.pk) in chosen, str(self.data.get(f"weight_{one.pk}", "1"))) for one in people
            ]
        stored = dict(self.instance.memberships.values_list("user", "weight")) if self.instance.pk else {}
        return [MemberLine(one, one.pk in stored, str(stored.get(one.pk, 1))) for one in people]

    def _members(self) -> dict[int, int]:
        """Return the weights of the people who were ticked."""
        known = set(may_get(self.kind.module).values_list("pk", flat=True))
        found: dict[int, int] = {}
        for text in _values(self.data, "member"):
            if not (text.isascii() and text.isdigit() and int(text) in known):
                continue
            weight = str(self.data.get(f"weight_{text}", "") or "1")
            if not (weight.isascii() and weight.isdigit() and 1 <= int(weight) <= MOST_WEIGHT):
                self.add_error(None, _("A weight is a whole number from 1 to %(most)d.") % {"most": MOST_WEIGHT})
                continue
            found[int(text)] = int(weight)
        return found


class AvailabilityForm(forms.ModelForm[Availability]):
    """What somebody takes."""

    class Meta:
        model = Availability
        fields = ("takes_work", "daily_capacity", "calendar")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        calendar: Any = self.fields["calendar"]
        calendar.empty_label = "—"


class AbsenceForm(forms.ModelForm[Absence]):
    """Days on which somebody gets nothing."""

    class Meta:
        model = Absence
        fields = ("first_day", "last_day", "note")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("first_day", "last_day"):
            self.fields[name].widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")

    def clean(self) -> dict[str, Any]:
        """Refuse days that are too far away to be meant."""
        values = super().clean() or self.cleaned_data
        for name in ("first_day", "last_day"):
            day = values.get(name)
            if day is not None and not EARLIEST <= day <= LATEST:
                self.add_error(name, _("This day is too far away."))
        return values

    def _post_clean(self) -> None:
        """Leave what belongs together to the service, which says it beside the field."""

    def refuse(self, error: forms.ValidationError) -> None:
        """Put what the service found wrong beside its field."""
        for name, messages in error.message_dict.items():
            for message in messages:
                self.add_error(name, message)


def _values(data: Any, name: str) -> list[str]:
    """Return all values of a name, of a form's data or of a plain mapping."""
    return list(data.getlist(name)) if isinstance(data, QueryDict) else list(data.get(name, ()))
