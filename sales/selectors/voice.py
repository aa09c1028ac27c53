"""The voice of the customer: how many needs there are of what, who has them, and what they are worth.

A need counts in every segment of its customer, elsewhere once. Of the deals that came of needs each one counts once
in a figure, however many needs led to it, and only where the reader may see it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import Count, F, FilteredRelation, Q

from customers.models import Segment
from sales.choices import DealStatus, NeedStatus
from sales.models import NeedCategory, NeedTopic, Opportunity, Product

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from django.db.models import QuerySet

    from crm_site.staff.models import User
    from sales.querysets import NeedQuerySet

# What needs can be told apart by, and the ORM path of it.
DIMENSIONS = {
    "topic": "topic_id", "category": "category_id", "product": "product_id", "segment": "member__segment_id",
    "stage": "customer__stage",
}  # fmt: skip
NOTHING = Decimal(0)
Key = int | str | None


@dataclass
class Figures:
    """What is counted of some needs; `deals` holds number and sum in the base currency by status."""

    needs: int = 0
    customers: int = 0
    addressed: int = 0
    deals: dict[str, tuple[int, Decimal]] = field(default_factory=dict)

    @property
    def share(self) -> float | None:
        """The share of needs that were addressed; None without needs."""
        return self.addressed / self.needs if self.needs else None

    def amount(self, status: str) -> Decimal:
        """The sum of the deals of a status."""
        return self.deals.get(status, (0, NOTHING))[1]

    def count(self, status: str) -> int:
        """The number of the deals of a status."""
        return self.deals.get(status, (0, NOTHING))[0]


@dataclass(frozen=True)
class Voice:
    """The lines of the report by key, the largest first, their sum, and how many needs there are in each crossing."""

    lines: dict[Key, Figures]
    total: Figures
    columns: list[Key]
    crossings: dict[tuple[Key, Key], int]


def read_voice(
    needs: NeedQuerySet, by: str, across: str, user: User, segments: Iterable[int] = (), *, sums_up: bool = True
) -> Voice:
    """Return the figures of these needs by one dimension, and their number by a second one ("" for none).

    `segments` are the ones that are told of. Without `sums_up` the sum of all knows its deals alone.
    """
    rows = needs.order_by()
    total = Figures(**rows.aggregate(**_counts())) if sums_up else Figures()
    split: Any = _split(rows, {"row": by}, segments)
    found = split.values("row").annotate(**_counts()).order_by("-needs", "row")
    lines: dict[Key, Figures] = {one.pop("row"): Figures(**one) for one in found}
    for is_all, key, status, count, amount in _deals(split, user):
        one = total if is_all else lines.get(key)
        if one is not None:
            one.deals[status] = (count, amount)
    crossings: dict[tuple[Key, Key], int] = {}
    sizes: dict[Key, int] = {}
    if across:
        crossed: Any = _split(rows, {"row": by, "column": across}, segments)
        for one in crossed.values("row", "column").annotate(needs=Count("pk", distinct=True)):
            crossings[one["row"], one["column"]] = one["needs"]
            sizes[one["column"]] = sizes.get(one["column"], 0) + one["needs"]
    columns = sorted(sizes, key=lambda key: (-sizes[key], key is None, str(key)))
    return Voice(lines, total, columns, crossings)


def name_keys(dimension: str, keys: Iterable[Key], known: Mapping[Key, str]) -> dict[Key, str]:
    """Return what the records behind keys are called; asks only where somebody is not known by name already."""
    wanted = [key for key in keys if isinstance(key, int)]
    if all(key in known for key in wanted):
        return dict(known)
    if dimension == "category":
        return {one.pk: one.label for one in NeedCategory.objects.filter(pk__in=wanted)}
    models: dict[str, Any] = {"topic": NeedTopic, "product": Product, "segment": Segment}
    if dimension not in models:
        return {}
    return dict(models[dimension].objects.filter(pk__in=wanted).values_list("pk", "name"))


def _counts() -> dict[str, Any]:
    return {
        "needs": Count("pk", distinct=True),
        "customers": Count("customer", distinct=True),
        "addressed": Count("pk", distinct=True, filter=Q(status=NeedStatus.ADDRESSED)),
    }


def _split(rows: NeedQuerySet, named: dict[str, str], segments: Iterable[int]) -> QuerySet[Any]:
    """Return the needs with their keys; one that is in several segments comes once for each."""
    if "segment" in named.values():
        inside = Q(customer__memberships__segment__in=list(segments))
        rows = rows.annotate(member=FilteredRelation("customer__memberships", condition=inside))
    found: Any = rows.annotate(**{name: F(DIMENSIONS[dimension]) for name, dimension in named.items()})
    return found  # type: ignore[no-any-return]  # annotated by names that types do not know


def _deals(split: QuerySet[Any], user: User) -> list[tuple[bool, Key, str, int, Decimal]]:
    """Return number and sum of deals by status, of all and of each key: each deal once."""
    pairs = split.filter(opportunity__in=Opportunity.objects.visible_to(user).order_by().values("pk"))
    try:
        statement, params = pairs.values("row", "opportunity_id").distinct().query.sql_with_params()
    except EmptyResultSet:
        return []
    with connection.cursor() as cursor:
        cursor.execute(
            f"WITH pairs(key, deal) AS ({statement}) "
            "SELECT false, p.key, d.status, count(*), sum(d.base_amount) FROM pairs p "
            "JOIN sales_opportunity d ON d.id = p.deal GROUP BY 2, 3 UNION ALL "
            "SELECT true, NULL, d.status, count(*), sum(d.base_amount) FROM sales_opportunity d "
            "WHERE d.id IN (SELECT deal FROM pairs) GROUP BY 3",
            params,
        )
        return list(cursor.fetchall())


# The order in which sums are shown.
SUMS = (DealStatus.LOST, DealStatus.OPEN, DealStatus.WON)
