"""Chainable vocabulary of facts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

from django.db import models

from crm_site.staff.querysets import scope_filter

if TYPE_CHECKING:
    from crm_site.staff.models import User


class FactQuerySet(models.QuerySet[Any]):
    """Facts: a reader sees the part that comes from records the reader may see."""

    def visible_to(self, user: User) -> Self:
        """Keep facts of records within the user's scope in the module the facts come from."""
        module: str = self.model.access_module
        condition = scope_filter(user.access.view_scope(module), user, user.access)
        return self if condition is None else self.filter(condition)
