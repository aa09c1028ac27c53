"""Mentions: `@[12]` in a text stands for the person with that key, whatever they are called by now."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.html import format_html, format_html_join

from crm_site.lib.text import fold, search_text
from crm_site.notifications.following import who_may_see
from crm_site.staff.models import User

if TYPE_CHECKING:
    from django.utils.safestring import SafeString

TOKEN = re.compile(r"@\[([0-9]{1,18})\]", re.ASCII)
# More people than this are no mention but a mailing list.
MOST = 20
OFFERED = 8


@dataclass(frozen=True)
class Mentioned:
    """Who a text mentions: those who may see its record, and those whom it would not reach."""

    seeing: tuple[int, ...]
    blind: tuple[User, ...]


def mentioned_ids(text: str) -> list[int]:
    """Return the keys that a text names, each once, in their order."""
    return list(dict.fromkeys(int(key) for key in TOKEN.findall(text)))[:MOST]


def read_mentions(text: str, kind: str, pk: int) -> Mentioned:
    """Return who a text on a record mentions; keys of nobody, or of people who have left, mention nobody."""
    keys = mentioned_ids(text)
    if not keys:
        return Mentioned((), ())
    people = {one.pk: one for one in User.objects.filter(pk__in=keys, is_active=True)}
    known = [people[key] for key in keys if key in people]
    seeing = set(who_may_see(known, kind, pk))
    return Mentioned(
        tuple(one.pk for one in known if one.pk in seeing),
        tuple(one for one in known if one.pk not in seeing),
    )


def names_of(keys: Iterable[int]) -> dict[int, str]:
    """Return what people are called, in no query when nobody is asked for."""
    wanted = set(keys)
    return {one.pk: one.short_name for one in User.objects.filter(pk__in=wanted)} if wanted else {}


def plain(text: str, names: Mapping[int, str]) -> str:
    """Return the text with names in place of the keys that `names` knows; others stay as they were typed."""
    return TOKEN.sub(lambda found: f"@{names[key]}" if (key := int(found[1])) in names else found[0], text)


def marked_up(text: str, names: Mapping[int, str]) -> SafeString:
    """Return the text as HTML with the names marked; everything else in it is escaped."""
    parts: list[SafeString] = []
    end = 0
    for found in TOKEN.finditer(text):
        name = names.get(int(found[1]))
        if name is None:
            continue
        parts.append(format_html('{}<span class="mention">@{}</span>', text[end : found.start()], name))
        end = found.end()
    parts.append(format_html("{}", text[end:]))
    return format_html_join("", "{}", ((part,) for part in parts))


def find_people(query: str) -> list[User]:
    """Return colleagues whose name or address fits what was typed so far; Chinese names also by their sounds.

    Those whose name begins like that come first. An address counts up to its @: the rest is everybody's.
    """
    words = fold(query.strip())[:50]
    dense = words.replace(" ", "")
    first: list[User] = []
    later: list[User] = []
    for one in User.objects.filter(is_active=True).only("name", "email").order_by("name", "pk"):
        name = fold(one.name)
        if name.startswith(words):
            first.append(one)
        elif words in f"{name} {one.email.partition('@')[0].lower()}" or (
            dense.isascii() and dense in search_text([one.name]).replace(" ", "")
        ):
            later.append(one)
    return [*first, *later][:OFFERED]
