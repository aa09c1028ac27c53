"""Telling people: once, in their language, and only those who want to hear."""

from __future__ import annotations

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from crm_site.notifications.kinds import NotificationKind, UnknownKindError, get_kind, register_kind
from crm_site.notifications.models import ChannelChoice, Notification
from crm_site.notifications.notifying import notify
from crm_site.staff.models import User
from tests.conftest import Cast
from tests.factories.staff import UserFactory

register_kind(NotificationKind("test.said", "Somebody says something", "%(by)s says %(words)s", "note"))
register_kind(NotificationKind("test.quiet", "Nobody hears", "Quiet", "note", by_default=()))


def tell(*people: User, key: str = "said-1", kind: str = "test.said", **more: object) -> int:
    """Tell people that Olga says hello."""
    facts: dict[str, object] = {"url": "/customers/1/", "words": {"by": "Olga", "words": "hello"}, **more}
    return notify(kind, [one.pk for one in people], key=key, **facts)  # type: ignore[arg-type]  # any word may be tried


def test_everybody_is_told_once(cast: Cast) -> None:
    assert tell(cast.owner, cast.teammate, cast.owner) == 2
    assert tell(cast.owner, cast.lead) == 1
    assert tell(cast.owner) == 0
    assert list(Notification.objects.order_by("recipient__name").values_list("recipient__name", flat=True)) == [
        "Lena Lead",
        "Olga Owner",
        "Tom Teammate",
    ]


def test_the_database_refuses_a_second_row_for_the_same_key(cast: Cast) -> None:
    tell(cast.owner)
    row = Notification.objects.get()
    row.pk = None
    with pytest.raises(Exception, match="one_notification_per_key"), transaction.atomic():
        row.save(force_insert=True)


def test_nobody_hears_of_what_they_did_themselves(cast: Cast) -> None:
    assert tell(cast.owner, cast.teammate, actor=cast.owner.pk) == 1
    assert Notification.objects.get().recipient == cast.teammate
    assert Notification.objects.get().actor == cast.owner


def test_inactive_and_unknown_people_are_left_out(cast: Cast) -> None:
    gone = UserFactory(is_active=False)
    assert notify("test.said", [gone.pk, 987654321, cast.owner.pk], key="k", url="/", words={}) == 1


def test_who_turned_a_kind_off_hears_nothing(cast: Cast) -> None:
    ChannelChoice.objects.create(user=cast.owner, kind="test.said", channel="bell", wanted=False)
    assert tell(cast.owner, cast.teammate) == 1
    assert Notification.objects.get().recipient == cast.teammate


def test_who_wants_the_daily_mail_only_has_nothing_in_the_bell(cast: Cast) -> None:
    ChannelChoice.objects.create(user=cast.owner, kind="test.said", channel="bell", wanted=False)
    ChannelChoice.objects.create(user=cast.owner, kind="test.said", channel="mail", wanted=True)
    assert tell(cast.owner) == 1
    row = Notification.objects.get()
    assert (row.in_bell, row.in_mail) == (False, True)
    assert not Notification.objects.unseen().exists()


def test_a_kind_that_is_quiet_by_default_is_heard_by_who_asks(cast: Cast) -> None:
    assert tell(cast.owner, kind="test.quiet") == 0
    ChannelChoice.objects.create(user=cast.owner, kind="test.quiet", channel="bell", wanted=True)
    assert tell(cast.owner, kind="test.quiet") == 1


def test_the_sentence_is_said_in_the_readers_language(cast: Cast) -> None:
    register_kind(NotificationKind("test.translated", "x", translation.gettext_lazy("Customers"), "note"))
    tell(cast.owner, kind="test.translated")
    row = Notification.objects.get()
    with translation.override("zh-hans"):
        assert row.sentence == "客户"
    with translation.override("en"):
        assert row.sentence == "Customers"


@pytest.mark.parametrize("hostile", ["%(key)s %s %d %", "{{ 7*7 }} {0.__class__}", "%(by)s" * 50, "%n"])
def test_what_people_wrote_is_never_read_as_a_template(hostile: str, cast: Cast) -> None:
    tell(cast.owner, words={"by": hostile, "words": "x"})
    assert Notification.objects.get().sentence == f"{hostile} says x"


def test_missing_words_stay_empty() -> None:
    assert get_kind("test.said").say({"by": "Olga"}) == "Olga says "


@pytest.mark.parametrize("url", ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:x", ""])
def test_a_notification_never_leads_elsewhere(url: str, cast: Cast) -> None:
    with pytest.raises(ValueError, match="this site"):
        tell(cast.owner, url=url)
    assert not Notification.objects.exists()


def test_an_unknown_kind_is_refused(cast: Cast) -> None:
    with pytest.raises(UnknownKindError):
        tell(cast.owner, kind="test.no-such")


def test_two_kinds_cannot_share_a_code() -> None:
    register_kind(get_kind("test.said"))
    with pytest.raises(ImproperlyConfigured):
        register_kind(NotificationKind("test.said", "Another", "Another", "note"))
    with pytest.raises(ImproperlyConfigured):
        register_kind(NotificationKind("test.pigeon", "Pigeon", "Pigeon", "note", by_default=("pigeon",)))


@pytest.mark.django_db(transaction=True)
def test_telling_outside_a_transaction_is_refused() -> None:
    user = UserFactory()
    with pytest.raises(RuntimeError, match="transaction"):
        tell(user)


def test_telling_many_takes_as_many_queries_as_telling_one(cast: Cast) -> None:
    people = UserFactory.create_batch(30)
    for number, group in enumerate((people[:1], people)):
        with CaptureQueriesContext(connection) as asked:
            tell(*group, key=f"said-{number}")
        assert len(asked) == 5  # who is active, what they chose, and the rows inside a savepoint
