"""Public forms under attack: each defence has a test that fails without it."""

from __future__ import annotations

import time
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.core import signing
from django.test import Client
from pytest_django.fixtures import Settings

from crm_site.events.delivering import deliver_pending
from crm_site.forms.guarding import HONEYPOT
from crm_site.forms.models import Form, Submission
from crm_site.forms.stamping import GOOD_FOR, SALT
from crm_site.staff.models import User
from customers.models import Customer
from tests.browser.test_hostile_content import CORPUS
from tests.conftest import Cast
from tests.crm_site.forms.conftest import Fill, build, stamp_of, with_consent
from tests.database_digest import database_digest


def later(monkeypatch: pytest.MonkeyPatch, seconds: float) -> None:
    """Let that much time pass."""
    now = time.time() + seconds
    monkeypatch.setattr(time, "time", lambda: now)


def nothing_stored() -> bool:
    return not Submission.objects.exists() and not Customer.objects.exists()


def test_a_filled_honeypot_is_kept_as_spam_thanked_for_and_becomes_nothing(form: Form, fill: Fill) -> None:
    answer = fill(form, name="Ada", **{HONEYPOT: "cheap pills"})
    assert b"Thank you" in answer.content
    deliver_pending()
    found = Submission.objects.get()
    assert (found.state, found.reason, found.handled_at) == ("spam", "honeypot", None)
    assert not Customer.objects.exists()


