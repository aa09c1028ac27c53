"""Panels on record pages: an app above shows its part of a record in a card that loads on its own."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.urls import reverse

from crm_site.pages.registry import Registry

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

    from crm_site.staff.models import User


@dataclass(frozen=True, kw_only=True)
class Panel:
    """A card on the record page of `kind`; `url_name` takes the record's key and answers with the card's body.

    `arguments` stand before the key in the address. With `fits` it stands on those records only that fulfil it.
    """

    code: str
    title: StrOrPromise
    kind: str
    url_name: str
    arguments: tuple[str, ...] = ()
    module: str = ""
    order: int = 100
    rows: int = 3
    """How many skeleton lines stand in for the body until it arrives."""
    fits: Callable[[Any], bool] | None = None


@dataclass(frozen=True)
class PanelSlot:
    """A panel placed on one record."""

    panel: Panel
    url: str

    @property
    def skeleton(self) -> range:
        """Return one step for each skeleton line."""
        return range(self.panel.rows)


panels: Registry[Panel] = Registry()
register_panel = panels.register


def panels_for(user: User, kind: str, pk: int, record: Any = None) -> list[PanelSlot]:
    """Return the panels of this record kind that the user's roles open; those of some records need the record."""
    return [
        PanelSlot(panel, reverse(panel.url_name, args=[*panel.arguments, pk]))
        for panel in panels
        if panel.kind == kind and (not panel.module or user.access.can_view(panel.module))
        if panel.fits is None or (record is not None and panel.fits(record))
    ]
