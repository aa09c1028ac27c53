"""Chainable vocabulary of imports."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

from django.db import models

from crm_site.imports.kinds import KINDS
from crm_site.staff.choices import Scope

if TYPE_CHECKING:
    from crm_site.imports.models import Import, MoveIn  # noqa: F401 - named in strings below
    from crm_site.staff.models import User


def seen_widely(user: User) -> list[str]:
    """Return the kinds of files of which the user sees everybody's imports."""
    access = user.access
    return [
        code
        for code, kind in KINDS.items()
        if access.can_import(kind.module) and access.view_scope(kind.module) is Scope.ALL
    ]


class ImportQuerySet(models.QuerySet["Import"]):
    """Imports: seen by who started them, and by people who see everything in the module and may import."""

    def visible_to(self, user: User) -> Self:
        """Keep the imports that the user may see."""
        return self.filter(models.Q(started_by=user) | models.Q(kind__in=seen_widely(user)))

    def editable_by(self, user: User) -> Self:
        """Keep the imports that the user may start or stop."""
        return self.visible_to(user)


class MoveInQuerySet(models.QuerySet["MoveIn"]):
    """Move-ins: seen by who started them, and by people who see everything of what their files bring."""

    def visible_to(self, user: User) -> Self:
        """Keep the move-ins that the user may see."""
        wide = seen_widely(user)
        if not wide:
            return self.filter(started_by=user)
        files: Any = self.model._meta.get_field("files").related_model
        foreign = files._default_manager.filter(move_in=models.OuterRef("pk")).exclude(kind__in=wide)
        return self.filter(models.Q(started_by=user) | ~models.Exists(foreign))

    def editable_by(self, user: User) -> Self:
        """Keep the move-ins that the user may start or stop."""
        return self.visible_to(user)
