"""In which class of each classification customers are: set-based, the same statement for one customer and for all."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import connection
from django.db.models import QuerySet

from crm_site.rules import readable_rule
from crm_site.rules.choosing import first_met
from crm_site.rules.compiling import limited
from customers.models import Classification, Customer, CustomerClass
from customers.services.membership import key_condition

# Rows that say the same already are not written: a night in which nothing moved writes nothing.
REFRESH = """
WITH found(id, met) AS MATERIALIZED ({found}),
wanted AS (
    SELECT f.id, m.class_id FROM found f JOIN unnest(%s::int[], %s::bigint[]) AS m(met, class_id) USING (met)),
gone AS (
    DELETE FROM customers_classmember m WHERE m.classification_id = %s AND {mine} AND NOT EXISTS (
        SELECT FROM wanted w WHERE w.id = m.customer_id)
    RETURNING 1),
put AS (
    INSERT INTO customers_classmember (classification_id, customer_id, customer_class_id, since)
    SELECT %s, w.id, w.class_id, now() FROM wanted w WHERE NOT EXISTS (
        SELECT FROM customers_classmember m WHERE m.customer_id = w.id AND m.customer_class_id = w.class_id)
    ON CONFLICT (customer_id, classification_id) DO UPDATE
        SET customer_class_id = EXCLUDED.customer_class_id, since = EXCLUDED.since
    RETURNING 1)
SELECT (SELECT count(*) FROM gone) + (SELECT count(*) FROM put)
"""


def classifications_in_order(*, also_unused: bool = False) -> list[tuple[Classification, list[CustomerClass]]]:
    """Return the classifications in use (or all) with their classes, in the order in which they are asked."""
    wanted = Classification.objects.all() if also_unused else Classification.objects.in_use()
    found: dict[int, tuple[Classification, list[CustomerClass]]] = {one.pk: (one, []) for one in wanted}
    for one in CustomerClass.objects.filter(classification__in=list(found)):
        found[one.classification_id][1].append(one)
    return list(found.values())


def refresh_classes(ids: Sequence[int], *, also_unused: bool = False) -> int:
    """Put these customers into the first class of each classification that fits; return how many rows that wrote.

    Nobody is in a classification out of use; `also_unused` empties those. Must run in a transaction that holds
    `lock_standing`.
    """
    if not ids:
        return 0
    found = classifications_in_order(also_unused=also_unused)
    return sum(_refresh(one, classes if one.is_active else [], ids) for one, classes in found)


def _refresh(classification: Classification, classes: Sequence[CustomerClass], ids: Sequence[int]) -> int:
    readable = [(one, rule) for one in classes if (rule := readable_rule("customer", one.rule)) is not None]
    among: QuerySet[Any] = limited(Customer.objects.order_by(), "pk", ids)
    asked = first_met(among, [rule for _one, rule in readable], among=ids).values("pk", "met")
    found, params = asked.query.sql_with_params()
    mine, keys = key_condition("m.customer_id", ids)
    values = [
        *params, list(range(len(readable))), [one.pk for one, _rule in readable],
        classification.pk, *keys, classification.pk,
    ]  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(REFRESH.format(found=found, mine=mine), values)
        return int(cursor.fetchone()[0])
