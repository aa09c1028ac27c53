"""The daily mail: once a day of its reader's own, and only what is new and may be seen."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone
from pytest_django.fixtures import Settings

from crm_site.jobs.running import run_job
from crm_site.jobs.starting import start_job
from crm_site.mail.models import OutgoingMail
from crm_site.notifications.digests import make_digests
from crm_site.notifications.models import Digest, Notification
from crm_site.staff.models import User
from tests.conftest import Cast
from tests.factories.notifications import DigestHourFactory, NotificationFactory
from tests.factories.records import CustomerFactory


@pytest.fixture(autouse=True)
def sending(settings: Settings) -> None:
    """Let mail be sent, if there is any."""
    settings.MAIL_SENDING = True
    settings.BASE_URL = "https://crm.example"


@pytest.fixture
def reader(cast: Cast) -> User:
    """Somebody in Shanghai who wants the mail at eight."""
    User.objects.filter(pk=cast.owner.pk).update(time_zone="Asia/Shanghai")
    DigestHourFactory(user=cast.owner, hour=8)
    return cast.owner


def at(text: str) -> dt.datetime:
    """Return a moment in UTC."""
    return dt.datetime.fromisoformat(text).replace(tzinfo=dt.UTC)


def news(reader: User, moment: str = "2026-03-01T20:00", **facts: object) -> Notification:
    """Tell the reader something at a moment."""
    one: Notification = NotificationFactory(recipient=reader, in_mail=True, **facts)
    Notification.objects.filter(pk=one.pk).update(created_at=at(moment))
    return one


def test_the_mail_comes_at_the_readers_own_hour_and_once(reader: User) -> None:
    news(reader, words={"by": "O'Neil & <Co>", "customer": "王伟"})
    assert make_digests(at("2026-03-01T23:59")) == 0  # 07:59 in Shanghai
    assert make_digests(at("2026-03-02T00:00")) == 1
    news(reader, "2026-03-02T00:01")
    assert make_digests(at("2026-03-02T00:05")) == 0
    assert make_digests(at("2026-03-02T15:59")) == 0  # still the same day there
    mail = OutgoingMail.objects.get()
    assert (mail.recipient, mail.source) == (reader.email, f"digest:{reader.pk}:2026-03-02")
    assert mail.subject == "Guanxi CRM: 1 thing is new"
    assert "O'Neil & <Co> mentioned you on 王伟" in mail.text
    assert "O&#x27;Neil &amp; &lt;Co&gt; mentioned you on 王伟" in mail.html
    assert f"https://crm.example/notifications/{Notification.objects.earliest('pk').pk}/" in mail.text
    assert make_digests(at("2026-03-03T00:00")) == 1
    assert OutgoingMail.objects.count() == 2


def test_the_database_allows_one_mail_a_day(reader: User) -> None:
    Digest.objects.create(user=reader, day=dt.date(2026, 3, 2))
    with pytest.raises(IntegrityError), transaction.atomic():
        Digest.objects.create(user=reader, day=dt.date(2026, 3, 2))


def test_a_day_without_news_has_no_mail(reader: User) -> None:
    assert make_digests(at("2026-03-02T00:00")) == 0
    assert not OutgoingMail.objects.exists()
    assert Digest.objects.get().count == 0
    news(reader, "2026-03-02T00:03")
    assert make_digests(at("2026-03-02T00:05")) == 0
    assert make_digests(at("2026-03-03T00:00")) == 1


def test_it_is_written_in_the_readers_language_and_zone(reader: User) -> None:
    User.objects.filter(pk=reader.pk).update(language="zh-hans")
    news(reader)
    make_digests(at("2026-03-02T00:00"))
    mail = OutgoingMail.objects.get()
    assert '<html lang="zh-hans">' in mail.html
    assert "2026年3月2日" in mail.text.replace(" ", "")  # 20:00 UTC is the next day in Shanghai


def test_what_was_opened_or_told_or_not_wanted_is_left_out(reader: User) -> None:
    news(reader, read_at=timezone.now())
    Notification.objects.create(recipient=reader, kind="customer.mention", key="x", url="/", in_mail=False)
    news(reader, "2026-02-20T00:00")  # before anybody asked for a mail
    assert make_digests(at("2026-03-02T00:00")) == 0


def test_records_that_may_no_longer_be_seen_are_left_out(reader: User, cast: Cast) -> None:
    seen, hidden = CustomerFactory(owner=reader), CustomerFactory(owner=cast.outsider)
    for customer in (seen, hidden):
        words = {"by": "Olga", "customer": customer.name}
        news(reader, subject_kind="customer", subject_id=customer.pk, words=words)
    news(reader, subject_kind="app-that-is-gone", subject_id=1)
    make_digests(at("2026-03-02T00:00"))
    mail = OutgoingMail.objects.get()
    assert seen.name in mail.text
    assert hidden.name not in mail.text + mail.html
    assert Digest.objects.get().count == 1


def test_many_news_are_cut_with_the_rest_counted(reader: User) -> None:
    for _number in range(45):
        news(reader)
    make_digests(at("2026-03-02T00:00"))
    mail = OutgoingMail.objects.get()
    assert mail.text.count("mentioned you") == 40
    assert "5 more: https://crm.example/notifications/" in mail.text


@pytest.mark.parametrize(
    ("day", "moment"),
    [
        ("2026-03-29", "2026-03-29T01:00"),  # 2:00 does not exist in Berlin: the clock goes to 3:00
        ("2026-10-25", "2026-10-25T00:00"),  # 2:00 comes twice: the first time counts
    ],
)
def test_the_hour_is_kept_on_the_days_the_clocks_change(day: str, moment: str, cast: Cast) -> None:
    User.objects.filter(pk=cast.owner.pk).update(time_zone="Europe/Berlin")
    DigestHourFactory(user=cast.owner, hour=2)
    news(cast.owner, f"{day}T00:00")
    start = at(moment)
    assert make_digests(start - dt.timedelta(minutes=1)) == 0
    assert make_digests(start) == 1
    news(cast.owner, f"{day}T00:01")
    assert make_digests(start + dt.timedelta(hours=1, minutes=5)) == 0
    assert Digest.objects.get().day.isoformat() == day


def test_nobody_inactive_and_nobody_without_an_hour_gets_one(reader: User, cast: Cast) -> None:
    news(reader)
    news(cast.teammate)
    User.objects.filter(pk=reader.pk).update(is_active=False)
    assert make_digests(at("2026-03-02T00:00")) == 0
    assert not Digest.objects.exists()


def test_while_mail_is_off_no_digests_pile_up(reader: User, settings: Settings) -> None:
    settings.MAIL_SENDING = False
    news(reader)
    assert make_digests(at("2026-03-02T00:00")) == 0
    assert not Digest.objects.exists()


def test_a_zone_that_is_none_by_now_falls_back_to_the_organisations(reader: User) -> None:
    User.objects.filter(pk=reader.pk).update(time_zone="Mars/Olympus")
    news(reader)
    assert make_digests(at("2026-03-02T07:59")) == 0
    assert make_digests(at("2026-03-02T08:00")) == 1


def test_old_notifications_are_forgotten(reader: User) -> None:
    old, kept = news(reader), NotificationFactory(recipient=reader)
    Notification.objects.filter(pk=old.pk).update(created_at=timezone.now() - dt.timedelta(days=181))
    run = run_job(start_job("forget_notifications", wake=False).pk)
    assert run is not None
    assert run.result == {"removed": 1}
    assert list(Notification.objects.all()) == [kept]
