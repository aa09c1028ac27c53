"""Changing many orders or products at once: set-based, with one batch event."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import F, QuerySet
from django.db.models.functions import Now

from crm_site.events.publishing import publish_batch
from crm_site.fields.values import with_merged
from crm_site.history.origin import current_origin
from customers.services.timeline import insert_activities
from sales.events import OrdersChanged, ProductsChanged
from sales.models import Order, Product
from sales.services.cataloguing import derived_columns

if TYPE_CHECKING:
    from crm_site.staff.models import User

# A line on the timeline of each order's customer, as a single change writes one; walk-in sales have none.
NOTED = (
    "SELECT customer_id, %s, now(), NULL::bigint, 'order', id, jsonb_build_object('number', number, 'total', "
    "total::text, 'currency', currency), '' FROM sales_order WHERE id = ANY(%s) AND customer_id IS NOT NULL"
)


def change_orders(rows: QuerySet[Order], facts: Mapping[str, Any], actor: User | None) -> int:
    """Give all orders the same facts; a new owner brings the team along. Returns how many orders there are."""
    values = with_merged(facts)
    if "owner" in values and "team" not in values and values["owner"] is not None:
        values["team"] = values["owner"].team
    with transaction.atomic():
        keys = list(rows.order_by("pk").values_list("pk", flat=True))
        Order.objects.filter(pk__in=keys).update(**values, version=F("version") + 1, updated_at=Now())
        verb = "order.cancelled" if values.get("status") == "cancelled" else OrdersChanged.verb
        insert_activities(NOTED, [verb, keys])
        done = current_origin().operation or 0
        publish_batch(OrdersChanged(count=len(keys), fields=",".join(values), operation_id=done), actor)
    return len(keys)


def change_products(rows: QuerySet[Product], facts: Mapping[str, Any], actor: User | None) -> int:
    """Give all products the same facts, and derive what they are found by. Returns how many products there are."""
    with transaction.atomic():
        keys = list(rows.order_by("pk").values_list("pk", flat=True))
        Product.objects.filter(pk__in=keys).update(**with_merged(facts), version=F("version") + 1, updated_at=Now())
        if "category" in facts:
            _index(keys)
        done = current_origin().operation or 0
        publish_batch(ProductsChanged(count=len(keys), fields=",".join(facts), operation_id=done), actor)
    return len(keys)


def _index(keys: list[int]) -> None:
    changed = list(Product.objects.filter(pk__in=keys).only("pk", "sku", "name", "category"))
    for product in changed:
        product.search_text = derived_columns(product.sku, product.name, product.category)["search_text"]
    Product.objects.bulk_update(changed, ("search_text",), batch_size=500)
