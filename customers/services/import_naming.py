"""Making the customers that files of other records name and nobody knows."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from crm_site.lib.text import search_text, sort_key

if TYPE_CHECKING:
    from crm_site.staff.models import User

Execute = Callable[..., int]
Rows = Callable[..., list[tuple[Any, ...]]]


def create_named_customers(execute: Execute, rows: Rows, user: User | None) -> int:
    """Create the customers that the table `chunk_customers` (reference, name, country) names and nobody knows.

    Returns how many were created; races with other imports end in the unique reference, not in doubles.
    """
    missing = rows(
        "SELECT n.reference, n.name, n.country FROM chunk_customers n WHERE NOT EXISTS "
        "(SELECT 1 FROM customers_customer c WHERE c.reference = n.reference)"
    )
    if not missing:
        return 0
    names = [name or reference for reference, name, country in missing]
    created = rows(
        "INSERT INTO customers_customer (kind, name, given_name, family_name, reference, job_title, identifier, "
        "industry, website, source, country, language, time_zone, stage, owner_id, team_id, version, created_at, "
        "updated_at, search_text, sort_key) SELECT 'person', name, '', '', reference, '', '', '', '', 'import', "
        "country, '', '', 'prospect', %s, %s, 1, now(), now(), search, key FROM unnest(%s::text[], %s::text[], "
        "%s::text[], %s::text[], %s::text[]) AS n(reference, name, country, search, key) "
        "ON CONFLICT (reference) WHERE NOT (reference = '') DO NOTHING RETURNING id",
        user.pk if user else None,
        user.team_id if user else None,
        [row[0] for row in missing],
        names,
        [row[2] or "" for row in missing],
        [search_text([name, row[0]]) for name, row in zip(names, missing, strict=True)],
        [sort_key(name)[:200] for name in names],
    )
    ids = [row[0] for row in created]
    create_figures(execute, ids)
    return len(ids)


def create_figures(execute: Execute, ids: list[int]) -> None:
    """Give new customers their rows of figures, empty as yet."""
    execute(
        "INSERT INTO customers_customermetrics (customer_id, orders_count, credits_count, net_revenue, "
        "last_order_key) SELECT unnest(%s::bigint[]), 0, 0, 0, 0",
        ids,
    )
    execute(
        "INSERT INTO customers_customerscore (customer_id, segment, clv, tier) SELECT unnest(%s::bigint[]), '', 0, ''",
        ids,
    )
