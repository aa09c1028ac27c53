"""Narrowing a figure to one colleague or one team, within what its reader may see anyway."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, TypeVar
from urllib.parse import urlencode

from django.db.models import QuerySet

from crm_site.staff.models import Team

_Q = TypeVar("_Q", bound=QuerySet[Any])


@dataclass(frozen=True)
class Part:
    """The records of one owner, or of a team and the teams below it; None does not narrow."""

    owner: int | None = None
    team: int | None = None

    def of(self, rows: _Q) -> _Q:
        """Keep the part's rows; the model has an owner and a team."""
        if self.owner is not None:
            rows = rows.filter(owner_id=self.owner)
        if self.team is not None:
            rows = rows.filter(team_id__in=Team.objects.subtree_of(self.team).order_by().values("pk"))
        return rows

    def within(self, url: str) -> str:
        """Return the address of a list, narrowed alike."""
        named = {"owner": self.owner, "team": self.team}
        given = urlencode({name: value for name, value in named.items() if value is not None})
        if not given:
            return url
        return f"{url}{'&' if '?' in url else '?'}{given}"


EVERYTHING = Part()
