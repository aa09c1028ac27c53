"""Timelines: entries by day in the reader's zone, with what the system did folded away."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from django.utils import timezone
from django.utils.translation import gettext

from crm_site.pages import formatting

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

# Up to here system events stand among the others; beyond they fold.
SHOWN_SYSTEM = 3


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One thing that happened: who, in one sentence, when, and at most three lines of body."""

    at: dt.datetime
    sentence: StrOrPromise
    icon: str
    actor: str = ""
    body: str = ""
    url: str = ""
    system: bool = False
    more_url: str = ""
    """Where the rest of the entry comes from once it is in sight, such as its files."""


@dataclass
class Day:
    """The entries of one day, and the system's that fold."""

    label: str
    entries: list[Entry] = field(default_factory=list)
    folded: list[Entry] = field(default_factory=list)


def by_day(entries: Iterable[Entry]) -> list[Day]:
    """Group entries, latest first, under the days they happened on in the active zone."""
    days: dict[dt.date, Day] = {}
    for entry in entries:
        date = timezone.localtime(entry.at).date()
        day = days.setdefault(date, Day(_label(date)))
        shown = sum(other.system for other in day.entries)
        fold = entry.system and shown >= SHOWN_SYSTEM
        (day.folded if fold else day.entries).append(entry)
    return list(days.values())


def _label(date: dt.date) -> str:
    today = timezone.localdate()
    if date == today:
        return gettext("Today")
    if date == today - dt.timedelta(days=1):
        return gettext("Yesterday")
    return formatting.date(date)
