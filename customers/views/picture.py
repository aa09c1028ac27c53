"""The communication picture of an organisation: our people, their people, and a line for whoever talks."""

from __future__ import annotations

import datetime as dt
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING
from unicodedata import east_asian_width
from urllib.parse import urlencode

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from crm_site.pages.requests import signed_in
from crm_site.staff.fetching import fetch_visible
from customers.choices import CustomerKind
from customers.models import Customer
from customers.selectors.picture import Picture, Tie, read_picture
from customers.selectors.streams import TALK, StreamFilter

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

# The drawing in its own units: names on both sides, lines between.
WIDTH, ROW, TOP = 288, 28, 14
LEFT, RIGHT = 112, 176
THIN, THICK = 1.5, 11.0
# A line is as thick as can be from so many talks on, or from the most there are.
MANY = 12
# So many letters of a name fit beside the lines; a Chinese one counts twice.
FITTING = 14
# How lately, in days at most: the style class that draws it, and the words that say it.
TONES: tuple[tuple[int, str, StrOrPromise], ...] = (
    (30, "fresh", _("within 30 days")),
    (90, "cooling", _("31 to 90 days ago")),
    (366, "cold", _("more than 90 days ago")),
)


@dataclass(frozen=True)
class Node:
    """A name and the height it stands at."""

    name: str
    short: str
    y: int


@dataclass(frozen=True)
class Line:
    """A tie as it is drawn and as it is told."""

    colleague: str
    person: str
    tie: Tie
    path: str
    width: str
    tone: str
    lately: StrOrPromise
    url: str


@require_safe
@login_required
def customer_picture(request: HttpRequest, pk: int) -> HttpResponse:
    """Show who of us talks with whom at an organisation, as a picture and as a table."""
    user = signed_in(request)
    organisation = fetch_visible(Customer.objects.filter(kind=CustomerKind.ORGANISATION), user, pk=pk)
    picture = read_picture(organisation, user)
    ours, theirs = _nodes(picture.colleagues), _nodes(picture.people)
    context = {
        "organisation": organisation,
        "picture": picture,
        "ours": ours.values(),
        "theirs": theirs.values(),
        "lines": _lines(organisation, picture, ours, theirs),
        "tones": [(tone, words) for _days, tone, words in TONES],
        "width": WIDTH,
        "height": TOP * 2 + ROW * (max(len(ours), len(theirs), 1) - 1),
        "left": LEFT - 8,
        "right": RIGHT + 8,
    }
    return render(request, "customers/picture.html", context)


def _nodes(names: dict[int, str]) -> dict[int, Node]:
    return {key: Node(name, _fitting(name), TOP + ROW * at) for at, (key, name) in enumerate(names.items())}


def _lines(organisation: Customer, picture: Picture, ours: dict[int, Node], theirs: dict[int, Node]) -> list[Line]:
    drawn = [tie for tie in picture.ties if tie.colleague in ours and tie.person in theirs]
    most = max([MANY, *(tie.count for tie in drawn)])
    middle = (LEFT + RIGHT) // 2
    found = []
    for tie in drawn:
        here, there = ours[tie.colleague], theirs[tie.person]
        tone, words = _tone(tie.last_at)
        asked = StreamFilter(show=TALK, by=tie.colleague, partner=tie.person, since=picture.since)
        found.append(
            Line(
                colleague=here.name,
                person=there.name,
                tie=tie,
                path=f"M{LEFT} {here.y}C{middle} {here.y} {middle} {there.y} {RIGHT} {there.y}",
                width=f"{THIN + (THICK - THIN) * math.sqrt(tie.count / most):.1f}",
                tone=tone,
                lately=words,
                url=f"{organisation.get_absolute_url()}?{urlencode(asked.params())}",
            )
        )
    return found


def _tone(last_at: dt.datetime) -> tuple[str, StrOrPromise]:
    days = (timezone.now() - last_at).days
    return next(((tone, words) for most, tone, words in TONES if days <= most), (TONES[-1][1], TONES[-1][2]))


def _fitting(name: str) -> str:
    """Return as much of a name as fits beside the lines."""
    room = FITTING
    for at, letter in enumerate(name):
        room -= 2 if east_asian_width(letter) in "WF" else 1
        if room < 0:
            return f"{name[:at].rstrip()}…"
    return name
