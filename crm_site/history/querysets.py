"""Chainable vocabulary of the history."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import Q

from crm_site.staff.choices import Module, Scope
from crm_site.staff.querysets import scope_filter

if TYPE_CHECKING:
    from crm_site.history.models import Operation, TrashedRecord  # noqa: F401 - named in strings below
    from crm_site.staff.models import User


class OperationQuerySet(models.QuerySet["Operation"]):
    """Operations: seen by who did them, and by people who may change everything in the module."""

    def visible_to(self, user: User) -> Self:
        """Keep the operations that the user may see."""
        wide = [module for module in Module.values if user.access.edit_scope(module) is Scope.ALL]
        return self.filter(Q(actor=user) | Q(module__in=wide))

    def editable_by(self, user: User) -> Self:
        """Keep the operations that the user may undo."""
        return self.visible_to(user)


class TrashedRecordQuerySet(models.QuerySet["TrashedRecord"]):
    """Deleted records, seen as the records were."""

    def visible_to(self, user: User) -> Self:
        """Keep the records that the user could see before they were deleted."""
        return self._within(user, {module: user.access.view_scope(module) for module in Module.values})

    def editable_by(self, user: User) -> Self:
        """Keep the records that the user could change, and may bring back."""
        return self._within(user, {module: user.access.edit_scope(module) for module in Module.values})

    def _within(self, user: User, scopes: dict[str, Scope]) -> Self:
        found = Q(pk__in=[])
        for module, scope in scopes.items():
            if scope is not Scope.NONE:
                condition = scope_filter(scope, user, user.access)
                found |= Q(module=module) if condition is None else Q(module=module) & condition
        return self.filter(found)
