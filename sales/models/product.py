"""The catalogue."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from crm_site.fields.hosts import CustomisedModel
from crm_site.history.tracking import Tracking
from sales.querysets import ProductQuerySet

if TYPE_CHECKING:
    from datetime import datetime


class Product(CustomisedModel):
    """Something we sell; `sku` is its code, compared with case."""

    history: ClassVar[Tracking] = Tracking(hidden=("search_text", "sort_key"))

    access_module = "sales"
    custom_host = "product"

    sku = models.CharField(_("product code"), max_length=64, unique=True)
    name = models.CharField(_("name"), max_length=200)
    category = models.CharField(_("category"), max_length=100, blank=True)
    unit_price = models.DecimalField(_("unit price"), max_digits=14, decimal_places=4, default=0)
    currency = models.CharField(_("currency"), max_length=3)
    is_active = models.BooleanField(_("can be sold"), default=True)
    description = models.TextField(_("description"), blank=True)
    version = models.PositiveIntegerField(default=1, editable=False)
    created_at: models.DateTimeField[Any, datetime] = models.DateTimeField(_("created"), auto_now_add=True)
    updated_at: models.DateTimeField[Any, datetime] = models.DateTimeField(_("changed"), auto_now=True)
    search_text = models.TextField(editable=False, default="")
    sort_key = models.CharField(max_length=200, editable=False, default="")

    objects = ProductQuerySet.as_manager()

    class Meta:
        verbose_name = _("product")
        verbose_name_plural = _("products")
        indexes = (
            models.Index(fields=("sort_key", "id"), name="product_sort"),
            models.Index(fields=("unit_price", "id"), name="product_price"),
            GinIndex(fields=("search_text",), name="product_search", opclasses=("gin_trgm_ops",)),
        )

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        """Return the address of the product's page."""
        return reverse("sales:product-detail", args=[self.pk])
