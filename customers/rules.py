"""What rules can say about customers."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, cast

from django.db.models import (
    DateField,
    DurationField,
    Exists,
    ExpressionWrapper,
    F,
    FloatField,
    Func,
    OuterRef,
    Q,
    QuerySet,
    Value,
)
from django.db.models.functions import Cast, Extract, Now, NullIf
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from crm_site.lib.days import organisation_today
from crm_site.pages.lists.providers import register_filter_provider
from crm_site.pages.lists.rule_filter import RuleFilter
from crm_site.rules import Many, RuleField, RuleRelation, RuleSubject, register_subject
from crm_site.staff.models import Team
from customers.choices import (
    BuyingRole,
    Channel,
    ConsentSource,
    ConsentState,
    ContactKind,
    CustomerKind,
    Gender,
    HealthState,
    Purpose,
    RfmSegment,
    Stage,
    TaskKind,
    TaskState,
    Tier,
)
from customers.models import (
    Address,
    ClassMember,
    ConsentEntry,
    ContactPoint,
    Customer,
    CustomerClass,
    DoNotContact,
    Segment,
    SegmentMember,
    Tag,
    Task,
)

if TYPE_CHECKING:
    from customers.querysets import DoNotContactQuerySet

FACTS, FIGURES, SCORES, WORK = _("Facts"), _("Figures"), _("Scores"), _("Who and when")


def teams() -> Iterable[tuple[Any, Any]]:
    """Return the teams as choices."""
    return Team.objects.order_by("name").values_list("pk", "name")


def _seconds(moment: Any) -> Any:
    return Cast(Extract(moment, "epoch"), FloatField())


def usual_gap() -> Any:
    """Return the customer's usual days between orders; NULL before the second day with an order."""
    span = _seconds(F("metrics__last_order_at")) - _seconds(F("metrics__first_order_at"))
    gaps = Cast(F("metrics__orders_count") - 1, FloatField())
    days = NullIf(span, Value(0.0)) / NullIf(gaps, Value(0.0)) / Value(86_400.0)
    return ExpressionWrapper(days, output_field=FloatField())


def silence() -> Any:
    """Return how many of their usual gaps a customer has been silent; NULL where there is no usual gap."""
    days = (_seconds(Now()) - _seconds(F("metrics__last_order_at"))) / Value(86_400.0)
    return ExpressionWrapper(days / usual_gap(), output_field=FloatField())


def age() -> Any:
    """Return the completed years of life on the organisation's day; NULL without a birth date."""
    today = Value(organisation_today(), output_field=DateField())
    lived = Func(today, F("birth_date"), function="age", output_field=DurationField())
    return Func(Value("year"), lived, function="date_part", output_field=FloatField())


def latest_lines(rows: QuerySet[Any]) -> QuerySet[Any]:
    """Keep the lines of the consent ledger that count: no later one is about the same."""
    same = {name: OuterRef(name) for name in ("customer", "channel", "purpose", "address")}
    now = timezone.now()
    behind = Q(at__gt=OuterRef("at")) | Q(at=OuterRef("at"), pk__gt=OuterRef("pk"))
    return rows.filter(~Exists(ConsentEntry.objects.filter(behind, at__lte=now, **same)), at__lte=now)


def bans_in_force(rows: QuerySet[Any]) -> QuerySet[Any]:
    """Keep the bans on contact that rule now."""
    bans = cast("DoNotContactQuerySet", rows)
    return bans.in_force(timezone.now())


