"""Robots of team chats: their formats and signatures, what they answer, and where they must not lead."""

from __future__ import annotations

import base64
import hashlib
import hmac
import socket
import time
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.contrib.admin import site
from django.contrib.messages import get_messages
from django.core.exceptions import ValidationError
from django.test import Client
from pytest_django.fixtures import Settings

from crm_site.mail.outcomes import AmbiguousError, DeferredError, RefusedError
from crm_site.notifications import tasks
from crm_site.notifications.kinds import NotificationKind, register_kind
from crm_site.notifications.models import ChannelChoice, Notification, Robot, RobotPost
from crm_site.notifications.notifying import notify
from crm_site.notifications.robots.addresses import ForbiddenAddressError, connect, is_public, read_target
from crm_site.notifications.robots.calling import post
from tests.conftest import Cast
from tests.crm_site.notifications.conftest import Receiver, start_receiver
from tests.factories.notifications import RobotFactory

register_kind(NotificationKind("test.posted", "Posted", "%(by)s posted", icon="note", by_default=("bell", "robot")))


def tell(*people: Any, key: str = "posted-1") -> None:
    """Tell people that Olga posted."""
    notify("test.posted", [one.pk for one in people], key=key, url="/customers/1/", words={"by": "Olga"})


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("wecom", {"msgtype": "text", "text": {"content": "你好 <@all> &"}}),
        ("dingtalk", {"msgtype": "text", "text": {"content": "你好 <@all> &"}}),
        ("feishu", {"msg_type": "text", "content": {"text": "你好 ＜@all> &"}}),
        ("slack", {"text": "你好 &lt;@all&gt; &amp;"}),
    ],
)
def test_each_chat_is_told_in_its_own_format(kind: str, body: dict[str, Any], receiver: Receiver) -> None:
    post(kind, receiver.url, "", "你好 <@all> &")
    assert receiver.posted == [("/robot?key=secret", body)]


def test_dingtalk_is_signed_in_the_address(receiver: Receiver) -> None:
    post("dingtalk", receiver.url, "SECabc", "Hello")
    query = parse_qs(urlsplit(receiver.posted[0][0]).query)
    (stamp,) = query["timestamp"]
    assert abs(int(stamp) / 1000 - time.time()) < 60
    expected = hmac.new(b"SECabc", f"{stamp}\nSECabc".encode(), hashlib.sha256).digest()
    assert query["sign"] == [base64.b64encode(expected).decode()]
    assert query["key"] == ["secret"]


def test_feishu_is_signed_in_the_body(receiver: Receiver) -> None:
    post("feishu", receiver.url, "abc", "Hello")
    body = receiver.posted[0][1]
    expected = hmac.new(f"{body['timestamp']}\nabc".encode(), b"", hashlib.sha256).digest()
    assert body["sign"] == base64.b64encode(expected).decode()
    assert abs(int(body["timestamp"]) - time.time()) < 60


@pytest.mark.parametrize(
    ("kind", "status", "answer", "error"),
    [
        ("wecom", 200, '{"errcode": 0}', None),
        ("wecom", 200, '{"errcode": 45009}', DeferredError),
        ("wecom", 200, '{"errcode": 93000, "errmsg": "invalid webhook url"}', RefusedError),
        ("wecom", 200, "<html>", RefusedError),
        ("wecom", 200, "[]", RefusedError),
        ("wecom", 200, '{"errcode": null}', RefusedError),
        ("dingtalk", 200, '{"errcode": 310000, "errmsg": "sign not match"}', RefusedError),
        ("dingtalk", 200, '{"errcode": 130101}', DeferredError),
        ("feishu", 200, '{"StatusCode": 0}', None),
        ("feishu", 200, '{"code": 19021}', RefusedError),
        ("feishu", 200, '{"code": 11232}', DeferredError),
        ("slack", 200, "ok", None),
        ("slack", 404, "no_service", RefusedError),
        ("slack", 429, "", DeferredError),
        ("slack", 503, "", DeferredError),
        ("slack", 204, "", RefusedError),
    ],
)
def test_the_chats_answer_decides(
    kind: str, status: int, answer: str, error: type[Exception] | None, receiver: Receiver
) -> None:
    receiver.status, receiver.answer = status, answer
    if error is None:
        post(kind, receiver.url, "", "Hello")
    else:
        with pytest.raises(error):
            post(kind, receiver.url, "", "Hello")
    assert len(receiver.posted) == 1


