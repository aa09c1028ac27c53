"""What rules can say about leads, and about customers by their enquiries."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.models import F
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from crm_site.pages.lists.providers import register_filter_provider
from crm_site.pages.lists.rule_filter import RuleFilter
from crm_site.rules import RuleField, RuleRelation, RuleSubject, extend_subject, register_subject
from customers.choices import CustomerKind
from customers.choices import Stage as CustomerStage
from customers.rules import teams
from sales.choices import LeadChannel, LeadGrade, LeadStatus, ReasonKind
from sales.models import Lead, Reason

LEAD, WORK, ASKS = _("Lead"), _("Work on it"), _("Who asks")


def reasons() -> Iterable[tuple[Any, Any]]:
    """Return why leads are given up as choices."""
    return [(one.pk, one.label) for one in Reason.objects.filter(kind=ReasonKind.DISQUALIFIED)]


FIELDS = (
    RuleField(name="title", label=_("About"), kind="text", group=LEAD),
    RuleField(name="message", label=_("Message"), kind="text", group=LEAD),
    RuleField(name="number", label=_("Number"), kind="text", exact=True, group=LEAD),
    RuleField(name="status", label=_("Status"), kind="choice", choices=LeadStatus.choices, group=LEAD),
    RuleField(name="channel", label=_("Came in by"), kind="choice", choices=LeadChannel.choices, group=LEAD),
    RuleField(name="source", label=_("Source"), kind="text", group=LEAD),
    RuleField(name="campaign", label=_("Campaign"), kind="text", group=LEAD),
    RuleField(name="product", label=_("Product"), kind="text", path="product__name", group=LEAD),
    RuleField(name="product_category", label=_("Product category"), kind="text", path="product__category", group=LEAD),
    RuleField(name="language", label=_("Language"), kind="text", group=LEAD),
    RuleField(name="region", label=_("Region"), kind="text", group=LEAD),
    RuleField(name="received", label=_("Received"), kind="moment", path="received_at", group=LEAD),
    RuleField(name="score", label=_("Score"), kind="number", expression=lambda: F("score"), group=WORK),
    RuleField(name="grade", label=_("Grade"), kind="choice", choices=LeadGrade.choices, group=WORK),
    RuleField(name="chance", label=_("Chance, learned"), kind="number", path="learned__chance", group=WORK,
              help=_("From 0 to 1.")),
    RuleField(name="touched", label=_("Last touched"), kind="moment", path="touched_at", group=WORK),
    RuleField(name="answered", label=_("First answer"), kind="moment", path="first_response_at", group=WORK),
    RuleField(name="answer_due", label=_("Answer due"), kind="moment", path="response_due_at", group=WORK),
    RuleField(name="reason", label=_("Reason"), kind="choice", path="reason_id", choices=reasons, group=WORK),
    RuleField(name="revive_on", label=_("Take up again on"), kind="date", group=WORK),
    RuleField(name="owner", label=_("Owner"), kind="person", group=WORK),
    RuleField(name="team", label=_("Team"), kind="choice", choices=teams, group=WORK),
    RuleField(name="customer_name", label=_("Customer's name"), kind="text", path="customer__name", group=ASKS),
    RuleField(
        name="customer_country", label=_("Customer's country"), kind="text", path="customer__country", group=ASKS
    ),
    RuleField(
        name="customer_kind", label=_("Customer's kind"), kind="choice", path="customer__kind",
        choices=CustomerKind.choices, group=ASKS,
    ),
    RuleField(
        name="customer_stage", label=_("Customer's stage"), kind="choice", path="customer__stage",
        choices=CustomerStage.choices, group=ASKS,
    ),
    RuleField(name="job_title", label=_("Job title"), kind="text", path="customer__job_title", group=ASKS),
    RuleField(
        name="industry", label=_("Industry of the organisation"), kind="text",
        path="customer__organisation__industry", group=ASKS,
    ),
)  # fmt: skip

register_subject(
    RuleSubject(
        code="lead",
        label=_("Leads"),
        model=Lead,
        module="sales",
        list_code="leads",
        list_url="sales:lead-list",
        fields=FIELDS,
    )
)
extend_subject(
    "customer",
    relations=[
        RuleRelation(
            name="leads",
            label=_("Enquiries"),
            noun=ngettext_lazy("enquiry", "enquiries"),
            model=Lead,
            link="customer",
            module="sales",
            subject="lead",
            moment="received_at",
            moment_label=_("Received"),
        )
    ],
)
register_filter_provider("leads", lambda: (RuleFilter(subject="lead"),))
