"""What rules can say about needs, and about customers by what they want."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from crm_site.pages.lists.providers import register_filter_provider
from crm_site.pages.lists.rule_filter import RuleFilter
from crm_site.rules import RuleField, RuleRelation, RuleSubject, extend_subject, register_subject
from customers.choices import CustomerKind
from customers.choices import Stage as CustomerStage
from customers.rules import teams
from sales.choices import NeedPriority, NeedStatus
from sales.models import Need, NeedCategory, NeedTopic

NEED, COURSE, WHO = _("Need"), _("What came of it"), _("Who wants it")


def categories() -> Iterable[tuple[Any, Any]]:
    """Return the categories of needs as choices."""
    return [(one.pk, one.label) for one in NeedCategory.objects.all()]


def topics() -> Iterable[tuple[Any, Any]]:
    """Return the topics of needs as choices."""
    return NeedTopic.objects.values_list("pk", "name")


FIELDS = (
    RuleField(name="title", label=_("Need"), kind="text", group=NEED),
    RuleField(name="text", label=_("In their words"), kind="text", group=NEED),
    RuleField(name="number", label=_("Number"), kind="text", exact=True, group=NEED),
    RuleField(name="category", label=_("Category"), kind="choice", path="category_id", choices=categories, group=NEED),
    RuleField(name="topic", label=_("Topic"), kind="choice", path="topic_id", choices=topics, group=NEED),
    RuleField(name="priority", label=_("Priority"), kind="choice", choices=NeedPriority.choices, group=NEED),
    RuleField(name="product", label=_("Product"), kind="text", path="product__name", group=NEED),
    RuleField(name="product_category", label=_("Product category"), kind="text", path="product__category", group=NEED),
    RuleField(name="stated", label=_("Stated"), kind="moment", path="stated_at", group=NEED),
    RuleField(name="status", label=_("Status"), kind="choice", choices=NeedStatus.choices, group=COURSE),
    RuleField(name="confirmed", label=_("Confirmed"), kind="moment", path="confirmed_at", group=COURSE),
    RuleField(name="closed", label=_("Ended"), kind="moment", path="closed_at", group=COURSE),
    RuleField(name="close_note", label=_("How it ended"), kind="text", group=COURSE),
    RuleField(name="owner", label=_("Owner"), kind="person", group=COURSE),
    RuleField(name="team", label=_("Team"), kind="choice", choices=teams, group=COURSE),
    RuleField(name="customer_name", label=_("Customer's name"), kind="text", path="customer__name", group=WHO),
    RuleField(
        name="customer_country", label=_("Customer's country"), kind="text", path="customer__country", group=WHO
    ),
    RuleField(
        name="customer_kind", label=_("Customer's kind"), kind="choice", path="customer__kind",
        choices=CustomerKind.choices, group=WHO,
    ),
    RuleField(
        name="customer_stage", label=_("Customer's stage"), kind="choice", path="customer__stage",
        choices=CustomerStage.choices, group=WHO,
    ),
)  # fmt: skip

register_subject(
    RuleSubject(
        code="need",
        label=_("Needs"),
        model=Need,
        module="sales",
        list_code="needs",
        list_url="sales:need-list",
        fields=FIELDS,
    )
)
extend_subject(
    "customer",
    relations=[
        RuleRelation(
            name="needs",
            label=_("Needs"),
            noun=ngettext_lazy("need", "needs"),
            model=Need,
            link="customer",
            module="sales",
            subject="need",
            moment="stated_at",
            moment_label=_("Stated"),
        )
    ],
)
register_filter_provider("needs", lambda: (RuleFilter(subject="need"),))