def test_no_answer_to_what_was_sent_is_ambiguous(receiver: Receiver) -> None:
    receiver.silent = True
    with pytest.raises(AmbiguousError):
        post("slack", receiver.url, "", "Hello")


def test_nobody_there_is_no_more_than_a_delay(receiver: Receiver) -> None:
    with pytest.raises(DeferredError):
        post("slack", "http://127.0.0.1:1/", "", "Hello")


def test_redirects_are_not_followed(receiver: Receiver) -> None:
    other, server = start_receiver()
    receiver.status, receiver.headers = 302, {"Location": other.url}
    with pytest.raises(RefusedError):
        post("slack", receiver.url, "", "Hello")
    server.shutdown()
    server.server_close()
    assert other.posted == []


@pytest.mark.parametrize(
    "url",
    [
        "http://hooks.slack.com/services/x",
        "https://evil.example/hook",
        "https://hooks.slack.com.evil.example/",
        "https://hooks.slack.com@evil.example/",
        "https://user:pass@hooks.slack.com/",
        "https://hooks.slack.com:22/",
        "https://127.0.0.1/",
        "https://2130706433/",
        "https://0x7f.1/",
        "https://[::1]/",
        "https://[::ffff:127.0.0.1]/",
        "https://169.254.169.254/latest/meta-data/",
        "https://localhost/",
        "ftp://hooks.slack.com/",
        "file:///etc/passwd",
        "https:///services",
        "https://hooks.slack.com:99999/",
        "https://[hooks.slack.com/",
        "https://hooks.slack.com/a b",
        "https://hooks.slack.com/a\r\nHost: evil.example",
        "",
    ],
)
def test_an_address_elsewhere_is_refused_when_kept_and_when_called(url: str, db: None) -> None:
    with pytest.raises(ValidationError):
        read_target(url)
    with pytest.raises(RefusedError):
        post("slack", url, "", "Hello")
    with pytest.raises(ValidationError):
        RobotFactory.build(url=url).clean_fields()


def test_settings_let_robots_call_other_hosts(settings: Settings) -> None:
    settings.ROBOT_HOSTS = ["chat.example"]
    assert read_target("https://chat.example/hooks/1").host == "chat.example"
    with pytest.raises(ValidationError):
        read_target("http://chat.example/hooks/1")


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "224.0.0.1",
        "0.0.0.0",  # noqa: S104 - an address to refuse
        "255.255.255.255", "::1", "::", "fe80::1", "fe80::1%eth0", "fc00::1", "ff02::1", "::ffff:127.0.0.1",
        "::ffff:10.0.0.1", "64:ff9b::7f00:1", "2002:7f00:1::", "2001::1", "::7f00:1", "240.0.0.1", "198.18.0.1",
        "nonsense", "",
    ],
)  # fmt: skip
def test_private_addresses_are_known_in_every_dress(address: str) -> None:
    assert not is_public(address)


def test_public_addresses_are_public() -> None:
    assert is_public("93.184.216.34")
    assert is_public("2606:4700::1111")
    assert is_public("::ffff:93.184.216.34")


@pytest.mark.parametrize("found", [["127.0.0.1"], ["93.184.216.34", "10.0.0.1"], ["::ffff:169.254.169.254"]])
def test_a_name_that_leads_inside_is_not_called(found: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    def look_up(_host: str, port: int, **_more: Any) -> list[Any]:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)) for address in found]

    def connected(*_place: Any) -> None:
        pytest.fail("a connection was made")

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    monkeypatch.setattr(socket.socket, "connect", connected)
    with pytest.raises(ForbiddenAddressError):
        connect(read_target("https://hooks.slack.com/"), 1)
    with pytest.raises(RefusedError):
        post("slack", "https://hooks.slack.com/", "", "Hello")


