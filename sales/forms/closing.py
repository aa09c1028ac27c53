"""Forms that move, win and lose deals: each asks what that needs, in one place."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from crm_site.fields.definitions import fields_of
from crm_site.fields.values import stored
from crm_site.lib.days import beginning, organisation_today
from crm_site.pages.fields.forms import form_field
from crm_site.pages.picking import RecordField, RecordsField
from customers.choices import BuyingRole, TaskKind
from customers.models import Customer
from sales.choices import ReasonKind
from sales.models import Competitor, Opportunity, Product, Reason

if TYPE_CHECKING:
    from crm_site.staff.models import User

HOST = "opportunity"
NOON = dt.timedelta(hours=12)


def day_field(**facts: Any) -> forms.DateField:
    """Return a field for a day."""
    return forms.DateField(widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"), **facts)


class MoveForm(forms.Form):
    """What a stage asks for and a deal does not have: nothing else."""

    def __init__(self, *args: Any, opportunity: Opportunity, names: Sequence[str], user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.opportunity, self.user, self.names = opportunity, user, list(names)
        self.custom = {field.key: field for field in fields_of(HOST) if field.key in names}
        for name in names:
            if name in self.custom:
                field = form_field(self.custom[name])
                field.required = True
                self.fields[name] = field
            elif name != "next_step":
                self.fields[name] = self._own(name)
        if "contact" in names:
            roles = [("", "—"), *BuyingRole.choices]
            self.fields["role"] = forms.ChoiceField(label=_("Role"), choices=roles, required=False)
        if "next_step" in names:
            self.fields["next_step"] = forms.CharField(label=_("Next step"), max_length=200)
            tomorrow = timezone.localdate() + dt.timedelta(days=1)
            self.fields["next_day"] = day_field(label=_("On"), initial=tomorrow)

    def _own(self, name: str) -> forms.Field:
        people, deal = Customer.objects.visible_to(self.user), self.opportunity
        if name == "customer":
            return RecordField(people, "customers", label=_("Customer"), empty_label="")
        if name == "contact":
            # Most often it is the customer, or the first of its people.
            first = next(iter(offered_people(deal, self.user)), None)
            return RecordField(people, "customers", label=_("Contact"), empty_label="", initial=first)
        if name == "product":
            rows = Product.objects.visible_to(self.user)
            return RecordField(rows, "products", label=_("Product"), empty_label="")
        if name == "competitors":
            rivals = Competitor.objects.visible_to(self.user)
            return RecordsField(rivals, "competitors", label=_("Competitors"))
        if name == "amount":
            label = _("Amount (%(currency)s)") % {"currency": deal.currency}
            return forms.DecimalField(label=label, max_digits=18, decimal_places=4, min_value=Decimal("0.0001"))
        if name == "note":
            return forms.CharField(label=_("Note"), widget=forms.Textarea(attrs={"rows": 3}))
        return forms.CharField(label=_("Source"), max_length=100)

    def clean(self) -> dict[str, Any]:
        """Check the custom fields as they are kept."""
        cleaned = super().clean() or self.cleaned_data
        for key, field in self.custom.items():
            if key in cleaned:
                try:
                    cleaned[key] = stored(field, cleaned[key])
                except forms.ValidationError as error:
                    self.add_error(key, error)
        return cleaned

    @property
    def facts(self) -> dict[str, Any]:
        """Return what was typed, as the service takes it."""
        given = dict(self.cleaned_data)
        found: dict[str, Any] = {}
        if "contact" in given:
            found["contacts"] = [{"person": given.pop("contact"), "role": given.pop("role", ""), "is_primary": True}]
        if "next_step" in given:
            day = given.pop("next_day")
            found["next_step"] = {"title": given.pop("next_step"), "kind": TaskKind.TASK, "day": day, "clock": None}
        custom = {field.name: given.pop(key) for key, field in self.custom.items() if key in given}
        return {**given, **found, **({"custom": custom} if custom else {})}


class WinForm(forms.Form):
    """Why a deal came about."""

    kind = ReasonKind.WON
    reason = forms.ModelChoiceField(Reason.objects.none(), label=_("Why was it won?"), empty_label=_("Choose a reason"))
    closed_on = day_field(label=_("On"), required=False)
    note = forms.CharField(
        label=_("What decided?"), required=False, max_length=4000, widget=forms.Textarea(attrs={"rows": 2})
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        reasons: Any = self.fields["reason"]
        reasons.queryset = Reason.objects.active(self.kind)
        self.fields["closed_on"].initial = organisation_today()

    @property
    def closed_at(self) -> dt.datetime | None:
        """The moment of the chosen day: now on this one, noon on an earlier one."""
        day = self.cleaned_data.get("closed_on")
        return None if day is None or day == organisation_today() else beginning(day) + NOON


class LoseForm(WinForm):
    """Why a deal did not come about, and who got it."""

    kind = ReasonKind.LOST
    reason = forms.ModelChoiceField(
        Reason.objects.none(), label=_("Why was it lost?"), empty_label=_("Choose a reason")
    )
    lost_to = forms.ModelChoiceField(
        Competitor.objects.all(), label=_("To whom?"), required=False, empty_label=_("Nobody, or unknown")
    )
    field_order = ("reason", "lost_to", "closed_on", "note")


def offered_people(opportunity: Opportunity, user: User) -> list[int]:
    """Return the people of the customer's organisation (or the person) who are no contacts yet."""
    customer = opportunity.customer
    if customer is None:
        return []
    people = Customer.objects.visible_to(user)
    organisation = customer.organisation_id if customer.is_person else customer.pk
    theirs = people.filter(organisation_id=organisation or 0) | people.filter(pk=customer.pk, kind="person")
    known = opportunity.contact_roles.values("person")
    return list(theirs.exclude(pk__in=known).order_by("sort_key", "pk").values_list("pk", flat=True)[:50])
