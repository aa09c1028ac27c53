"""Enquiries from web forms and lead webhooks: what can be asked, and how an answer becomes a lead."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crm_site.forms.choices import InputKind
from crm_site.forms.targets import FormTarget, Received, TargetField, register_target
from customers.choices import Channel, Purpose
from customers.querysets import WITHOUT_CONSENT
from customers.services.signing_up import consent_line
from sales.choices import LeadChannel
from sales.models import Lead, Product
from sales.services.leads.capturing import Captured, Enquirer, capture_lead

ASKS = ("name", "given_name", "family_name", "email", "phone", "wechat", "company", "job_title", "country")
# What visitors were paid for to come by.
PAID = frozenset({"cpc", "ppc", "paid", "paid_social", "paidsocial", "display", "social", "ads", "ad"})


def receive_lead(received: Received) -> Lead:
    """Take in an enquiry from a form; raises ValidationError where nobody could be answered."""
    values = received.values
    asks = Enquirer(**{name: str(values.get(name) or "") for name in ASKS}, language=received.language)
    if not asks.called:
        raise ValidationError(_("There is nobody to answer to."))
    origin = {name: value for name, value in received.origin.items() if value}
    medium = origin.get("utm_medium", "").casefold()
    facts: dict[str, Any] = {
        "title": str(values.get("about") or "")[:200] or received.form_name[:200],
        "message": str(values.get("message") or ""),
        "region": str(values.get("region") or "")[:100],
        "product": _product(values.get("product")),
        "source": (origin.get("utm_source") or received.form_name)[:100],
        "campaign": origin.get("utm_campaign", "")[:100],
        "channel": LeadChannel.AD if medium in PAID else LeadChannel.FORM,
        "came_from": origin,
        "received_at": received.received_at,
        "custom": dict(received.custom),
    }
    consents = [consent_line(received, received.consent, asks.points)] if received.consent is not None else []
    return capture_lead(Captured(asks, facts, consents), None)


def products() -> list[tuple[str, Any]]:
    """Return the products that can be asked for."""
    found = Product.objects.filter(is_active=True).order_by("sort_key", "pk")
    return [(one.sku, one.name) for one in found[:200]]


def _product(value: Any) -> Product | None:
    return Product.objects.filter(sku=str(value)).first() if value else None


ENQUIRY = register_target(
    FormTarget(
        code="lead",
        label=gettext_lazy("Enquiry"),
        module="sales",
        subject_kind="lead",
        host="lead",
        receive=receive_lead,
        fields=(
            TargetField(name="name", label=gettext_lazy("Your name"), autocomplete="name"),
            TargetField(name="given_name", label=gettext_lazy("Given name"), autocomplete="given-name"),
            TargetField(name="family_name", label=gettext_lazy("Family name"), autocomplete="family-name"),
            TargetField(
                name="email",
                label=gettext_lazy("E-mail address"),
                kind=InputKind.EMAIL,
                required=True,
                autocomplete="email",
            ),
            TargetField(name="phone", label=gettext_lazy("Phone number"), kind=InputKind.PHONE, autocomplete="tel"),
            TargetField(name="wechat", label=gettext_lazy("WeChat"), max_length=100),
            TargetField(name="company", label=gettext_lazy("Company"), autocomplete="organization"),
            TargetField(name="job_title", label=gettext_lazy("Job title"), autocomplete="organization-title"),
            TargetField(name="country", label=gettext_lazy("Country"), max_length=60, autocomplete="country-name"),
            TargetField(name="region", label=gettext_lazy("Province or state"), max_length=100),
            TargetField(name="about", label=gettext_lazy("What is it about?")),
            TargetField(name="message", label=gettext_lazy("Your message"), kind=InputKind.LONG_TEXT, max_length=5000),
            TargetField(name="product", label=gettext_lazy("Product"), kind=InputKind.CHOICE, choices=products),
        ),
        channels=tuple(Channel.choices),
        purposes=tuple(one for one in Purpose.choices if one[0] not in WITHOUT_CONSENT),
        begins_with=("name", "company", "message"),
    )
)
