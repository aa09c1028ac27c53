"""What happens on pages that somebody may have to answer for."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from crm_site.events.base import Event
from crm_site.events.verbs import Eraser, register_verb


@dataclass(frozen=True, kw_only=True)
class ListExported(Event):
    """Somebody took rows of a list out as a file; `address` is the list as it was shown."""

    verb = "list.exported"
    list_code: str
    kind: str
    rows: int
    address: str


register_verb("list.exported", _("%(rows)s rows of a list were exported"), "download", Eraser.KEEP, system=True)
