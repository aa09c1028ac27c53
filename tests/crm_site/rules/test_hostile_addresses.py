"""Rules in addresses: whatever JSON lies in one, the lists and the builder's pages open."""

from __future__ import annotations

import base64
import json
import zlib
from typing import Any

import pytest
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.conftest import Cast
from tests.crm_site.rules.test_parsing import ANYTHING, HOSTILE, NODES, rule_of
from tests.factories import records

LISTS = ["/customers/", "/sales/orders/", "/service/answers/"]
BUILDERS = ["builder", "try", "count"]
RULES = st.one_of(ANYTHING, st.lists(st.one_of(NODES, HOSTILE), max_size=3).map(lambda nodes: rule_of(*nodes)))
BOUNDED = settings(max_examples=15, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))


def packed(data: Any) -> str:
    """Return JSON as addresses carry it, checked by nobody."""
    text = json.dumps(data).encode()
    return base64.urlsafe_b64encode(zlib.compress(text, 9)).decode().rstrip("=")


@pytest.fixture
def reader(cast: Cast) -> Client:
    """Return a client of the owner, who has something to see."""
    customer = records.CustomerFactory(name="Ada", owner=cast.owner)
    records.OrderFactory(customer=customer)
    records.SurveyAnswerFactory(customer=customer)
    client = Client()
    client.force_login(cast.owner)
    return client


@pytest.mark.parametrize("path", LISTS)
def test_a_list_opens_whatever_rule_its_address_holds(path: str, reader: Client) -> None:
    @BOUNDED
    @given(data=RULES)
    def attack(data: Any) -> None:
        assert reader.get(path, {"rule": packed(data)}).status_code == 200

    attack()


@pytest.mark.parametrize("page", BUILDERS)
@pytest.mark.parametrize("subject", ["customer", "order", "answer"])
def test_the_builder_opens_whatever_rule_its_address_holds(subject: str, page: str, reader: Client) -> None:
    allowed = (200, 404) if page == "count" else (200,)  # nothing can be counted where there is no rule

    @BOUNDED
    @given(data=RULES)
    def attack(data: Any) -> None:
        path = f"/rules/{subject}/{page}/"
        for headers in ({}, {"HX-Request": "true"}):
            assert reader.get(path, {"rule": packed(data)}, headers=headers).status_code in allowed

    attack()
