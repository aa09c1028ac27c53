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
# Three lines of a body stand open; a longer one is folded.
LONG_BODY, LONG_LINES = 180, 2


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One thing that happened: who, in one sentence, when, and at most three lines of body.

    `title` stands above the body and `details` in a line under the sentence. `about` names another record than the
    page's, where the stream of one draws from several. What its reader may do about it are addresses.
    """

    at: dt.datetime
    sentence: StrOrPromise
    icon: str
    actor: str = ""
    body: str = ""
    url: str = ""
    system: bool = False
    more_url: str = ""
    """Where the rest of the entry comes from once it is in sight, such as its files."""
    key: int = 0
    title: str = ""
    details: tuple[StrOrPromise, ...] = ()
    about: str = ""
    about_url: str = ""
    edited_at: dt.datetime | None = None
    versions_url: str = ""
    edit_url: str = ""
    delete_url: str = ""
    thread: Thread | None = None

    @property
    def is_long(self) -> bool:
        """Tell whether the body has more than the lines that stand open."""
        return len(self.body) > LONG_BODY or self.body.count("\n") > LONG_LINES


@dataclass(frozen=True, kw_only=True)
class Thread:
    """The answers to an entry that stand open, and how many earlier ones are folded; `url` shows and takes them."""

    url: str
    replies: tuple[Entry, ...] = ()
    folded: int = 0


@dataclass
class Day:
    """The entries of one day, and the system's that fold."""

    label: str
    date: dt.date
    entries: list[Entry] = field(default_factory=list)
    folded: list[Entry] = field(default_factory=list)


def by_day(entries: Iterable[Entry]) -> list[Day]:
    """Group entries, latest first, under the days they happened on in the active zone."""
    days: dict[dt.date, Day] = {}
    for entry in entries:
        date = timezone.localtime(entry.at).date()
        day = days.setdefault(date, Day(_label(date), date))
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
