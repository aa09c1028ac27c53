"""What every attack stands on: a company worth attacking, and proof that it is this test's own."""

from __future__ import annotations

import ipaddress
import os
import secrets
import traceback
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from django.core.cache import cache
from django.core.signals import got_request_exception
from django.db import connection
from django.test import Client

from crm_site.api.models import ApiToken
from tests.conftest import Cast
from tests.factories import records

# The plain run is a sample that fits into every test run; the full one is for the night.
FULL = os.environ.get("ATTACKS") == "full"


@dataclass(frozen=True)
class Target:
    """The company under attack, as its manager sees it: one record of every kind, by endpoint."""

    client: Client
    token: str
    mine: dict[str, Any]

    @property
    def headers(self) -> dict[str, str]:
        """Return the headers that open the API."""
        return {"Authorization": f"Bearer {self.token}"}


@dataclass
class Crashes:
    """The exceptions that no view answered for, with the address each came from."""

    seen: list[str]

    def note(self, sender: Any, request: Any = None, **_more: Any) -> None:
        """Keep the exception that is being handled."""
        last = traceback.format_exc().strip().splitlines()[-1]
        self.seen.append(f"{getattr(request, 'method', '?')} {getattr(request, 'path', '?')}: {last}")


def on_this_machine(host: str) -> bool:
    """Tell whether a database host is a socket of this machine or a loopback address."""
    if not host or host.startswith("/"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


@pytest.fixture
def target(cast: Cast) -> Target:
    """Return the company, once the server has shown a name that only this open transaction holds."""
    assert on_this_machine(str(connection.settings_dict["HOST"]))
    assert str(connection.settings_dict["NAME"]).startswith("test_")
    assert connection.in_atomic_block
    name = f"Proof {secrets.token_hex(8)}"
    customer = records.CustomerFactory(owner=cast.manager, name=name, stage="new", country="Germany")
    records.CustomerFactory(owner=cast.manager, name="Wang 王伟国", stage="loyal")
    customer.tags.add(records.TagFactory())
    order = records.OrderFactory(customer=customer)
    records.OrderLineFactory(order=order)
    _token, secret = ApiToken.issue(cast.manager)
    client = Client(raise_request_exception=False)
    client.force_login(cast.manager)
    made = Target(
        client,
        secret,
        {
            "customers": customer,
            "orders": order,
            "payments": records.PaymentFactory(order=order),
            "products": records.ProductFactory(),
            "surveys": records.SurveyFactory(),
            "survey-answers": records.SurveyAnswerFactory(customer=customer),
        },
    )
    cache.clear()
    assert name in client.get("/customers/").content.decode()
    assert name in Client(headers=made.headers).get("/api/v1/customers/").content.decode()
    return made


@pytest.fixture
def crashes() -> Iterator[Crashes]:
    """Collect what ends in an error of the server while the test runs."""
    kept = Crashes([])
    got_request_exception.connect(kept.note)
    yield kept
    got_request_exception.disconnect(kept.note)
