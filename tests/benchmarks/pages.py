"""The pages that are measured, and how: server time and queries by Django's test client."""

from __future__ import annotations

import re
import statistics
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from crm_site.staff.models import User
from customers.lists import customer_list
from customers.models import Customer
from sales.lists import order_list
from service.lists import answer_list

if TYPE_CHECKING:
    from tests.benchmarks.databases import Databases

WARM, TIMES, ROUNDS = 3, 6, 3
NEXT = re.compile(r'href="([^"]*[?&;]after=[^"]*)"')
QUERIES = {"Latin": "müller", "two Chinese characters": "建国", "pinyin": "wangwei", "part of a company": "hart"}


@dataclass
class Measured:
    """Times of one page at one size, in milliseconds, and how many queries it needs."""

    times: list[float] = field(default_factory=list)
    queries: int = 0

    @property
    def median(self) -> float:
        """The median time."""
        return statistics.median(self.times)


class Reader:
    """One person at one size."""

    def __init__(self, email: str) -> None:
        self.client = Client()
        self.user = User.objects.get(email=email)
        self.client.force_login(self.user)
        self._after: str | None = None

    def get(self, url: str) -> str:
        """Fetch a page that must be there."""
        response = self.client.get(url)
        assert response.status_code == 200, (url, response.status_code)
        return b"".join(response).decode() if response.streaming else response.content.decode()

    def turn(self, url: str) -> None:
        """Fetch the page after the one fetched last; behind the last page begin again."""
        found = NEXT.search(self.get(self._after or url))
        self._after = found[1].replace("&amp;", "&") if found else None


Visit = Callable[[Reader], object]


def visits(reader: Reader) -> Iterator[tuple[str, Visit, int]]:
    """Yield what is measured: a name, the visit, and how many visits make one time."""
    yield "Today", visit("/"), 1
    url = reverse("customers:customer-list")
    yield "Customers", visit(url), 1
    for column in customer_list.columns:
        if column.sort:
            yield f"Customers by {column.name}", visit(f"{url}?sort={column.name}"), 1
            yield f"Customers by {column.name}, backwards", visit(f"{url}?sort=-{column.name}"), 1
    for name, query in QUERIES.items():
        yield f"Customers, search: {name}", visit(f"{url}?q={query}"), 1
    yield "Customers, 100 × next", lambda one: one.turn(url), 100
    yield "Orders", visit(reverse(order_list.url_name)), 1
    yield "Orders by total", visit(f"{reverse(order_list.url_name)}?sort=-base_total"), 1
    yield "Survey answers", visit(reverse(answer_list.url_name)), 1
    seen = Customer.objects.visible_to(reader.user).filter(stage="returning").order_by("pk")
    record = seen[seen.count() // 2].pk
    yield "Customer", visit(reverse("customers:customer-detail", args=[record])), 1
    for name in ("customers:customer-timeline", "sales:customer-orders-panel", "service:customer-answers-panel",
                 "analytics:customer-value-panel"):  # fmt: skip
        yield f"Customer, {name.partition('-')[2].replace('-', ' ')}", visit(reverse(name, args=[record])), 1
    for name in ("overview", "customer-value"):
        yield f"Dashboard: {name}", visit(reverse(f"analytics:{name}")), 1


def visit(url: str) -> Visit:
    """Return the visit of one address."""
    return lambda reader: reader.get(url)


def measure(databases: Databases, email: str, sizes: tuple[str, str]) -> dict[str, dict[str, Measured]]:
    """Return page → size → times. Sizes take turns, so that a busy machine slows both alike."""
    found: dict[str, dict[str, Measured]] = {}
    readers: dict[str, Reader] = {}
    for turn in range(ROUNDS):
        for size in sizes:
            databases.use(size)
            reader = readers.setdefault(size, Reader(email))
            for name, open_page, repeats in visits(reader):
                one = found.setdefault(name, {}).setdefault(size, Measured())
                for _warm in range(WARM):
                    open_page(reader)
                if turn == 0:
                    with CaptureQueriesContext(connection) as captured:
                        open_page(reader)
                    one.queries = len(captured)
                for _time in range(max(TIMES, repeats // ROUNDS)):
                    began = time.perf_counter()
                    open_page(reader)
                    one.times.append((time.perf_counter() - began) * 1000)
    return found
