"""Signing in and out: by address, locked after failures, and ended everywhere after a reset."""

from __future__ import annotations

import re

import pytest
from django.core import mail
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from pytest_django.fixtures import Settings

from crm_site.staff.models import User
from tests.factories.staff import PASSWORD, UserFactory

LOGIN = "/accounts/login/"


@pytest.fixture
def person(db: None) -> User:
    """Somebody with a real password; failures of other tests are forgotten."""
    cache.clear()
    user: User = UserFactory(role="rep")
    user.set_password(PASSWORD)
    user.save()
    return user


def sign_in(client: Client, email: str, password: str) -> bool:
    """Try to sign in; tell whether it worked."""
    response = client.post(LOGIN, {"login": email, "password": password})
    return response.status_code == 302 and "_auth_user_id" in client.session


def test_the_address_signs_in_whatever_its_case(person: User, client: Client) -> None:
    assert sign_in(client, person.email.upper(), PASSWORD)
    assert person.password.startswith("argon2")


def test_wrong_passwords_and_the_inactive_stay_outside(person: User, client: Client) -> None:
    assert not sign_in(client, person.email, "wrong")
    User.objects.update(is_active=False)
    assert not sign_in(client, person.email, PASSWORD)


def test_five_failures_lock_the_account_for_a_while(person: User, client: Client) -> None:
    for _attempt in range(5):
        assert not sign_in(client, person.email, "wrong")
    assert not sign_in(client, person.email, PASSWORD)
    cache.clear()
    assert sign_in(client, person.email, PASSWORD)


def test_a_spoofed_forwarding_header_does_not_escape_the_lock(person: User, client: Client) -> None:
    for attempt in range(31):
        data = {"login": f"guess{attempt}@crm.example", "password": "wrong"}
        client.post(LOGIN, data, headers={"X-Forwarded-For": f"203.0.113.{attempt}"})
    assert not sign_in(client, person.email, PASSWORD)


def test_nobody_registers_alone(client: Client, db: None) -> None:
    response = client.post(reverse("account_signup"), {"email": "new@crm.example", "password1": PASSWORD})
    assert response.status_code == 200
    assert not User.objects.filter(email="new@crm.example").exists()


def test_a_reset_is_mailed_on_the_configured_address_and_ends_other_sessions(
    person: User, client: Client, settings: Settings
) -> None:
    settings.BASE_URL = "https://crm.example.com"
    settings.ALLOWED_HOSTS = ["*"]
    other = Client()
    assert sign_in(other, person.email, PASSWORD)
    client.post(reverse("account_reset_password"), {"email": person.email}, headers={"Host": "evil.example"})
    text = str(mail.outbox[0].body)
    assert "evil.example" not in text
    found = re.search(r"https://crm\.example\.com(/\S+)", text)
    assert found is not None
    page = client.get(found.group(1), follow=True)
    fresh = "another long password"
    client.post(page.redirect_chain[-1][0], {"password1": fresh, "password2": fresh})
    assert other.get("/").status_code == 302, "the other session goes on after the password was changed"
    assert sign_in(Client(), person.email, fresh)
    assert not sign_in(Client(), person.email, PASSWORD)


def test_a_reset_link_works_once(person: User, client: Client) -> None:
    client.post(reverse("account_reset_password"), {"email": person.email})
    found = re.search(r"http://[^/]+(/\S+)", str(mail.outbox[0].body))
    assert found is not None
    for fresh, works in (("first long password", True), ("second long password", False)):
        other = Client()
        page = other.get(found.group(1), follow=True)
        if page.redirect_chain:
            other.post(page.redirect_chain[-1][0], {"password1": fresh, "password2": fresh})
        assert sign_in(Client(), person.email, fresh) is works


def test_sessions_are_listed_and_ended(person: User, client: Client) -> None:
    other = Client()
    assert sign_in(client, person.email, PASSWORD)
    assert sign_in(other, person.email, PASSWORD)
    assert client.get(reverse("usersessions_list")).status_code == 200
    client.post(reverse("usersessions_list"))
    assert other.get("/").status_code == 302
    assert client.get("/").status_code == 200