def test_the_address_that_was_checked_is_the_one_that_is_called(monkeypatch: pytest.MonkeyPatch) -> None:
    """A name server that says something else the second time is not asked a second time."""
    answers = ["93.184.216.34", "127.0.0.1"]
    called: list[Any] = []

    def look_up(_host: str, port: int, **_more: Any) -> list[Any]:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (answers.pop(0), port))]

    def connected(_socket: Any, place: Any) -> None:
        called.append(place)
        raise ConnectionRefusedError

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    monkeypatch.setattr(socket.socket, "connect", connected)
    with pytest.raises(DeferredError):
        post("slack", "https://hooks.slack.com/", "", "Hello")
    assert called == [("93.184.216.34", 443)]
    assert answers == ["127.0.0.1"]


def test_a_team_hears_of_a_thing_once_and_a_person_in_their_own_chat(cast: Cast, receiver: Receiver) -> None:
    team = RobotFactory(url=receiver.url, user=None, team=cast.owner.team, language="zh-hans")
    own = RobotFactory(url=receiver.url, user=cast.owner)
    RobotFactory(url=receiver.url, user=cast.outsider)
    RobotFactory(url=receiver.url, user=cast.owner, is_active=False)
    tell(cast.owner, cast.teammate)
    tell(cast.owner, cast.teammate)
    assert {one.robot for one in RobotPost.objects.all()} == {team, own}
    tasks.post_due()
    tasks.sweep()
    assert [body["text"] for _path, body in receiver.posted] == ["Olga posted\nhttp://127.0.0.1:8000/customers/1/"] * 2
    assert set(RobotPost.objects.values_list("state", flat=True)) == {"sent"}


def test_who_wants_no_robot_is_not_posted_about(cast: Cast, receiver: Receiver) -> None:
    RobotFactory(url=receiver.url, user=cast.owner)
    ChannelChoice.objects.create(user=cast.owner, kind="test.posted", channel="robot", wanted=False)
    tell(cast.owner)
    assert Notification.objects.count() == 1
    assert not RobotPost.objects.exists()


def test_a_robot_that_fails_keeps_its_post(cast: Cast, receiver: Receiver) -> None:
    RobotFactory(url=receiver.url, user=cast.owner)
    receiver.status = 503
    tell(cast.owner)
    tasks.post_due()
    row = RobotPost.objects.get()
    assert (row.state, row.attempts) == ("queued", 1)
    assert row.error.startswith("503")


def test_nothing_is_posted_while_sending_is_off(cast: Cast, receiver: Receiver, settings: Settings) -> None:
    settings.ROBOT_SENDING = False
    RobotFactory(url=receiver.url, user=cast.owner)
    tell(cast.owner)
    tasks.sweep()
    assert receiver.posted == []


def test_the_administrator_tries_a_robot_out(cast: Cast, receiver: Receiver, client: Client) -> None:
    robot = RobotFactory(url=receiver.url, user=cast.owner)
    client.force_login(cast.admin)
    address = "/admin/notifications/robot/"
    page = client.get(address).content.decode()
    assert "127.0.0.1" in page
    assert "key=secret" not in page
    answer = client.post(address, {"action": "try_out", "_selected_action": [robot.pk]})
    assert [str(one) for one in get_messages(answer.wsgi_request)] == [f"“{robot.name}” took the message."]
    assert len(receiver.posted) == 1
    assert site.is_registered(Robot)


def test_a_robot_is_for_a_team_or_a_person(cast: Cast) -> None:
    for both in ({"user": None, "team": None}, {"user": cast.owner, "team": cast.owner.team}):
        with pytest.raises(ValidationError, match="either for a team or for a person"):
            RobotFactory.build(**both).validate_constraints()
