"""A published form with a name, a mail address and a message, and ways to fill it in."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client

from crm_site.forms.building import change_form
from crm_site.forms.models import Form
from tests.factories.forms import FormFactory, FormFieldFactory

Fill = Callable[..., Any]
CONSENT = {
    "consent_channel": "email",
    "consent_purpose": "newsletter",
    "consent_en": "I want the newsletter.",
    "consent_zh": "我想收到新闻。",
}


@pytest.fixture(autouse=True)
def fresh_counts() -> Iterator[None]:
    """Forget who has sent how often."""
    cache.clear()
    yield
    cache.clear()


def build(**facts: Any) -> Form:
    """Return a published form that asks for name, mail address and message."""
    form: Form = FormFactory(**facts)
    for position, (name, required) in enumerate((("name", True), ("email", False), ("message", False))):
        FormFieldFactory(form=form, name=name, position=position, required=required)
    return form


def with_consent(form: Form, **facts: Any) -> Form:
    """Let a form ask for consent, through the service, so that the words have a version."""
    change_form(form, form.version, {**CONSENT, **facts}, None, None)
    return Form.objects.get(pk=form.pk)


@pytest.fixture
def form(db: None) -> Form:
    """The form of most tests."""
    return build()


def stamp_of(client: Client, address: str) -> str:
    """Open a page and return its stamp."""
    found = re.search(r'name="stamp"\s+value="([^"]+)"', client.get(address).content.decode())
    assert found, address
    return found[1]


@pytest.fixture
def fill(client: Client) -> Fill:
    """Return a function that opens a form, fills it in, and returns the answer."""

    def send(form: Form, address: str = "", **values: Any) -> Any:
        path = address or f"/f/{form.token}/"
        headers = values.pop("headers", {})
        plain: dict[str, Any] = {
            name: values.pop(name) for name in ("stamp", "contact_reason_2", "lang") if name in values
        }
        data = {"stamp": plain.pop("stamp", None) or stamp_of(client, path), **plain}
        data |= {
            name if name.startswith(("utm_", "referrer", "page")) else f"f-{name}": one for name, one in values.items()
        }
        return client.post(path, data, headers=headers)

    return send
