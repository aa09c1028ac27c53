"""What was loaded: one row for the demo company, and the keys of its records."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.db import models
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from datetime import datetime


class DemoLoad(models.Model):
    """The demo company. At most one exists; `prepared_at` is set once its figures are computed."""

    size = models.CharField(_("size"), max_length=1)
    seed = models.BigIntegerField(_("seed"))
    day = models.DateField(_("as of"))
    loaded_at: models.DateTimeField[Any, datetime] = models.DateTimeField(_("loaded"), auto_now_add=True)
    prepared_at = models.DateTimeField(_("figures computed"), null=True)
    only = models.BooleanField(default=True, editable=False)

    class Meta:
        verbose_name = _("demo company")
        verbose_name_plural = _("demo companies")
        constraints = (
            models.UniqueConstraint(fields=("only",), name="one_demo"),
            models.CheckConstraint(condition=models.Q(only=True), name="demo_only_true"),
        )

    def __str__(self) -> str:
        return self.size


class DemoRange(models.Model):
    """Keys `low` to `high` of a table, all of them demo records. Later ranges lean on earlier ones."""

    table = models.CharField(max_length=80)
    low = models.BigIntegerField()
    high = models.BigIntegerField()

    class Meta:
        verbose_name = _("demo records")
        verbose_name_plural = _("demo records")
        ordering = ("id",)
        indexes = (models.Index(fields=("table", "low"), name="demo_range_table"),)

    def __str__(self) -> str:
        return f"{self.table} {self.low}–{self.high}"

    @property
    def records(self) -> type[models.Model]:
        """The model whose keys these are; raise LookupError when its app is gone."""
        return apps.get_model(self.table)

    @property
    def size(self) -> int:
        """How many keys there are."""
        return self.high - self.low + 1

    def blocks(self, most: int) -> Iterator[tuple[int, int]]:
        """Yield the range from its end in blocks of at most that many keys."""
        for high in range(self.high, self.low - 1, -most):
            yield max(self.low, high - most + 1), high


def ranges_of(model: type[models.Model]) -> list[tuple[int, int]]:
    """Return the key ranges of a model's demo records."""
    found = DemoRange.objects.filter(table=model._meta.label_lower)
    return list(found.values_list("low", "high"))


def is_demo(model: type[models.Model], column: str = "pk") -> models.Q:
    """Return the condition that `column` is the key of a demo record of `model`; nothing meets it without demo."""
    condition = models.Q(pk__in=[])
    for low, high in ranges_of(model):
        condition |= models.Q(**{f"{column}__gte": low, f"{column}__lte": high})
    return condition
