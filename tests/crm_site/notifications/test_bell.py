"""The bell, its menu, the page of all notifications, and opening one."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from crm_site.notifications.models import Notification
from crm_site.staff.models import User
from tests.conftest import Cast
from tests.factories.notifications import NotificationFactory
from tests.factories.records import CustomerFactory

SignIn = Callable[[User], Client]
WAITING = reverse("notifications:waiting")
LATEST = reverse("notifications:latest")
LIST = reverse("notifications:notification-list")


@pytest.mark.parametrize(
    ("count", "badge", "words"),
    [
        (0, "", "Notifications"),
        (1, "1", "Notifications: 1 new"),
        (99, "99", "Notifications: 99 new"),
        (100, "99+", "Notifications: more than 99 new"),
    ],
)
def test_the_bell_counts_what_is_new_up_to_99(
    count: int, badge: str, words: str, cast: Cast, signed_in: SignIn
) -> None:
    NotificationFactory.create_batch(count, recipient=cast.owner)
    NotificationFactory(recipient=cast.owner, in_bell=False)
    NotificationFactory(recipient=cast.teammate)
    assert signed_in(cast.owner).get(WAITING).json() == {"badge": badge, "words": words}


def test_an_unchanged_count_is_answered_with_304_and_nothing(cast: Cast, signed_in: SignIn) -> None:
    client = signed_in(cast.owner)
    first = client.get(WAITING)
    assert first["Cache-Control"] == "private, no-cache"
    again = client.get(WAITING, headers={"If-None-Match": first["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    NotificationFactory(recipient=cast.owner)
    assert client.get(WAITING, headers={"If-None-Match": first["ETag"]}).json()["badge"] == "1"


def test_the_count_is_one_query_over_the_partial_index(cast: Cast, signed_in: SignIn) -> None:
    client = signed_in(cast.owner)
    seen = [NotificationFactory.build(recipient=cast.owner, seen_at=timezone.now()) for _number in range(2000)]
    Notification.objects.bulk_create(seen)
    client.get(WAITING)
    with CaptureQueriesContext(connection) as asked:
        client.get(WAITING)
    assert len(asked) == 3  # session, person, count
    with connection.cursor() as cursor:
        cursor.execute("SELECT indexdef FROM pg_indexes WHERE indexname = 'notification_unseen'")
        (definition,) = cursor.fetchone()
        assert definition.endswith("(recipient_id) WHERE (in_bell AND (seen_at IS NULL))")
        cursor.execute("ANALYZE notifications_notification")
        cursor.execute("EXPLAIN " + asked[-1]["sql"])
        assert "notification_unseen" in "".join(line for (line,) in cursor.fetchall())


def test_no_page_pays_for_the_bell(cast: Cast, signed_in: SignIn) -> None:
    client = signed_in(cast.owner)
    client.get("/")
    with CaptureQueriesContext(connection) as asked:
        page = client.get("/").content.decode()
    assert f'data-bell="{WAITING}"' in page
    assert not [one for one in asked if "notifications_" in one["sql"]]


def test_opening_the_menu_shows_the_latest_and_marks_all_as_seen(cast: Cast, signed_in: SignIn) -> None:
    client = signed_in(cast.owner)
    NotificationFactory.create_batch(13, recipient=cast.owner)
    NotificationFactory(recipient=cast.teammate)
    NotificationFactory(recipient=cast.owner, words={"by": "<b>Eve</b>", "customer": "Ada"})
    assert client.get(LATEST).status_code == 405
    menu = client.post(LATEST).content.decode()
    assert menu.count('class="news news-new"') == 12
    assert "&lt;b&gt;Eve&lt;/b&gt; mentioned you on Ada" in menu
    assert client.get(WAITING).json()["badge"] == ""
    assert Notification.objects.filter(seen_at=None).get().recipient == cast.teammate
    assert not Notification.objects.exclude(read_at=None).exists()


def test_the_page_goes_back_by_key_and_shows_ones_own_only(cast: Cast, signed_in: SignIn) -> None:
    client = signed_in(cast.owner)
    mine = [one.pk for one in NotificationFactory.create_batch(45, recipient=cast.owner)]
    NotificationFactory.create_batch(3, recipient=cast.teammate)
    first = client.get(LIST)
    assert [one.pk for one in first.context["notifications"]] == mine[:4:-1]
    assert first.context["more_url"] == f"{LIST}?before={mine[5]}"
    NotificationFactory(recipient=cast.owner)  # what arrives meanwhile shifts nothing
    second = client.get(first.context["more_url"], headers={"HX-Request": "true"})
    assert [one.pk for one in second.context["notifications"]] == mine[4::-1]
    assert second.context["more_url"] == ""
    assert b"<html" not in second.content


@pytest.mark.parametrize("before", ["", "0", "-1", "x", "１２", "9" * 30, "1e9", "1 OR 1=1", "\x00"])
def test_any_place_in_the_page_is_survived(before: str, cast: Cast, signed_in: SignIn) -> None:
    NotificationFactory(recipient=cast.owner)
    assert signed_in(cast.owner).get(LIST, {"before": before}).status_code == 200


def test_opening_one_marks_it_read_and_leads_to_its_record(cast: Cast, signed_in: SignIn) -> None:
    customer = CustomerFactory(owner=cast.owner)
    url = customer.get_absolute_url()
    one = NotificationFactory(recipient=cast.owner, url=url, subject_kind="customer", subject_id=customer.pk)
    answer = signed_in(cast.owner).get(reverse("notifications:notification-open", args=[one.pk]))
    assert (answer.status_code, answer["Location"]) == (302, url)
    one.refresh_from_db()
    assert one.read_at
    assert one.seen_at


def test_what_may_no_longer_be_seen_opens_as_not_found_and_stays_unread(cast: Cast, signed_in: SignIn) -> None:
    customer = CustomerFactory(owner=cast.outsider)
    one = NotificationFactory(
        recipient=cast.owner, url=customer.get_absolute_url(), subject_kind="customer", subject_id=customer.pk
    )
    gone = NotificationFactory(recipient=cast.owner, url="/", subject_kind="app-that-is-gone", subject_id=1)
    for unseen in (one, gone):
        assert signed_in(cast.owner).get(f"{LIST}{unseen.pk}/").status_code == 404
        unseen.refresh_from_db()
        assert unseen.read_at is None


def test_nobody_opens_those_of_others(cast: Cast, signed_in: SignIn) -> None:
    one = NotificationFactory(recipient=cast.owner)
    for person in cast:
        status = signed_in(person).get(f"{LIST}{one.pk}/").status_code
        assert status == (302 if person == cast.owner else 404), person.name


def test_mark_all_marks_ones_own(cast: Cast, signed_in: SignIn) -> None:
    NotificationFactory.create_batch(3, recipient=cast.owner)
    other = NotificationFactory(recipient=cast.teammate)
    client = signed_in(cast.owner)
    assert client.get(reverse("notifications:read-all")).status_code == 405
    menu = client.post(reverse("notifications:read-all"), headers={"HX-Request": "true"}).content.decode()
    assert "news-new" not in menu
    assert list(Notification.objects.filter(read_at=None)) == [other]
