"""What people want to hear of, and how."""

from __future__ import annotations

from collections.abc import Callable

from django.test import Client
from django.urls import reverse

from crm_site.notifications.choosing import choose_channels, digest_hour_of, lines_of
from crm_site.notifications.kinds import NotificationKind, every_kind, register_kind
from crm_site.notifications.models import ChannelChoice, DigestHour
from crm_site.staff.models import User
from tests.conftest import Cast

SignIn = Callable[[User], Client]
ADDRESS = reverse("notifications:preferences")
register_kind(NotificationKind("test.preferred", "Preferred", "Preferred", "note", by_default=("bell", "mail")))


def defaults() -> dict[str, list[str]]:
    """Return what the form posts when nothing was changed."""
    return {
        channel: [kind.code for kind in every_kind() if channel in kind.by_default]
        for channel in ("bell", "mail", "robot")
    }


def test_the_page_shows_every_kind_on_every_channel(cast: Cast, signed_in: SignIn) -> None:
    page = signed_in(cast.owner).get(ADDRESS).content.decode()
    for kind in every_kind():
        assert page.count(f'value="{kind.code}"') == 3
    assert f'href="{ADDRESS}"' in signed_in(cast.owner).get(reverse("pages:preferences")).content.decode()


def test_only_what_departs_from_the_defaults_is_kept(cast: Cast, signed_in: SignIn) -> None:
    client = signed_in(cast.owner)
    assert client.post(ADDRESS, {**defaults(), "hour": ""}).status_code == 302
    assert not ChannelChoice.objects.exists()
    assert not DigestHour.objects.exists()
    changed = defaults()
    changed["bell"].remove("test.preferred")
    changed["robot"].append("test.preferred")
    assert client.post(ADDRESS, {**changed, "hour": "8"}).status_code == 302
    assert set(ChannelChoice.objects.values_list("user", "kind", "channel", "wanted")) == {
        (cast.owner.pk, "test.preferred", "bell", False),
        (cast.owner.pk, "test.preferred", "robot", True),
    }
    assert digest_hour_of(cast.owner) == 8
    line = next(one for one in lines_of(cast.owner) if one.kind.code == "test.preferred")
    assert [wanted for _channel, wanted in line.wanted] == [False, True, True]


def test_choosing_touches_nobody_elses_choices(cast: Cast) -> None:
    choose_channels(cast.teammate, {}, 7)
    kept = ChannelChoice.objects.filter(user=cast.teammate).count()
    assert kept
    choose_channels(cast.owner, defaults(), None)
    assert ChannelChoice.objects.filter(user=cast.teammate).count() == kept
    assert digest_hour_of(cast.teammate) == 7


def test_unknown_kinds_and_hours_are_refused(cast: Cast, signed_in: SignIn) -> None:
    client = signed_in(cast.owner)
    for bad in ({"bell": ["no.such"]}, {"hour": "24"}, {"hour": "x"}, {"hour": "-1"}):
        assert client.post(ADDRESS, {**defaults(), **bad}).status_code == 422
    assert not ChannelChoice.objects.exists()
