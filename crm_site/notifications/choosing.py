"""What a person wants to hear of, on which channel, and when the daily mail comes."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import transaction

from crm_site.notifications.choices import Channel
from crm_site.notifications.kinds import NotificationKind, every_kind
from crm_site.notifications.models import ChannelChoice, DigestHour

if TYPE_CHECKING:
    from crm_site.staff.models import User


@dataclass(frozen=True)
class KindLine:
    """One kind among the preferences, with its channels in the order of their columns."""

    kind: NotificationKind
    wanted: tuple[tuple[Channel, bool], ...]


def lines_of(user: User) -> list[KindLine]:
    """Return every kind with the channels the person has it on."""
    chosen = {(one.kind, one.channel): one.wanted for one in ChannelChoice.objects.filter(user=user)}
    return [
        KindLine(
            kind,
            tuple(
                (channel, chosen.get((kind.code, channel.value), channel.value in kind.by_default))
                for channel in Channel
            ),
        )
        for kind in every_kind()
    ]


def wanting(kind: NotificationKind, channel: Channel, people: Collection[int]) -> set[int]:
    """Return who of these people wants to hear of a kind on a channel."""
    chosen = ChannelChoice.objects.filter(user__in=people, kind=kind.code, channel=channel.value)
    said = dict(chosen.values_list("user", "wanted"))
    return {one for one in people if said.get(one, channel.value in kind.by_default)}


def digest_hour_of(user: User) -> int | None:
    """Return the hour of the person's daily mail, None when they want none."""
    return DigestHour.objects.filter(user=user).values_list("hour", flat=True).first()


def choose_channels(user: User, wanted: Mapping[str, Collection[str]], hour: int | None) -> None:
    """Keep what the person wants: `wanted` names the kinds of each channel.

    Only what departs from the defaults is kept, so that a default which changes later reaches those who never chose.
    """
    choices = [
        ChannelChoice(user=user, kind=kind.code, channel=channel, wanted=kind.code in wanted.get(channel, ()))
        for kind in every_kind()
        for channel in Channel.values
        if (kind.code in wanted.get(channel, ())) != (channel in kind.by_default)
    ]
    with transaction.atomic():
        ChannelChoice.objects.filter(user=user, kind__in=[kind.code for kind in every_kind()]).delete()
        ChannelChoice.objects.bulk_create(choices, ignore_conflicts=True)
        if hour is None:
            DigestHour.objects.filter(user=user).delete()
        else:
            DigestHour.objects.update_or_create(user=user, defaults={"hour": hour})
