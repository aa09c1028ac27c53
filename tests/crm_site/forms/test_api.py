"""The API of web forms: by role and token, each submission once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from crm_site.api.models import ApiToken
from crm_site.events.delivering import deliver_pending
from crm_site.forms.models import Form, Submission
from crm_site.staff.models import User
from customers.models import Customer
from tests.conftest import Cast
from tests.crm_site.forms.conftest import with_consent
from tests.database_digest import database_digest
from tests.factories.forms import SubmissionFactory

Call = Callable[..., tuple[int, Any]]


def caller(user: User, *scopes: str) -> Call:
    """Return a function that calls the API as somebody and returns status and body."""
    _token, secret = ApiToken.issue(user, scopes=list(scopes))
    client = Client(headers={"Authorization": f"Bearer {secret}"})

    def call(path: str, data: Any = None, key: str = "") -> tuple[int, Any]:
        headers = {"Idempotency-Key": key} if key else {}
        if data is None:
            response = client.get(f"/api/v1/{path}")
        else:
            response = client.post(f"/api/v1/{path}", data, content_type="application/json", headers=headers)
        return response.status_code, response.json()

    return call


@pytest.fixture
def call(cast: Cast) -> Call:
    """Call as an integrator whose token opens the target's module."""
    return caller(cast.manager, "customers")


def test_forms_and_what_came_in_are_read(form: Form, call: Call) -> None:
    SubmissionFactory(form=form)
    SubmissionFactory(form=form, state="spam")
    _status, listed = call("forms/")
    assert [one["name"] for one in listed["results"]] == [form.name]
    assert [one["name"] for one in call(f"forms/{form.pk}/")[1]["fields_asked"]] == ["name", "email", "message"]
    assert len(call("submissions/")[1]["results"]) == 2
    assert [one["state"] for one in call(f"submissions/?form={form.pk}&state=spam")[1]["results"]] == ["spam"]
    for nonsense in ("x", "-1", "9" * 30, "٣"):
        assert call(f"submissions/?form={nonsense}")[1]["results"] == []
    for nonsense in ("x", "%00", "spam'--"):
        assert call(f"submissions/?state={nonsense}")[1]["results"] == []


def test_a_submission_is_handed_in_once_by_its_key(form: Form, call: Call) -> None:
    data = {"values": {"name": "Ada", "owner": 1}, "origin": {"utm_source": "shop", "state": "test"}}
    status, first = call(f"forms/{form.pk}/submissions/", data, "order-1")
    assert (status, first["values"], first["state"], first["via"]) == (201, {"name": "Ada"}, "received", "api")
    assert first["utm_source"] == "shop"
    status, again = call(f"forms/{form.pk}/submissions/", {"values": {"name": "Eve"}}, "order-1")
    assert (status, again["id"], again["values"]) == (200, first["id"], {"name": "Ada"})
    deliver_pending()
    assert [one.name for one in Customer.objects.all()] == ["Ada"]


def test_what_the_form_could_not_take_is_refused_by_field(form: Form, call: Call) -> None:
    path, before = f"forms/{form.pk}/submissions/", database_digest()
    status, body = call(path, {"values": {"email": "x", "message": "x" * 501}}, "k")
    assert (status, set(body)) == (400, {"name", "email", "message"})
    assert call(path, {"values": {"name": "Ada"}})[0] == 400
    assert call(path, {"values": {"name": "Ada"}}, "x" * 200)[0] == 400
    wrong: list[dict[str, Any]] = [{}, {"values": []}, {"values": {"name": {"a": 1}}}]
    for bad in (*wrong, {"values": {"name": "A"}, "language": "xx"}):
        assert call(path, bad, "k")[0] == 400, bad
    assert database_digest() == before


def test_consent_is_recorded_with_our_words(form: Form, call: Call) -> None:
    path = f"forms/{form.pk}/submissions/"
    assert call(path, {"values": {"name": "Ada"}, "consent": True}, "1")[1]["consent_text"] == ""
    with_consent(form)
    facts = {"values": {"name": "Ada"}, "consent": True, "language": "zh-hans", "consent_text": "All"}
    assert call(path, facts, "2")[1]["consent_text"] == "我想收到新闻。"
    assert Submission.objects.get(key="api:2").wording is not None


def test_tokens_and_roles_without_the_module_find_nothing(form: Form, cast: Cast) -> None:
    paths = ("forms/", f"forms/{form.pk}/", "submissions/", f"forms/{form.pk}/submissions/")
    SubmissionFactory(form=form)
    before = database_digest()
    for call in (caller(cast.owner), caller(cast.manager, "sales"), caller(cast.outsider)):
        assert call(paths[1])[0] == 404
        for path in (paths[0], paths[2]):
            # Other modules have forms of their own, to which this one does not belong.
            status, body = call(path)
            assert status == 404 or body["results"] == [], path
        assert call(paths[3], {"values": {"name": "Ada"}}, "k")[0] == 404
    reader = caller(cast.manager, "customers:read")
    assert reader("forms/")[0] == 200
    assert reader(paths[3], {"values": {"name": "Ada"}}, "k")[0] == 404
    assert Client().get("/api/v1/forms/").status_code == 401
    assert Client().post(f"/api/v1/{paths[3]}", {}, content_type="application/json").status_code == 401
    assert database_digest() == before
