"""Chainable vocabulary of imports."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from django.db import models

from crm_site.imports.kinds import KINDS
from crm_site.staff.choices import Scope

if TYPE_CHECKING:
    from crm_site.imports.models import Import, MoveIn  # noqa: F401 - named in strings below
    from crm_site.staff.models import User


class ImportQuerySet(models.QuerySet["Import"]):
    """Imports: seen by who started them, and by people who see everything in the module and may import."""

    def visible_to(self, user: User) -> Self:
        """Keep the imports that the user may see."""
        access = user.access
        wide = [
            code
            for code, kind in KINDS.items()
            if access.can_import(kind.module) and access.view_scope(kind.module) is Scope.ALL
        ]
        return self.filter(models.Q(started_by=user) | models.Q(kind__in=wide))

    def editable_by(self, user: User) -> Self:
        """Keep the imports that the user may start or stop."""
        return self.visible_to(user)


class MoveInQuerySet(models.QuerySet["MoveIn"]):
    """Move-ins: seen by who started them, and by people who see everything and may import."""

    def visible_to(self, user: User) -> Self:
        """Keep the move-ins that the user may see."""
        access = user.access
        modules = {kind.module for kind in KINDS.values()}
        if all(access.can_import(one) and access.view_scope(one) is Scope.ALL for one in modules):
            return self.all()
        return self.filter(started_by=user)

    def editable_by(self, user: User) -> Self:
        """Keep the move-ins that the user may start or stop."""
        return self.visible_to(user)
