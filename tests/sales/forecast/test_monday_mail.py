"""The mail of a Monday morning: at eight where its reader is, once, in their language, and only if it is wanted."""

from __future__ import annotations

import datetime as dt

import pytest
from pytest_django.fixtures import Settings

from crm_site.mail.models import OutgoingMail
from crm_site.notifications.choices import Channel
from crm_site.notifications.models import ChannelChoice, Notification
from crm_site.notifications.notifying import notify
from crm_site.staff.models import User
from sales.models import MondayMail
from sales.services.monday_mail import KIND, mail_mondays, monday_due
from sales.tasks import mail_mondays as sweep
from tests.conftest import Cast
from tests.factories.deals import OpportunityFactory
from tests.factories.records import CustomerFactory

MONDAY = dt.datetime(2026, 11, 23, tzinfo=dt.UTC)


@pytest.fixture
def only(cast: Cast, settings: Settings) -> User:
    """One manager, in Berlin; nobody else may lead."""
    settings.MAIL_SENDING = True
    User.objects.exclude(pk__in=[cast.lead.pk, cast.owner.pk]).update(is_active=False)
    cast.lead.time_zone = "Europe/Berlin"
    cast.lead.save()
    OpportunityFactory(name="Pumps <b>", customer=CustomerFactory(owner=cast.owner))
    return cast.lead


def at(hour: int, minute: int = 0) -> dt.datetime:
    """Return a moment of the Monday, in UTC."""
    return MONDAY.replace(hour=hour, minute=minute)


def test_it_comes_once_however_often_the_sweep_runs(only: User) -> None:
    assert mail_mondays(at(6, 59)) == 0
    assert mail_mondays(at(7)) == 1
    assert mail_mondays(at(7)) == 0
    assert mail_mondays(at(15)) == 0
    assert mail_mondays(at(7) + dt.timedelta(days=1)) == 0
    mail = OutgoingMail.objects.get()
    assert (mail.recipient, mail.source) == (only.email, f"monday:{only.pk}:2026-11-23")
    assert mail_mondays(at(7) + dt.timedelta(days=7)) == 1
    assert MondayMail.objects.count() == OutgoingMail.objects.count() == 2


def test_it_tells_what_happened_and_leads_to_the_page(only: User) -> None:
    mail_mondays(at(7))
    mail = OutgoingMail.objects.get()
    assert "how your deals moved" in mail.subject
    assert "- Created: 1" in mail.text
    assert "- No next step: 1" in mail.text
    assert "Pumps <b>" in mail.text
    assert "Pumps &lt;b&gt;" in mail.html
    assert "/sales/monday/" in mail.text
    assert "/notifications/preferences/" in mail.text


def test_it_is_written_in_the_language_of_its_reader(only: User) -> None:
    User.objects.filter(pk=only.pk).update(language="zh-hans")
    mail_mondays(at(7))
    mail = OutgoingMail.objects.get()
    assert 'lang="zh-hans"' in mail.html


@pytest.mark.parametrize(
    ("zone", "moment"),
    [
        ("Asia/Shanghai", dt.datetime(2026, 11, 23, 0, 0, tzinfo=dt.UTC)),
        ("America/New_York", dt.datetime(2026, 11, 23, 13, 0, tzinfo=dt.UTC)),
        # The Monday after the clocks went forward, and the one after they went back.
        ("Europe/Berlin", dt.datetime(2026, 3, 30, 6, 0, tzinfo=dt.UTC)),
        ("Europe/Berlin", dt.datetime(2026, 10, 26, 7, 0, tzinfo=dt.UTC)),
        ("America/New_York", dt.datetime(2026, 3, 9, 12, 0, tzinfo=dt.UTC)),
        ("Pacific/Auckland", dt.datetime(2026, 11, 22, 19, 0, tzinfo=dt.UTC)),
    ],
)
def test_eight_is_eight_where_the_reader_is(only: User, zone: str, moment: dt.datetime) -> None:
    User.objects.filter(pk=only.pk).update(time_zone=zone)
    assert mail_mondays(moment - dt.timedelta(minutes=1)) == 0
    assert mail_mondays(moment) == 1


def test_a_late_sweep_still_tells_on_the_day_but_not_after_it(only: User) -> None:
    assert monday_due(only, at(22, 59)) == MONDAY.date()
    assert monday_due(only, at(23)) is None
    assert monday_due(only, at(7) - dt.timedelta(days=1)) is None


def test_who_does_not_want_it_gets_none(only: User) -> None:
    ChannelChoice.objects.create(user=only, kind=KIND, channel=Channel.MAIL, wanted=False)
    assert mail_mondays(at(8)) == 0
    ChannelChoice.objects.update(wanted=True)
    assert mail_mondays(at(9)) == 1


def test_it_stays_out_of_the_daily_mail_and_of_the_bell(only: User) -> None:
    mail_mondays(at(8))
    assert Notification.objects.count() == 0


def test_a_kind_with_a_mail_of_its_own_never_stands_in_the_daily_mail(only: User) -> None:
    ChannelChoice.objects.create(user=only, kind=KIND, channel=Channel.BELL, wanted=True)
    notify(KIND, [only.pk], key="monday", url="/sales/monday/", words={})
    told = Notification.objects.get()
    assert (told.in_bell, told.in_mail) == (True, False)


def test_reps_get_none_and_nobody_does_while_mail_is_off(only: User, cast: Cast, settings: Settings) -> None:
    settings.MAIL_SENDING = False
    assert mail_mondays(at(8)) == 0
    sweep()
    settings.MAIL_SENDING = True
    mail_mondays(at(8))
    assert [one.user for one in MondayMail.objects.all()] == [only]
