"""Signing up on the web: known people are found by mail address or number, and consent goes to the ledger."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crm_site.forms.choices import InputKind
from crm_site.forms.targets import FormTarget, GivenConsent, Received, TargetField, register_target
from customers.choices import Channel, ConsentSource, ConsentState, Purpose
from customers.models import ConsentWording, Customer
from customers.querysets import POINTS, WITHOUT_CONSENT
from customers.services.consenting import record_consent
from customers.services.editing import create_customer
from customers.services.recognising import normal_points, recognise, wait_for_same

KINDS = ("email", "phone")


def sign_up(received: Received) -> Customer:
    """Return who signed up: the customer with exactly that mail address or number, or a new one, with the consent.

    What strangers say of a known customer changes nothing about them. Raises ValidationError without any address.
    """
    points = {kind: str(received.values.get(kind, "")) for kind in KINDS}
    if not normal_points(points):
        raise ValidationError(_("There is neither a mail address nor a phone number."))
    with transaction.atomic():
        wait_for_same(points)
        customer = recognise(points) or _made(received)
        if received.consent is not None:
            record_consent(customer, consent_line(received, received.consent, points), None)
    return customer


def _made(received: Received) -> Customer:
    values = received.values
    facts: dict[str, Any] = {name: values[name] for name in (*KINDS, "name", "company") if values.get(name)}
    facts["name"] = facts.get("name") or facts.pop("company", "") or facts.get("email") or facts["phone"]
    facts.pop("company", None)
    source = received.origin.get("utm_source") or received.form_name
    facts |= {"source": source[:100], "language": received.language, "custom": dict(received.custom)}
    return create_customer(facts, None)


def consent_line(received: Received, consent: GivenConsent, points: Mapping[str, str]) -> dict[str, Any]:
    """Return the line of the ledger for a consent that a form brought, with the very words that were shown."""
    wording, _is_new = ConsentWording.objects.get_or_create(
        name=f"{received.form_name[:80]} #{received.form_id}",
        language=consent.language,
        version=consent.version,
        defaults={"text": consent.wording},
    )
    return {
        "channel": consent.channel,
        "purpose": consent.purpose,
        "state": ConsentState.GIVEN,
        "source": ConsentSource.FORM,
        "at": consent.given_at,
        "confirmed_at": consent.confirmed_at,
        "address": points.get(POINTS.get(Channel(consent.channel), ""), ""),
        "wording": wording,
        "evidence": received.origin.get("page", "")[:500],
    }


SIGN_UP = register_target(
    FormTarget(
        code="sign_up",
        label=gettext_lazy("Newsletter and consent"),
        module="customers",
        subject_kind="customer",
        host="customer",
        receive=sign_up,
        fields=(
            TargetField(
                name="email",
                label=gettext_lazy("E-mail address"),
                kind=InputKind.EMAIL,
                required=True,
                autocomplete="email",
            ),
            TargetField(name="name", label=gettext_lazy("Your name"), autocomplete="name"),
            TargetField(name="phone", label=gettext_lazy("Phone number"), kind=InputKind.PHONE, autocomplete="tel"),
            TargetField(name="company", label=gettext_lazy("Company"), autocomplete="organization"),
        ),
        channels=tuple(Channel.choices),
        purposes=tuple(one for one in Purpose.choices if one[0] not in WITHOUT_CONSENT),
        begins_with=("name",),
    )
)
