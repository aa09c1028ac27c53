"""Asking every source, and putting what they find in order."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from crm_site.pages.palette.asking import Asked
from crm_site.pages.palette.hits import Hit, HitGroup, PaletteSource, commands, sources
from crm_site.pages.palette.labels import command_hit
from crm_site.pages.palette.ranking import Rank
from crm_site.pages.palette.visits import as_seen, visits_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from crm_site.pages.models import Visit
    from crm_site.staff.models import User

HITS_EACH = 8
OFTEN_SHOWN = 4
# A command that was used once may have been a mistake.
OFTEN = 2


def find(user: User, query: str, among: Iterable[PaletteSource] | None = None) -> list[HitGroup]:
    """Ask the sources the user's roles open; groups stand in the order of their best hits.

    An exact number, address or reference stands above all groups. Without words, what the user opened last
    stands there, and the commands used most.
    """
    visits = visits_of(user)
    asked = Asked(user, query, as_seen(visits))
    found = [
        HitGroup(source.code, source.label, list(source.search(asked, HITS_EACH)))
        for source in (sources if among is None else among)
        if source.open_to(user)
    ]
    groups = [group for group in found if group.hits]
    if not asked.text:
        return [group for group in (_recent(user, visits), _often(user, visits)) if group.hits] + groups
    exact = [hit for group in groups for hit in group.hits if hit.rank is Rank.EXACT]
    rest = [
        HitGroup(group.code, group.label, hits)
        for group in groups
        if (hits := [hit for hit in group.hits if hit.rank is not Rank.EXACT])
    ]
    rest.sort(key=lambda group: min(hit.rank for hit in group.hits))
    return [HitGroup("best", _("Best match"), exact), *rest] if exact else rest


def _recent(user: User, visits: list[Visit]) -> HitGroup:
    """Return the records the user opened last, as far as they exist and are the user's to see."""
    hits: dict[tuple[str, str], Hit] = {}
    for source in sources:
        keys = [visit.key for visit in visits if visit.kind == source.code]
        if keys and source.fetch is not None and source.open_to(user):
            hits |= {(source.code, key): hit for key, hit in source.fetch(user, keys).items()}
    shown = [hits[visit.kind, visit.key] for visit in visits if (visit.kind, visit.key) in hits]
    return HitGroup("recent", _("Opened last"), shown[:HITS_EACH])


def _often(user: User, visits: list[Visit]) -> HitGroup:
    """Return the commands the user gives most."""
    used = sorted(
        (visit for visit in visits if visit.kind == "commands" and visit.times >= OFTEN), key=lambda one: -one.times
    )
    known = [command for visit in used if (command := commands.get(visit.key)) is not None]
    hits = [hit for command in known if (hit := command_hit(command, user)) is not None]
    return HitGroup("often", _("Used often"), hits[:OFTEN_SHOWN])
