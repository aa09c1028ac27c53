"""Filters that the figures of reports need to open their rows; they work from an address only."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from crm_site.pages.lists import ChoiceFilter, RelatedFilter, TextFilter
from sales.lists.deal_choices import competitors, stages
from sales.models import Opportunity, OpportunityChange, Product

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

    from crm_site.staff.models import User

YES, NO = "yes", "no"
COMPETITION = Opportunity.competitors.through


@dataclass(frozen=True, kw_only=True)
class ExactFilter(TextFilter):
    """Text that a column is, to the letter."""

    max_length: ClassVar[int] = 100

    def narrow(self, queryset: QuerySet[Any], value: str, user: User) -> QuerySet[Any]:
        """Keep the rows with exactly this text."""
        return queryset.filter(**{self.column: value})


@dataclass(frozen=True, kw_only=True)
class StoodFilter(RelatedFilter):
    """Deals that stand in a stage or ever stood there, as the ledger tells."""

    def narrow(self, queryset: QuerySet[Any], value: list[int], user: User) -> QuerySet[Any]:
        """Keep these deals."""
        told = OpportunityChange.objects.filter(opportunity=OuterRef("pk"), stage__in=value)
        return queryset.filter(Q(stage__in=value) | Exists(told))


@dataclass(frozen=True, kw_only=True)
class RivalFilter(RelatedFilter):
    """Deals made against a competitor, or lost to it."""

    def narrow(self, queryset: QuerySet[Any], value: list[int], user: User) -> QuerySet[Any]:
        """Keep these deals."""
        listed = COMPETITION.objects.filter(opportunity=OuterRef("pk"), competitor__in=value)
        return queryset.filter(Q(lost_to__in=value) | Exists(listed))


def products(user: User) -> list[tuple[Any, StrOrPromise]]:
    """Return the products by name."""
    return list(Product.objects.visible_to(user).order_by("name").values_list("pk", "name")[:200])


def lacking(rows: QuerySet[Any], asked: list[str]) -> QuerySet[Any]:
    """Keep the deals of which none of these is known."""
    listed = COMPETITION.objects.filter(opportunity=OuterRef("pk"))
    conditions = {
        "reason": Q(reason=None),
        "source": Q(source=""),
        "product": Q(product=None),
        "competitor": Q(lost_to=None) & ~Exists(listed),
    }
    for name in asked:
        rows = rows.filter(conditions[name])
    return rows


def answered(rows: QuerySet[Any], asked: list[str]) -> QuerySet[Any]:
    """Keep the leads that were answered, or those that were not."""
    return rows.filter(response_seconds__isnull=YES not in asked) if len(asked) == 1 else rows


OF_DEALS = (
    StoodFilter(name="stood", label=_("Stood in stage"), choices=stages, hidden=True),
    RivalFilter(name="rival", label=_("Against"), choices=competitors, hidden=True),
    RelatedFilter(name="product", label=_("Product"), path="product_id", choices=products, hidden=True),
    ExactFilter(name="from_source", label=_("Source"), path="source", hidden=True),
    ChoiceFilter(
        name="without",
        label=_("Without"),
        choices=[
            ("reason", _("Reason")), ("source", _("Source")), ("product", _("Product")),
            ("competitor", _("Competitor")),
        ],
        conditions=lacking,
        hidden=True,
    ),
)  # fmt: skip
OF_LEADS = (
    ChoiceFilter(
        name="answered",
        label=_("Answered"),
        choices=[(YES, _("yes")), (NO, _("no"))],
        conditions=answered,
        hidden=True,
    ),
    ExactFilter(name="from_source", label=_("Source"), path="source", hidden=True),
    ChoiceFilter(
        name="sourceless",
        label=_("Source"),
        choices=[(YES, _("none"))],
        conditions=lambda rows, asked: rows.filter(source=""),
        hidden=True,
    ),
)
