"""Webhooks: signed, each event once, values by paths, and what does not fit is kept rather than lost."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from pytest_django.fixtures import Settings

from crm_site.events.delivering import deliver_pending
from crm_site.forms.hooking import MOST_ITEMS
from crm_site.forms.mapping import dig, gather, is_path, mapped
from crm_site.forms.models import Form, FormHook, Submission
from crm_site.staff.models import User
from customers.models import Customer
from tests.conftest import Cast
from tests.crm_site.forms.conftest import build
from tests.factories.forms import FormHookFactory

SignIn = Callable[[User], Client]
LEAD = {"id": 7, "lead": {"name": "Ada", "email": "ada@example.com"}}
META = {
    "entry": [{"changes": [{"value": {"leadgen_id": "444", "field_data": [
        {"name": "full_name", "values": ["Ada"]}, {"name": "email", "values": ["ada@example.com"]}
    ]}}]}]
}  # fmt: skip


@pytest.fixture
def hook(form: Form) -> FormHook:
    """A webhook without a secret."""
    made: FormHook = FormHookFactory(form=form)
    return made


def call(client: Client, hook: FormHook, data: Any, **headers: str) -> Any:
    """Post a message."""
    body = data if isinstance(data, bytes) else json.dumps(data).encode()
    return client.post(f"/f/hooks/{hook.token}/", body, content_type="application/json", headers=headers)


def test_a_message_becomes_a_submission_and_a_customer(hook: FormHook, client: Client) -> None:
    answer = call(client, hook, LEAD)
    assert (answer.status_code, answer.json()) == (200, {"received": True, "count": 1, "repeated": False})
    deliver_pending()
    found = Submission.objects.get()
    assert (found.via, found.values) == ("hook", {"name": "Ada", "email": "ada@example.com"})
    assert Customer.objects.get().name == "Ada"


def test_the_same_event_twice_makes_one(hook: FormHook, client: Client) -> None:
    call(client, hook, LEAD)
    again = call(client, hook, {**LEAD, "attempt": 2, "lead": {"name": "Eve"}})
    assert again.json() == {"received": True, "count": 1, "repeated": True}
    deliver_pending()
    assert [one.name for one in Customer.objects.all()] == ["Ada"]
    call(client, hook, {**LEAD, "id": 8})
    assert Submission.objects.count() == 2


def test_without_an_event_id_the_same_body_makes_one(hook: FormHook, client: Client) -> None:
    message = {"lead": LEAD["lead"]}
    assert [call(client, hook, message).json()["repeated"] for _again in range(2)] == [False, True]


def test_only_what_is_signed_with_the_secret_is_taken(hook: FormHook, client: Client) -> None:
    FormHook.objects.update(secret="s3cret")
    body = json.dumps(LEAD).encode()
    right = hmac.new(b"s3cret", body, hashlib.sha256).hexdigest()
    other = hmac.new(b"s3cret", body + b" ", hashlib.sha256).hexdigest()
    for said in ("", "sha256=", f"sha256={other}", "é", right[:-1]):
        assert call(client, hook, body, **{"X-Hub-Signature-256": said}).status_code == 401, said
    assert not Submission.objects.exists()
    for said in (right, f"sha256={right}"):
        assert call(client, hook, body, **{"X-Hub-Signature-256": said}).status_code == 200


def test_the_first_call_is_answered_by_its_challenge_for_the_verify_token_only(hook: FormHook, client: Client) -> None:
    path = f"/f/hooks/{hook.token}/"
    asked = {"hub.mode": "subscribe", "hub.challenge": "<b>123</b>", "hub.verify_token": ""}
    assert client.get(path, asked).status_code == 404
    FormHook.objects.update(challenge="known")
    assert client.get(path, {**asked, "hub.verify_token": "guessed"}).status_code == 404
    answer = client.get(path, {**asked, "hub.verify_token": "known"})
    assert (answer.content, answer["Content-Type"]) == (b"<b>123</b>", "text/plain; charset=utf-8")
    assert answer["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize("body", [b"", b"[]", b"7", b"{", b"null", b'{"a":"\\ud800"}', b"[" * 5000, b"\xff", b'"x"'])
def test_what_is_no_json_object_is_refused(body: bytes, hook: FormHook, client: Client) -> None:
    assert call(client, hook, body).status_code == 400
    assert not Submission.objects.exists()


def test_what_does_not_fit_is_kept_as_refused_with_the_reason(hook: FormHook, client: Client) -> None:
    assert call(client, hook, {"id": 1, "lead": {"email": "nonsense", "other": "x"}}).status_code == 200
    deliver_pending()
    found = Submission.objects.get()
    assert (found.state, found.reason, found.values) == ("refused", "wrong_values", {"email": "nonsense"})
    assert "email" in found.note
    assert "name" in found.note
    assert not Customer.objects.exists()


def test_characters_that_no_table_holds_are_refused_and_left_out(hook: FormHook, client: Client) -> None:
    assert call(client, hook, {"id": "\x00", "lead": {"name": "A\x00da", "email": "\x00"}}).status_code == 200
    assert Submission.objects.get().values == {"name": "Ada", "email": ""}


def test_hooks_that_are_off_unknown_or_flooded_take_nothing(hook: FormHook, client: Client, settings: Settings) -> None:
    settings.FORM_POSTS_PER_FORM = 2
    assert [call(client, hook, {**LEAD, "id": one}).status_code for one in range(4)] == [200, 200, 429, 429]
    assert call(client, hook, b'{"a":"' + b"x" * 300_000 + b'"}').status_code == 413
    FormHook.objects.update(is_active=False)
    assert call(client, hook, LEAD).status_code == 404
    assert client.post("/f/hooks/unknown/", b"{}", content_type="application/json").status_code == 404


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("entry.0.changes.0.value.leadgen_id", "444"),
        ("entry.0.changes.0.value.field_data[name=email].values.0", "ada@example.com"),
        ("entry.0.changes.0.value.field_data[name=none].values.0", None),
        ("entry.1.changes", None),
        ("entry.x", None),
        ("entry.-1", None),
        ("entry.٣", None),
        ("__class__", None),
        ("entry..0", None),
        ("", None),
    ],
)
def test_paths_lead_into_messages(path: str, value: Any) -> None:
    assert dig(META, path) == value


def test_lists_on_the_way_are_gone_through() -> None:
    data = {"entry": [{"changes": [1, 2]}, {"changes": 3}, {"other": 4}, 5]}
    assert gather(data, "entry.changes") == [1, 2, 3]
    assert gather(META, "entry.changes.value.leadgen_id") == ["444"]
    assert gather(data, "none.changes") == []


def test_values_that_are_objects_are_none_and_lists_of_one_are_their_value() -> None:
    data = {"a": {"b": 1}, "c": ["x"], "d": ["x", "y"], "e": None}
    assert mapped(data, {"a": "a", "c": "c", "d": "d", "e": "e", "f": "f"}) == {"c": "x", "d": ["x", "y"]}


@pytest.mark.parametrize("path", ["", ".", "a..b", "a[b]", "a[b=c", "a]b[", "x" * 201, ".".join("a" * 20)])
def test_what_is_no_path_is_told(path: str) -> None:
    assert not is_path(path)


def test_a_hook_is_set_up_on_its_page_and_its_secret_is_not_shown(form: Form, cast: Cast, signed_in: SignIn) -> None:
    client = signed_in(cast.manager)
    facts = {
        "name": "Ads", "event_path": "id", "header": "X-Sign", "secret": "s3cret", "is_active": "on",
        "mapping": "name = lead.name\nemail = field_data[name=email].values.0",
    }  # fmt: skip
    wrongs = (
        {"mapping": "owner = x"}, {"mapping": "name"}, {"mapping": "name = a..b"}, {"event_path": "a..b"},
        {"list_path": "a..b"},
    )  # fmt: skip
    for wrong in wrongs:
        assert client.post(f"/forms/{form.pk}/hooks/new/", {**facts, **wrong}).status_code == 422, wrong
    assert client.post(f"/forms/{form.pk}/hooks/new/", facts).status_code == 302
    hook = FormHook.objects.get()
    assert hook.mapping == {"name": "lead.name", "email": "field_data[name=email].values.0"}
    page = client.get(hook.get_absolute_url()).content.decode()
    assert "s3cret" not in page
    assert hook.token in page
    client.post(hook.get_absolute_url(), {**facts, "secret": "", "name": "Other"})
    hook.refresh_from_db()
    assert (hook.name, hook.secret) == ("Other", "s3cret")
    assert signed_in(cast.owner).get(hook.get_absolute_url()).status_code == 404
    assert signed_in(cast.owner).get(f"/forms/{build().pk}/hooks/new/").status_code == 404


def lead(number: int, email: str) -> dict[str, Any]:
    """Return a lead as an ad service spells it."""
    values = [{"name": "full_name", "values": [f"Ada {number}"]}, {"name": "email", "values": [email]}]
    return {"value": {"leadgen_id": number, "field_data": values}}


@pytest.fixture
def several(hook: FormHook) -> FormHook:
    """A webhook of a service that brings several leads in a call."""
    hook.list_path, hook.event_path = "entry.changes", "value.leadgen_id"
    hook.mapping = {
        "name": "value.field_data[name=full_name].values", "email": "value.field_data[name=email].values",
    }  # fmt: skip
    hook.save()
    return hook


def test_several_leads_in_one_call_become_as_many(several: FormHook, client: Client) -> None:
    first = {"changes": [lead(1, "one@example.com"), lead(2, "no address")]}
    message = {"entry": [first, {"changes": [lead(3, "three@example.com")]}, {"time": 5}]}
    assert call(client, several, message).json() == {"received": True, "count": 3, "repeated": False}
    found = [(one.values["name"], one.state) for one in Submission.objects.order_by("pk")]
    assert found == [("Ada 1", "received"), ("Ada 2", "refused"), ("Ada 3", "received")]
    assert call(client, several, message).json() == {"received": True, "count": 3, "repeated": True}
    more = {"entry": [{"changes": [lead(3, "three@example.com"), lead(4, "four@example.com")]}]}
    assert call(client, several, more).json() == {"received": True, "count": 2, "repeated": False}
    assert Submission.objects.count() == 4


def test_a_list_of_messages_needs_no_path(hook: FormHook, client: Client) -> None:
    assert call(client, hook, [LEAD, {**LEAD, "id": 8}]).json()["count"] == 2
    for wrong in ([], [1], ["x"], [LEAD, None]):
        assert call(client, hook, wrong).status_code == 400, wrong
    assert Submission.objects.count() == 2


def test_a_call_without_the_list_is_kept_with_the_reason(several: FormHook, client: Client) -> None:
    assert call(client, several, LEAD).json()["count"] == 1
    found = Submission.objects.get()
    assert (found.state, "entry.changes" in found.note) == ("refused", True)


def test_more_messages_than_are_taken_at_once_are_refused_whole(several: FormHook, client: Client) -> None:
    most = [{"value": {"leadgen_id": number}} for number in range(MOST_ITEMS + 1)]
    assert call(client, several, {"entry": [{"changes": most}]}).status_code == 413
    assert not Submission.objects.exists()
