"""The building blocks of `visible_to`: who may see and change which rows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Self, TypeVar

from django.db import models
from django.db.models import Q

from crm_site.staff.choices import Scope

if TYPE_CHECKING:
    from crm_site.staff.access import Access
    from crm_site.staff.models import User

_M = TypeVar("_M", bound=models.Model)


def scope_filter(scope: Scope, user: User, access: Access, prefix: str = "") -> Q | None:
    """Return the condition that narrows rows to `scope`; None means no narrowing is needed."""
    if scope is Scope.ALL:
        return None
    own = Q(**{f"{prefix}owner_id": user.pk})
    if scope is Scope.OWN:
        return own
    if scope is Scope.TEAM:
        return own | Q(**{f"{prefix}team_id__in": access.team_ids})
    return Q(pk__in=[])


class OwnedQuerySet(models.QuerySet[_M]):
    """Rows with an owner and a team; the model names its module in `access_module`."""

    def _within(self, scope: Scope, user: User) -> Self:
        condition = scope_filter(scope, user, user.access)
        return self if condition is None else self.filter(condition)

    def visible_to(self, user: User) -> Self:
        """Keep the rows that the user may see."""
        return self._within(user.access.view_scope(self._module()), user)

    def editable_by(self, user: User) -> Self:
        """Keep the rows that the user may change."""
        return self.visible_to(user)._within(user.access.edit_scope(self._module()), user)

    def _module(self) -> str:
        return str(self.model.access_module)  # type: ignore[attr-defined]  # every owned model declares it


class SharedQuerySet(models.QuerySet[_M]):
    """Rows without an owner, shared by everybody who has the module (catalogues, surveys)."""

    def visible_to(self, user: User) -> Self:
        """Keep all rows, or none when the user lacks the module."""
        return self if user.access.can_view(self._module()) else self.none()

    def editable_by(self, user: User) -> Self:
        """Keep all rows for those who may change everything in the module, otherwise none."""
        return self if user.access.edit_scope(self._module()) is Scope.ALL else self.none()

    def _module(self) -> str:
        return str(self.model.access_module)  # type: ignore[attr-defined]  # every shared model declares it


class FollowingQuerySet(models.QuerySet[_M]):
    """Rows seen and changed with the record they hang off; `parent` names the foreign key."""

    parent: ClassVar[str]

    def visible_to(self, user: User) -> Self:
        """Keep rows whose record the user may see."""
        return self.filter(**{f"{self.parent}__in": self._parents().visible_to(user)})

    def editable_by(self, user: User) -> Self:
        """Keep rows whose record the user may change."""
        return self.filter(**{f"{self.parent}__in": self._parents().editable_by(user)})

    def _parents(self) -> Any:
        related: Any = self.model._meta.get_field(self.parent).related_model
        return related._default_manager.all()


class TeamQuerySet(models.QuerySet[Any]):
    """The tree of teams."""

    def subtree_of(self, team_id: int) -> Self:
        """Keep the team and every team below it."""
        root = models.Subquery(self.model.objects.filter(pk=team_id).values("path")[:1])
        return self.filter(path__startswith=root)