def test_whoever_is_too_fast_is_asked_to_send_again_and_keeps_what_was_typed(
    fill: Fill, client: Client, db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    form = build(min_seconds=5)
    stamp = stamp_of(client, f"/f/{form.token}/")
    answer = fill(form, name="Ada", stamp=stamp)
    assert answer.status_code == 422
    assert b"very quick" in answer.content
    assert b'value="Ada"' in answer.content
    assert nothing_stored()
    later(monkeypatch, 6)
    assert fill(form, name="Ada", stamp=stamp).status_code == 200


def test_a_page_that_was_open_too_long_gets_a_new_stamp(
    form: Form, fill: Fill, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    stamp = stamp_of(client, f"/f/{form.token}/")
    later(monkeypatch, GOOD_FOR + 5)
    answer = fill(form, name="Ada", stamp=stamp)
    assert answer.status_code == 422
    assert b'value="Ada"' in answer.content
    assert stamp.encode() not in answer.content
    assert nothing_stored()


def test_a_replay_stores_nothing_twice(form: Form, fill: Fill, client: Client) -> None:
    stamp = stamp_of(client, f"/f/{form.token}/")
    assert fill(form, name="Ada", stamp=stamp).status_code == 200
    for name in ("Ada", "Eve"):
        answer = fill(form, name=name, stamp=stamp)
        assert (answer.status_code, b"nothing was sent twice" in answer.content) == (409, True)
    deliver_pending()
    assert [one.values["name"] for one in Submission.objects.all()] == ["Ada"]
    assert Customer.objects.count() == 1


def test_stamps_that_are_missing_forged_or_of_another_form_are_refused(form: Form, client: Client) -> None:
    other = stamp_of(client, f"/f/{build().token}/")
    facts = {"f": form.pk, "n": "x", "t": 0, "w": 0}
    forged = [signing.dumps(facts, salt=SALT, key="guessed"), signing.dumps(facts, salt="other")]
    for stamp in ("", "x", "a:b:c", other, other[:-1] + "A", *forged):
        answer = client.post(f"/f/{form.token}/", {"stamp": stamp, "f-name": "Ada"})
        assert answer.status_code == 422, stamp
    assert nothing_stored()


def test_a_sender_may_send_only_so_often(form: Form, fill: Fill, settings: Settings) -> None:
    settings.FORM_POSTS_PER_SENDER = 3
    assert [fill(form, name="Ada").status_code for _number in range(5)] == [200, 200, 200, 429, 429]
    assert Submission.objects.count() == 3


def test_a_made_up_header_gives_no_other_address(form: Form, fill: Fill, settings: Settings) -> None:
    settings.FORM_POSTS_PER_SENDER = 3
    answers = [fill(form, name="Ada", headers={"X-Forwarded-For": f"10.0.0.{one}"}) for one in range(5)]
    assert [one.status_code for one in answers] == [200, 200, 200, 429, 429]
    assert Submission.objects.values("ip_hash").distinct().count() == 1


def test_behind_a_trusted_proxy_its_word_counts_and_no_other(
    form: Form, fill: Fill, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.FORM_POSTS_PER_SENDER = 1
    monkeypatch.setattr("allauth.app_settings.TRUSTED_PROXY_COUNT", 1, raising=False)
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
    said = ["203.0.113.1", "203.0.113.2", "198.51.100.9, 203.0.113.1", "198.51.100.8, 203.0.113.2"]
    answers = [fill(form, name="Ada", headers={"X-Forwarded-For": one}).status_code for one in said]
    assert answers == [200, 200, 429, 429]


def test_a_form_takes_only_so_much_from_everybody_together(form: Form, client: Client, settings: Settings) -> None:
    settings.FORM_POSTS_PER_FORM = 3
    path = f"/f/{form.token}/"
    codes = []
    for number in range(5):
        data = {"stamp": stamp_of(client, path), "f-name": "Ada"}
        codes.append(client.post(path, data, REMOTE_ADDR=f"192.0.2.{number}").status_code)
    assert codes == [200, 200, 200, 429, 429]
    other = build()
    data = {"stamp": stamp_of(client, f"/f/{other.token}/"), "f-name": "Ada"}
    assert client.post(f"/f/{other.token}/", data, REMOTE_ADDR="192.0.2.77").status_code == 200


def test_the_addresses_of_one_network_are_one_sender(form: Form, client: Client, settings: Settings) -> None:
    settings.FORM_POSTS_PER_SENDER = 1
    path = f"/f/{form.token}/"
    senders = ("2001:db8:1:2::1", "2001:db8:1:2:ffff::9", "2001:db8:1:3::1")
    codes = [
        client.post(path, {"stamp": stamp_of(client, path), "f-name": "Ada"}, REMOTE_ADDR=one).status_code
        for one in senders
    ]
    assert codes == [200, 429, 200]


def test_a_body_that_is_too_large_is_not_read(form: Form, fill: Fill, client: Client) -> None:
    assert fill(form, name="Ada", message="x" * 70_000).status_code == 413
    answer = client.post(f"/f/{form.token}/", b"x", content_type="text/plain", CONTENT_LENGTH="٣")
    assert answer.status_code in (400, 413)
    assert nothing_stored()


def test_fields_hold_only_so_much(form: Form, fill: Fill) -> None:
    for values in ({"name": "x" * 201}, {"name": "Ada", "message": "x" * 501}, {"name": "Ada\x00"}):
        assert fill(form, **values).status_code == 422, values
    assert nothing_stored()
    fill(form, name="Ada", utm_source="x" * 900, page="https://a.example/" + "x" * 900)
    found = Submission.objects.get()
    assert (len(found.utm_source), len(found.page)) == (200, 500)


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://testserver.evil.example"},
        {"Origin": "http://testserver:8443"},
        {"Referer": "https://evil.example/page"},
        {"Sec-Fetch-Site": "cross-site"},
    ],
)
def test_the_page_of_another_site_cannot_send_the_form(headers: dict[str, str], fill: Fill, db: None) -> None:
    form = build(hosts=["www.example.com"])
    for path in (f"/f/{form.token}/", f"/f/embed/{form.token}/"):
        assert fill(form, path, name="Ada", headers=headers).status_code == 403, path
    assert nothing_stored()
    assert fill(form, name="Ada", headers={"Origin": "http://testserver"}).status_code == 200


def test_a_foreign_host_is_refused(form: Form, client: Client, settings: Settings) -> None:
    settings.ALLOWED_HOSTS = ["testserver"]
    stamp = stamp_of(client, f"/f/{form.token}/")
    answer = client.post(f"/f/{form.token}/", {"stamp": stamp, "f-name": "Ada"}, headers={"Host": "evil.example"})
    assert answer.status_code == 400
    assert nothing_stored()


def test_only_the_forms_web_sites_may_embed_it(client: Client, db: None) -> None:
    closed, opened = build(), build(hosts=["www.example.com", "*.example.org"])
    assert client.get(f"/f/embed/{closed.token}/").status_code == 404
    inside = client.get(f"/f/embed/{opened.token}/")
    assert inside["Content-Security-Policy"].endswith("frame-ancestors www.example.com *.example.org")
    assert "X-Frame-Options" not in inside
    alone = client.get(f"/f/{opened.token}/")
    assert alone["Content-Security-Policy"].endswith("frame-ancestors 'none'")
    assert alone["X-Frame-Options"] == "DENY"
    for answer in (inside, alone):
        assert answer["Content-Security-Policy"].startswith("default-src 'none'; style-src 'self'")
        assert "unsafe" not in answer["Content-Security-Policy"]


def test_forged_consent_on_a_form_that_asks_none_is_none(form: Form, fill: Fill) -> None:
    fill(form, name="Ada", consent__given="on", consent_text="I agree to everything", wording="1")
    found = Submission.objects.get()
    assert (found.wording, found.consent_text) == (None, "")


def test_the_words_of_consent_are_ours_whatever_is_sent(form: Form, fill: Fill) -> None:
    form = with_consent(form)
    fill(form, name="Ada", consent__given="on", consent_text="I agree to everything", consent_en="All")
    assert Submission.objects.get().consent_text == "I want the newsletter."


def test_reading_changes_nothing(form: Form, client: Client) -> None:
    before = database_digest()
    for path in (f"/f/{form.token}/?f-name=Ada", f"/f/embed/{form.token}/", "/f/confirm/x/", "/f/embed.js"):
        client.get(path)
        client.head(path)
    assert database_digest() == before


def test_a_stamp_tells_nothing_that_could_be_used_elsewhere(form: Form, client: Client) -> None:
    stamp = stamp_of(client, f"/f/{form.token}/")
    assert set(signing.loads(stamp, salt=SALT)) == {"f", "n", "t", "w"}
    assert django_settings.SECRET_KEY not in stamp


@pytest.mark.parametrize("words", CORPUS)
def test_code_in_a_field_stays_words_wherever_it_is_shown(
    words: str, form: Form, fill: Fill, cast: Cast, signed_in: Any
) -> None:
    shown = fill(form, name="", message=words, utm_source=words, referrer=words)
    assert shown.status_code == 422
    assert words not in shown.content.decode() or not any(sign in words for sign in "<>\"'")
    fill(form, name=words, message=words, utm_source=words, **{HONEYPOT: words})
    found = Submission.objects.get()
    assert found.state == "spam"
    reader: User = cast.manager
    for path in (found.get_absolute_url(), "/forms/submissions/", f"/forms/submissions/?q={words}"):
        page = signed_in(reader).get(path).content.decode()
        for sign in ("<script>alert", "<img src=x", "<svg onload", "<iframe srcdoc='", "<b hx-get"):
            assert sign not in page, path
