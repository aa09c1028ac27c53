"""What rules can say about opportunities, and about customers by their opportunities."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.models import F
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from crm_site.pages.lists.providers import register_filter_provider
from crm_site.pages.lists.rule_filter import RuleFilter
from crm_site.rules import Many, RuleField, RuleRelation, RuleSubject, extend_subject, register_subject
from customers.choices import BuyingRole, CustomerKind, Tier
from customers.choices import Stage as CustomerStage
from customers.rules import teams
from sales.choices import DealStatus, ForecastCategory
from sales.models import (
    Competitor,
    ContactRole,
    Opportunity,
    OpportunityLine,
    Pipeline,
    Product,
    Reason,
    Stage,
)

DEAL, WORK, BUYER = _("Opportunity"), _("Work on it"), _("Customer")


def pipelines() -> Iterable[tuple[Any, Any]]:
    """Return the pipelines as choices."""
    return [(one.pk, one.label) for one in Pipeline.objects.all()]


def stages() -> Iterable[tuple[Any, Any]]:
    """Return the stages as choices."""
    found = Stage.objects.select_related("pipeline").order_by("pipeline__position", "position", "id")
    return [(one.pk, f"{one.pipeline.label}: {one.label}") for one in found]


def reasons() -> Iterable[tuple[Any, Any]]:
    """Return why deals end as choices."""
    return [(one.pk, one.label) for one in Reason.objects.filter(kind__in=("won", "lost"))]


def competitors() -> Iterable[tuple[Any, Any]]:
    """Return the competitors as choices."""
    return Competitor.objects.values_list("pk", "name")


FIELDS = (
    RuleField(name="name", label=_("Name"), kind="text", group=DEAL),
    RuleField(name="number", label=_("Number"), kind="text", exact=True, group=DEAL),
    RuleField(name="status", label=_("Status"), kind="choice", choices=DealStatus.choices, group=DEAL),
    RuleField(name="pipeline", label=_("Pipeline"), kind="choice", path="pipeline_id", choices=pipelines, group=DEAL),
    RuleField(name="stage", label=_("Stage"), kind="choice", path="stage_id", choices=stages, group=DEAL),
    RuleField(name="amount", label=_("Amount in base currency"), kind="money", path="base_amount", group=DEAL),
    RuleField(name="weighted", label=_("Weighted amount"), kind="money", path="base_weighted", group=DEAL),
    RuleField(name="probability", label=_("Probability in %"), kind="number", group=DEAL),
    RuleField(
        name="category", label=_("Forecast category"), kind="choice", choices=ForecastCategory.choices, group=DEAL
    ),
    RuleField(name="currency", label=_("Currency"), kind="text", group=DEAL),
    RuleField(name="source", label=_("Source"), kind="text", group=DEAL),
    RuleField(name="expected_close", label=_("Expected close"), kind="date", group=DEAL),
    RuleField(name="product", label=_("Product"), kind="text", path="product__name", group=DEAL),
    RuleField(
        name="products",
        label=_("Products in lines"),
        kind="tags",
        many=Many(OpportunityLine, "opportunity_id", "product_id", Product),
        picker="products",
        group=DEAL,
    ),
    RuleField(
        name="competitors",
        label=_("Competitors"),
        kind="tags",
        many=Many(Opportunity.competitors.through, "opportunity_id", "competitor_id", Competitor),
        picker="competitors",
        group=DEAL,
    ),
    RuleField(name="reason", label=_("Reason"), kind="choice", path="reason_id", choices=reasons, group=DEAL),
    RuleField(name="lost_to", label=_("Lost to"), kind="choice", path="lost_to_id", choices=competitors, group=DEAL),
    RuleField(name="note", label=_("Note"), kind="text", group=DEAL),
    RuleField(name="opened", label=_("Opened"), kind="moment", path="opened_at", group=WORK),
    RuleField(name="closed", label=_("Closed"), kind="moment", path="closed_at", group=WORK),
    RuleField(name="in_stage", label=_("In this stage since"), kind="moment", path="stage_entered_at", group=WORK),
    RuleField(name="touched", label=_("Last touched"), kind="moment", path="touched_at", group=WORK),
    RuleField(name="rots", label=_("Stalled from"), kind="moment", path="rots_at", group=WORK),
    RuleField(name="next_step", label=_("Next step on"), kind="date", path="next_step_date", group=WORK),
    RuleField(
        name="pushes", label=_("Times pushed back"), kind="number", expression=lambda: F("push_count"), group=WORK
    ),
    RuleField(name="owner", label=_("Owner"), kind="person", group=WORK),
    RuleField(name="team", label=_("Team"), kind="choice", choices=teams, group=WORK),
    RuleField(name="created", label=_("Creation date"), kind="moment", path="created_at", group=WORK),
    RuleField(name="customer_name", label=_("Customer's name"), kind="text", path="customer__name", group=BUYER),
    RuleField(
        name="customer_country", label=_("Customer's country"), kind="text", path="customer__country", group=BUYER
    ),
    RuleField(
        name="customer_kind", label=_("Customer's kind"), kind="choice", path="customer__kind",
        choices=CustomerKind.choices, group=BUYER,
    ),
    RuleField(
        name="customer_stage", label=_("Customer's stage"), kind="choice", path="customer__stage",
        choices=CustomerStage.choices, group=BUYER,
    ),
    RuleField(
        name="customer_tier", label=_("Customer's value tier"), kind="choice", path="customer__score__tier",
        choices=Tier.choices, group=BUYER,
    ),
)  # fmt: skip
CONTACTS = RuleRelation(
    name="contacts",
    label=_("Contacts"),
    noun=ngettext_lazy("contact", "contacts"),
    model=ContactRole,
    link="opportunity",
    fields=(
        RuleField(name="role", label=_("Role"), kind="choice", choices=BuyingRole.choices),
        RuleField(name="main", label=_("Main contact"), kind="yes_no", path="is_primary"),
    ),
)

register_subject(
    RuleSubject(
        code="opportunity",
        label=_("Opportunities"),
        model=Opportunity,
        module="sales",
        list_code="opportunities",
        list_url="sales:opportunity-list",
        fields=FIELDS,
        relations=(CONTACTS,),
    )
)
extend_subject(
    "customer",
    relations=[
        RuleRelation(
            name="opportunities",
            label=_("Opportunities"),
            noun=ngettext_lazy("opportunity", "opportunities"),
            model=Opportunity,
            link="customer",
            module="sales",
            subject="opportunity",
            moment="opened_at",
            moment_label=_("Opened"),
        )
    ],
)
register_filter_provider("opportunities", lambda: (RuleFilter(subject="opportunity"),))
