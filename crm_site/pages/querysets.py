"""Chainable vocabulary of what people keep: saved views, bulk changes and exports."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from django.db.models import Exists, OuterRef, Q, QuerySet

from crm_site.pages.choices import Sharing
from crm_site.staff.models import Team

if TYPE_CHECKING:
    from crm_site.pages.models import BulkChange, ListExport, SavedView  # noqa: F401 - named in strings below
    from crm_site.staff.models import User


def open_lists(user: User) -> list[str]:
    """Return the codes of the lists whose module the user may open."""
    from crm_site.pages.lists.registry import list_pages

    return [page.code for page in list_pages() if user.access.can_view(page.module)]


def sets_up(user: User) -> bool:
    """Tell whether the user may set things up for others."""
    return user.access.can_edit("setup")


class SavedViewQuerySet(QuerySet["SavedView"]):
    """Saved views of lists."""

    def visible_to(self, user: User) -> Self:
        """Keep the user's own views and those shared with the user, of lists that the user may open."""
        own_team = Team.objects.filter(pk=user.team_id or 0, path__startswith=OuterRef("team__path"))
        shared = Q(sharing=Sharing.EVERYBODY) | (Q(sharing=Sharing.TEAM, team__isnull=False) & Exists(own_team))
        return self.filter(Q(owner=user) | shared, list_code__in=open_lists(user))

    def editable_by(self, user: User) -> Self:
        """Keep the user's own views; who sets up may change every view that the user sees."""
        seen = self.visible_to(user)
        return seen if sets_up(user) else seen.filter(owner=user)


class OwnWorkQuerySet(QuerySet["BulkChange"]):
    """What somebody asked for and nobody else may touch."""

    def visible_to(self, user: User) -> Self:
        """Keep what the user asked for."""
        return self.filter(actor=user)

    def editable_by(self, user: User) -> Self:
        """Keep what the user asked for."""
        return self.visible_to(user)


class ListExportQuerySet(QuerySet["ListExport"]):
    """Files of lists."""

    def visible_to(self, user: User) -> Self:
        """Keep the user's own files: a file holds what its owner may see."""
        return self.filter(owner=user)

    def editable_by(self, user: User) -> Self:
        """Keep the user's own files."""
        return self.visible_to(user)
