"""The kinds of notifications that exist: how each reads, and how people hear of it unless they say otherwise."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.core.exceptions import ImproperlyConfigured

from crm_site.notifications.choices import Channel

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


class UnknownKindError(LookupError):
    """No room has registered a kind of that code."""


@dataclass(frozen=True)
class NotificationKind:
    """One kind: a sentence with `%(name)s` places that the words fill, and the channels it takes by default."""

    code: str
    label: StrOrPromise
    """How the kind is called among a person's preferences."""
    sentence: StrOrPromise
    icon: str
    by_default: tuple[str, ...] = ("bell",)
    many: StrOrPromise = ""
    """The sentence of a notification that counts, with the place `%(count)s`."""
    own_mail: bool = False
    """It comes as a mail of its own, which its app writes: the daily mail leaves it out."""

    def say(self, words: Mapping[str, str]) -> str:
        """Return the sentence in the active language; places that nothing fills stay empty.

        The words are only ever filled in: what people wrote is never read as a template.
        """
        sentence = self.many if self.many and "count" in words else self.sentence
        return str(sentence) % _Blank(words)


class _Blank(dict[str, str]):
    def __missing__(self, key: str) -> str:
        return ""


_kinds: dict[str, NotificationKind] = {}


def register_kind(kind: NotificationKind) -> NotificationKind:
    """Make a kind known; an equal one may come again, a different one under the same code may not."""
    unknown = set(kind.by_default) - set(Channel.values)
    if unknown:
        raise ImproperlyConfigured(f"Notifications {kind.code!r} name channels that do not exist: {sorted(unknown)}.")
    if _kinds.setdefault(kind.code, kind) != kind:
        raise ImproperlyConfigured(f"Two different kinds of notifications are called {kind.code!r}.")
    return kind


def get_kind(code: str) -> NotificationKind:
    """Return the kind of that code; raise UnknownKindError otherwise."""
    try:
        return _kinds[code]
    except KeyError as error:
        raise UnknownKindError(code) from error


def find_kind(code: str) -> NotificationKind | None:
    """Return the kind of that code, None when its app is gone."""
    return _kinds.get(code)


def every_kind() -> Iterator[NotificationKind]:
    """Go through the kinds, by code."""
    return iter(_kinds[code] for code in sorted(_kinds))
