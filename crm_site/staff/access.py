"""What one user may see and change, loaded once per request."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.contrib.postgres.expressions import ArraySubquery

from crm_site.staff.choices import Module, Scope

if TYPE_CHECKING:
    from crm_site.staff.models import User


@dataclass(frozen=True)
class Grant:
    """The widest reach a user's roles give on one module."""

    view: Scope = Scope.NONE
    edit: Scope = Scope.NONE
    can_export: bool = False
    can_import: bool = False

    def widened(self, other: Grant) -> Grant:
        """Return the union of two grants: a second role never takes anything away."""
        return Grant(
            max(self.view, other.view, key=lambda scope: scope.rank),
            max(self.edit, other.edit, key=lambda scope: scope.rank),
            self.can_export or other.can_export,
            self.can_import or other.can_import,
        )


EVERYTHING = Grant(Scope.ALL, Scope.ALL, True, True)


@dataclass(frozen=True)
class Access:
    """Grants by module, and the ids of the user's team and all teams below it."""

    grants: dict[str, Grant]
    team_ids: tuple[int, ...]

    def grant(self, module: str) -> Grant:
        """Return the grant on `module`; an unknown module grants nothing."""
        return self.grants.get(module, Grant())

    def view_scope(self, module: str) -> Scope:
        """Return how far the user sees in `module`."""
        return self.grant(module).view

    def edit_scope(self, module: str) -> Scope:
        """Return how far the user may change records in `module`."""
        return self.grant(module).edit

    def can_view(self, module: str) -> bool:
        """Tell whether the module exists at all for this user."""
        return self.view_scope(module) is not Scope.NONE

    def can_edit(self, module: str) -> bool:
        """Tell whether the user may change anything in the module."""
        return self.edit_scope(module) is not Scope.NONE

    def can_export(self, module: str) -> bool:
        """Tell whether the user may take lists of the module out as files."""
        return self.grant(module).can_export

    def can_import(self, module: str) -> bool:
        """Tell whether the user may load files into the module."""
        return self.grant(module).can_import


NOBODY = Access({}, ())


def load_access(user: User) -> Access:
    """Read the user's grants, and their team with those below it: one query."""
    from crm_site.staff.models import RoleGrant, Team

    if not user.is_active:
        return NOBODY
    below = Team.objects.subtree_of(user.team_id).values("pk") if user.team_id else Team.objects.none().values("pk")
    if user.is_superuser:
        return Access(dict.fromkeys(Module.values, EVERYTHING), tuple(below.values_list("pk", flat=True)))
    grants: dict[str, Grant] = {}
    teams: tuple[int, ...] = ()
    for row in RoleGrant.objects.filter(role__users=user).annotate(teams=ArraySubquery(below)):
        teams = tuple(row.teams or ())
        grant = Grant(Scope(row.view), Scope(row.edit), row.can_export, row.can_import)
        grants[row.module] = grants.get(row.module, Grant()).widened(grant)
    return Access(grants, teams)
