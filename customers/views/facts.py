"""Facts of a customer, changed in place."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from crm_site.lib.phones import format_phone, to_e164
from crm_site.pages.facts import Fact, InlineFieldView
from crm_site.staff.models import User
from customers import selectors
from customers.forms import CustomerForm
from customers.models import Customer
from customers.services import change_customer


def phone_words(customer: Customer) -> str:
    """Return the phone number as people read it."""
    normal = to_e164(customer.phone, settings.DEFAULT_PHONE_REGION)
    return format_phone(normal, settings.DEFAULT_PHONE_REGION) if normal else customer.phone


def is_person(customer: Customer) -> bool:
    """Tell whether facts of people are asked of a customer."""
    return customer.is_person


class CustomerFieldView(InlineFieldView):
    """One fact of a customer."""

    model = Customer
    form_class = CustomerForm
    url_name = "customers:customer-field"
    facts = (
        Fact(name="kind", label=_("Kind")),
        Fact(name="name", label=_("Name")),
        Fact(name="organisation", label=_("Organisation"), link=lambda one: one.organisation.get_absolute_url()),
        Fact(name="job_title", label=_("Job title"), applies=is_person),
        Fact(name="role", label=_("Buying role"), applies=is_person),
        Fact(name="email", label=_("E-mail"), path="email", link=lambda one: f"mailto:{one.email}"),
        Fact(name="phone", label=_("Phone"), words=phone_words, link=lambda one: f"tel:{one.phone}"),
        Fact(name="wechat", label=_("WeChat"), path="wechat"),
        Fact(name="address", label=_("Address"), editable=False),
        Fact(name="stage", label=_("Stage")),
        Fact(name="owner", label=_("Owner")),
        Fact(name="team", label=_("Team"), editable=False),
        Fact(name="reference", label=_("Reference")),
        Fact(name="identifier", label=_("Registration number")),
        Fact(name="gender", label=_("Gender"), applies=is_person),
        Fact(name="birth_date", label=_("Birth date"), path="birth_date", kind="date", applies=is_person),
        Fact(name="age", label=_("Age"), path="age", kind="number", editable=False, applies=is_person),
        Fact(name="industry", label=_("Industry")),
        Fact(name="website", label=_("Website"), link=lambda one: one.website),
        Fact(name="source", label=_("Source")),
        Fact(name="country", label=_("Country")),
        Fact(name="language", label=_("Language"), kind="language", applies=lambda one: bool(one.language)),
        Fact(name="created_at", label=_("Created"), path="created_at", kind="moment", editable=False),
    )

    def base(self) -> Any:
        """Return customers with what a fact may show."""
        return selectors.with_related()

    def save_field(self, record: Any, name: str, value: Any, *, version: int, user: User) -> Any:
        """Save one fact."""
        change_customer(record, version, {name: value}, user)
        return selectors.with_related().get(pk=record.pk)
