"""Boards, reports and forecasts cost the same with 1,000 open deals and with 100,000, of a million in all."""

from __future__ import annotations

import statistics
from collections.abc import Iterator
from functools import partial

import pytest
from django.db import connection, connections
from django.test.utils import CaptureQueriesContext
from pytest_django import DjangoDbBlocker

from tests.benchmarks import report, selling
from tests.benchmarks.databases import Databases, serving
from tests.benchmarks.pages import TIMES, WARM, Measured, Page, Reader, once

MOST_QUERIES = 15
LIST_MS, REPORT_MS, LIST_RATIO = 250.0, 500.0, 2.0
NOTICEABLE_MS = 4.0


@pytest.fixture(scope="module")
def companies(django_db_blocker: DjangoDbBlocker) -> Iterator[Databases]:
    """Both companies, ready to be used."""
    before = connections["default"]
    with django_db_blocker.unblock():
        try:
            with serving() as found:
                for volume in (selling.SMALL, selling.LARGE):
                    selling.provide(found, volume)
                yield found
        finally:
            connections["default"] = before


def measure(companies: Databases, email: str) -> dict[str, Page]:
    """Return the times of every page in both companies, taken in turns."""
    names = [f"deals_{volume.name}" for volume in (selling.SMALL, selling.LARGE)]
    readers: dict[str, Reader] = {}
    for name in names:
        companies.use(name)
        readers[name] = Reader(email)
    found: dict[str, Page] = {}
    for title, address in selling.pages().items():
        measured = {name: Measured() for name in names}
        for turn in range(WARM + TIMES):
            for name in names:
                companies.use(name)
                spent = once(partial(Reader.get, url=address), readers[name])
                if turn >= WARM:
                    measured[name].times.append(spent)
        for name in names:
            companies.use(name)
            with CaptureQueriesContext(connection) as asked:
                readers[name].get(address)
            measured[name].queries = len(asked)
        found[title] = Page(measured, measured[names[0]])
    return found


@pytest.mark.parametrize("email", [selling.REP, selling.MANAGER], ids=["rep", "manager"])
def test_selling_is_as_quick_with_many_deals(companies: Databases, email: str) -> None:
    found = measure(companies, email)
    small, large = (f"deals_{volume.name}" for volume in (selling.SMALL, selling.LARGE))
    role = f"{email.partition('@')[0].rstrip('0')}, selling"
    text = report.table(found, small, large)
    print(f"\nAs {role}\n{text}")  # noqa: T201, the point of it
    report.write(role, text, report.machine())
    late = {
        name: round(statistics.median(page.by_size[large].times))
        for name, page in found.items()
        if page.by_size[large].median > (LIST_MS if name.startswith("Opportunities") else REPORT_MS)
    }
    slow = {
        name: round(page.ratio(large), 2)
        for name, page in found.items()
        if name.startswith("Opportunities")
        and page.ratio(large) > LIST_RATIO
        and page.by_size[large].median - page.baseline.median > NOTICEABLE_MS
    }
    greedy = {
        name: page.by_size[large].queries for name, page in found.items() if page.by_size[large].queries > MOST_QUERIES
    }
    assert (late, slow, greedy) == ({}, {}, {})