TAGS = Many(Customer.tags.through, "customer_id", "tag_id", Tag)
SEGMENTS = Many(SegmentMember, "customer_id", "segment_id", Segment)
CLASSES = Many(ClassMember, "customer_id", "customer_class_id", CustomerClass)
FIELDS = (
    RuleField(name="stage", label=_("Stage"), kind="choice", choices=Stage.choices, group=FACTS),
    RuleField(name="kind", label=_("Kind"), kind="choice", choices=CustomerKind.choices, group=FACTS),
    RuleField(name="tags", label=_("Tags"), kind="tags", many=TAGS, group=FACTS),
    RuleField(name="segments", label=_("Segments"), kind="tags", many=SEGMENTS, group=FACTS),
    RuleField(name="classes", label=_("Classes"), kind="tags", many=CLASSES, group=FACTS),
    RuleField(name="name", label=_("Name"), kind="text", group=FACTS),
    RuleField(name="reference", label=_("Reference"), kind="text", exact=True, group=FACTS),
    RuleField(name="identifier", label=_("Registration number"), kind="text", exact=True, group=FACTS),
    RuleField(name="organisation", label=_("Organisation's name"), kind="text", path="organisation__name", group=FACTS),
    RuleField(name="job_title", label=_("Job title"), kind="text", group=FACTS),
    RuleField(name="industry", label=_("Industry"), kind="text", group=FACTS),
    RuleField(name="source", label=_("Source"), kind="text", group=FACTS),
    RuleField(name="country", label=_("Country"), kind="text", group=FACTS),
    RuleField(name="language", label=_("Language"), kind="text", group=FACTS),
    RuleField(name="website", label=_("Website"), kind="text", group=FACTS),
    RuleField(name="role", label=_("Buying role"), kind="choice", choices=BuyingRole.choices, group=FACTS),
    RuleField(name="gender", label=_("Gender"), kind="choice", choices=Gender.choices, group=FACTS),
    RuleField(name="age", label=_("Age"), kind="number", expression=age, group=FACTS),
    RuleField(name="birth_date", label=_("Birth date"), kind="date", group=FACTS),
    RuleField(name="owner", label=_("Owner"), kind="person", group=WORK),
    RuleField(name="team", label=_("Team"), kind="choice", choices=teams, group=WORK),
    RuleField(name="created", label=_("Creation date"), kind="moment", path="created_at", group=WORK),
    RuleField(name="changed", label=_("Date of the last change"), kind="moment", path="updated_at", group=WORK),
    RuleField(
        name="orders_count",
        label=_("Number of orders ever"),
        kind="number",
        path="metrics__orders_count",
        group=FIGURES,
    ),
    RuleField(name="revenue", label=_("Net revenue"), kind="money", path="metrics__net_revenue", group=FIGURES),
    RuleField(
        name="first_order",
        label=_("Date of the first order"),
        kind="moment",
        path="metrics__first_order_at",
        group=FIGURES,
    ),
    RuleField(
        name="last_order",
        label=_("Date of the last order"),
        kind="moment",
        path="metrics__last_order_at",
        group=FIGURES,
    ),
    RuleField(
        name="usual_gap",
        label=_("Usual gap between orders, in days"),
        kind="number",
        expression=usual_gap,
        help=_("From the first to the last order, divided by the orders after the first."),
        group=FIGURES,
    ),
    RuleField(
        name="silence",
        label=_("Silence, in usual gaps"),
        kind="number",
        expression=silence,
        help=_("Days since the last order, divided by the usual gap: 3 is three times as long as usual."),
        group=FIGURES,
    ),
    RuleField(name="last_nps", label=_("Last NPS answer"), kind="number", path="metrics__last_nps", group=FIGURES),
    RuleField(name="last_csat", label=_("Last CSAT answer"), kind="number", path="metrics__last_csat", group=FIGURES),
    RuleField(
        name="segment",
        label=_("RFM segment"),
        kind="choice",
        path="score__segment",
        choices=RfmSegment.choices,
        group=SCORES,
    ),
    RuleField(name="r", label=_("Recency score"), kind="number", path="score__r", group=SCORES),
    RuleField(name="f", label=_("Frequency score"), kind="number", path="score__f", group=SCORES),
    RuleField(name="m", label=_("Monetary score"), kind="number", path="score__m", group=SCORES),
    RuleField(name="clv", label=_("Lifetime value"), kind="money", path="score__clv", group=SCORES),
    RuleField(name="alive", label=_("P(alive)"), kind="number", path="score__p_alive", group=SCORES),
    RuleField(
        name="tier", label=_("Value tier"), kind="choice", path="score__tier", choices=Tier.choices, group=SCORES
    ),
    RuleField(
        name="health",
        label=_("Health"),
        kind="choice",
        path="score__health_state",
        choices=HealthState.choices,
        group=SCORES,
    ),
    RuleField(name="health_points", label=_("Health in points"), kind="number", path="score__health", group=SCORES),
)
RELATIONS = (
    RuleRelation(
        name="contact_points",
        label=_("Contact points"),
        noun=ngettext_lazy("contact point", "contact points"),
        model=ContactPoint,
        link="customer",
        fields=(
            RuleField(name="kind", label=_("Kind"), kind="choice", choices=ContactKind.choices),
            RuleField(name="value", label=_("Value"), kind="text"),
            RuleField(name="primary", label=_("Primary"), kind="yes_no", path="is_primary"),
        ),
    ),
    RuleRelation(
        name="addresses",
        label=_("Addresses"),
        noun=ngettext_lazy("address", "addresses"),
        model=Address,
        link="customer",
        fields=(
            RuleField(name="city", label=_("City"), kind="text"),
            RuleField(name="region", label=_("Province or state"), kind="text"),
            RuleField(name="country", label=_("Country"), kind="text"),
            RuleField(name="postal_code", label=_("Postal code"), kind="text"),
            RuleField(name="primary", label=_("Primary"), kind="yes_no", path="is_primary"),
        ),
    ),
    RuleRelation(
        name="consents",
        label=_("Consents, the latest word on each"),
        noun=ngettext_lazy("consent", "consents"),
        model=ConsentEntry,
        link="customer",
        base=latest_lines,
        fields=(
            RuleField(name="channel", label=_("Channel"), kind="choice", choices=Channel.choices),
            RuleField(name="purpose", label=_("Purpose"), kind="choice", choices=Purpose.choices),
            RuleField(name="state", label=_("State"), kind="choice", choices=ConsentState.choices),
            RuleField(name="source", label=_("Source"), kind="choice", choices=ConsentSource.choices),
            RuleField(name="at", label=_("When"), kind="moment"),
            RuleField(name="expires", label=_("Valid until"), kind="moment", path="expires_at"),
        ),
    ),
    RuleRelation(
        name="contact_bans",
        label=_("Bans on contact in force"),
        noun=ngettext_lazy("ban on contact", "bans on contact"),
        model=DoNotContact,
        link="customer",
        base=bans_in_force,
        fields=(
            RuleField(name="channel", label=_("Channel"), kind="choice", choices=Channel.choices),
            RuleField(name="reason", label=_("Reason"), kind="text"),
        ),
    ),
    RuleRelation(
        name="tasks",
        label=_("Tasks"),
        noun=ngettext_lazy("task", "tasks"),
        model=Task,
        link="customer",
        fields=(
            RuleField(name="kind", label=_("Kind"), kind="choice", choices=TaskKind.choices),
            RuleField(name="state", label=_("State"), kind="choice", choices=TaskState.choices),
            RuleField(name="due", label=_("Due date"), kind="moment", path="due_at"),
            RuleField(name="done", label=_("Date when it was done"), kind="moment", path="done_at"),
            RuleField(name="title", label=_("Title"), kind="text"),
            RuleField(name="owner", label=_("Owner"), kind="person"),
        ),
    ),
)

register_subject(
    RuleSubject(
        code="customer",
        label=_("Customers"),
        model=Customer,
        module="customers",
        list_code="customers",
        list_url="customers:customer-list",
        fields=FIELDS,
        relations=RELATIONS,
        person=True,
    )
)
register_filter_provider("customers", lambda: (RuleFilter(subject="customer"),))
register_filter_provider("organisations", lambda: (RuleFilter(subject="customer"),))
