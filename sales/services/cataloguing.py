"""Creating and changing products."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import transaction

from crm_site.events.publishing import publish
from crm_site.fields.values import with_custom
from crm_site.lib.text import search_text, sort_key
from crm_site.staff.versioning import save_versioned
from sales.events import ProductChanged, ProductCreated
from sales.models import Product

if TYPE_CHECKING:
    from crm_site.staff.models import User


def derived_columns(sku: str, name: str, category: str) -> dict[str, str]:
    """Return the search text and sort key of a product with these facts."""
    return {"search_text": search_text([name, sku, category]), "sort_key": sort_key(name)[:200]}


def index_products(ids: Iterable[int]) -> None:
    """Derive the search text and sort key of these products again."""
    for product in Product.objects.filter(pk__in=list(ids)):
        derived = derived_columns(product.sku, product.name, product.category)
        Product.objects.filter(pk=product.pk).update(**derived)


def create_product(facts: Mapping[str, Any], user: User | None) -> Product:
    """Add a product to the catalogue, priced in the base currency unless told otherwise."""
    product = Product(**{"currency": settings.BASE_CURRENCY, **facts})
    for name, value in derived_columns(product.sku, product.name, product.category).items():
        setattr(product, name, value)
    with transaction.atomic():
        product.save(force_insert=True)
        publish(ProductCreated(product_id=product.pk), user)
    return product


def change_product(product: Product, version: int, facts: Mapping[str, Any], user: User | None) -> None:
    """Change a product that was read at `version`; raise StaleVersionError when it has moved on."""
    after = {name: facts.get(name, getattr(product, name)) for name in ("sku", "name", "category")}
    with transaction.atomic():
        save_versioned(product, version, {**with_custom(product, facts), **derived_columns(**after)})
        publish(ProductChanged(product_id=product.pk, fields=",".join(facts)), user)
