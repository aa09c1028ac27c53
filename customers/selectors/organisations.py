"""The tree of organisations: what stands above and below one, and what its whole branch comes to."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from django.db import connection
from django.db.models import Count, Max, OuterRef, Q, Subquery, Sum
from django.db.models.expressions import RawSQL

from customers.choices import CustomerKind
from customers.models import Activity, Customer, Task

if TYPE_CHECKING:
    from crm_site.staff.models import User

# Deeper no company goes; a ring, which old data may hold, ends here as well.
DEPTH = 12
SHOWN_BRANCHES, SHOWN_PEOPLE = 40, 8
# So many levels are indented.
LEVELS = 4
# UNION forgets what it has met at the same depth, so that even a ring stays small.
BELOW = """WITH RECURSIVE below(id, depth) AS (
    SELECT %s::bigint, 0
    UNION
    SELECT member.id, below.depth + 1 FROM customers_customer member JOIN below ON member.organisation_id = below.id
    WHERE below.depth < %s
) SELECT id FROM below"""
ABOVE = """WITH RECURSIVE above(id, parent, depth) AS (
    SELECT id, organisation_id, 0 FROM customers_customer WHERE id = %s
    UNION
    SELECT one.id, one.organisation_id, above.depth + 1 FROM customers_customer one JOIN above ON one.id = above.parent
    WHERE above.depth < %s
) SELECT id, -depth FROM above"""
BRANCHES = """WITH RECURSIVE branch(id, depth, place, met) AS (
    SELECT id, 0, ARRAY[]::text[], ARRAY[id] FROM customers_customer WHERE id = %s
    UNION ALL
    SELECT one.id, branch.depth + 1, branch.place || ARRAY[one.sort_key, one.id::text], branch.met || one.id
    FROM customers_customer one JOIN branch ON one.organisation_id = branch.id
    WHERE one.kind = %s AND branch.depth < %s AND one.id <> ALL(branch.met)
) SELECT id, depth FROM branch WHERE depth > 0 ORDER BY place LIMIT %s"""


@dataclass(frozen=True)
class Node:
    """An organisation in the tree: parents have depths below 0, the one the tree is of has 0."""

    customer: Customer
    depth: int


@dataclass(frozen=True)
class BranchFigures:
    """What an organisation, those below it and all their people come to, as far as the reader sees them."""

    customers: int
    organisations: int
    orders: int
    revenue: Decimal
    last_order_at: dt.datetime | None
    last_active: Customer | None
    last_activity_at: dt.datetime | None
    open_tasks: int


@dataclass(frozen=True)
class Line:
    """A line of the tree as it is shown; beyond a few levels nothing is indented further."""

    customer: Customer
    level: int
    is_here: bool = False


@dataclass(frozen=True)
class OrganisationTree:
    """What stands around one customer."""

    customer: Customer
    above: list[Node]
    below: list[Node]
    more_below: bool
    people: list[Customer]
    more_people: bool

    @property
    def lines(self) -> list[Line]:
        """The organisations from the top down, the one itself among them; none where it stands alone."""
        if not (self.above or self.below):
            return []
        here = [] if self.customer.is_person else [Line(self.customer, len(self.above), is_here=True)]
        over = [Line(node.customer, level) for level, node in enumerate(self.above)]
        under = [Line(node.customer, len(self.above) + node.depth) for node in self.below]
        return [Line(one.customer, min(one.level, LEVELS), one.is_here) for one in (*over, *here, *under)]


def keys_below(pk: int) -> RawSQL:
    """Return the keys of a customer and of everybody below it, as something that `pk__in` takes."""
    return RawSQL(BELOW, (pk, DEPTH))  # noqa: S611 - values are parameters


def stands_above(upper: int, lower: int) -> bool:
    """Tell whether one organisation is the other, or stands anywhere above it."""
    with connection.cursor() as cursor:
        cursor.execute(ABOVE, (lower, DEPTH))
        return upper in {row[0] for row in cursor.fetchall()}


def tree_around(customer: Customer, user: User) -> OrganisationTree:
    """Return the organisations above and below, and the people beside a person or under an organisation."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"({ABOVE}) UNION ALL ({BRANCHES})",
            (customer.pk, DEPTH, customer.pk, CustomerKind.ORGANISATION, DEPTH, SHOWN_BRANCHES + 1),
        )
        places = cursor.fetchall()
    home = customer.organisation_id if customer.is_person else customer.pk
    visible = Customer.objects.visible_to(user)
    seen = visible.in_bulk([pk for pk, _depth in places if pk != customer.pk])
    nodes = [Node(seen[pk], depth) for pk, depth in places if pk in seen]
    below = [node for node in nodes if node.depth > 0]
    colleagues = visible.filter(organisation=home, kind=CustomerKind.PERSON).exclude(pk=customer.pk)
    people = list(colleagues.order_by("sort_key", "pk")[: SHOWN_PEOPLE + 1]) if home else []
    return OrganisationTree(
        customer=customer,
        above=sorted((node for node in nodes if node.depth < 0), key=lambda node: node.depth),
        below=below[:SHOWN_BRANCHES],
        more_below=len(below) > SHOWN_BRANCHES,
        people=people[:SHOWN_PEOPLE],
        more_people=len(people) > SHOWN_PEOPLE,
    )


def branch_figures(customer: Customer, user: User) -> BranchFigures:
    """Sum up an organisation with everybody below it, of those the reader may see: three queries."""
    branch = Customer.objects.visible_to(user).filter(pk__in=keys_below(customer.pk))
    sums = branch.aggregate(
        customers=Count("pk"),
        organisations=Count("pk", filter=Q(kind=CustomerKind.ORGANISATION)),
        orders=Sum("metrics__orders_count"),
        revenue=Sum("metrics__net_revenue"),
        last_order_at=Max("metrics__last_order_at"),
    )
    open_tasks = Task.objects.visible_to(user).open().filter(customer__in=keys_below(customer.pk)).count()
    latest = Activity.objects.filter(customer=OuterRef("pk")).order_by("-occurred_at").values("occurred_at")[:1]
    active = branch.annotate(active_at=Subquery(latest)).filter(active_at__isnull=False).order_by("-active_at").first()
    return BranchFigures(
        customers=sums["customers"],
        organisations=sums["organisations"],
        orders=sums["orders"] or 0,
        revenue=sums["revenue"] or Decimal(0),
        last_order_at=sums["last_order_at"],
        last_active=active,
        last_activity_at=getattr(active, "active_at", None),
        open_tasks=open_tasks,
    )
