"""The pages that are measured, and how: server time and queries by Django's test client."""

from __future__ import annotations

import contextlib
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

from crm_site.pages.lists import ListPage
from crm_site.staff.models import User
from customers.demo.inventing import romanised
from customers.lists import customer_list
from customers.models import ContactPoint, Customer, Tag
from sales.lists import order_list
from service.lists import answer_list
from tests.benchmarks.busy import busy_addresses

if TYPE_CHECKING:
    from tests.benchmarks.databases import Databases

WARM, TIMES, NEXTS = 5, 25, 499
ROWS = 100
ROW = "<tr data-pk="
NEXT = re.compile(r'href="([^"]*[?&;]after=[^"]*)"')
# Searches with so many hits that they fill a page only of the large company.
BROAD = {
    "Latin": "müller",
    "two Chinese characters": "有限",
    "pinyin": "youxian",
    "a surname, late in the order": "wang",
}


@dataclass
class Measured:
    """Times of one page at one size, in milliseconds, how many queries it needs, and how long it took when cold."""

    times: list[float] = field(default_factory=list)
    queries: int = 0
    cold: float = 0.0

    @property
    def median(self) -> float:
        """The median time."""
        return statistics.median(self.times)


@dataclass
class Page:
    """One page at all sizes. A list that has more rows at the large size is compared with as many of the small one."""

    by_size: dict[str, Measured]
    baseline: Measured

    def ratio(self, large: str) -> float:
        """Return the time at the large size over the time it is compared with."""
        return self.by_size[large].median / self.baseline.median


class Reader:
    """One person at one size."""

    def __init__(self, email: str) -> None:
        self.client = Client()
        self.user = User.objects.get(email=email)
        self.client.force_login(self.user)
        self._after: str | None = None

    def get(self, url: str, part: str = "") -> str:
        """Fetch a page that must be there, or a part of it as it is fetched afterwards."""
        headers = {"HX-Request": "true", "HX-Target": part} if part else {}
        response = self.client.get(url, headers=headers)
        assert response.status_code == 200, (url, response.status_code)
        return b"".join(response).decode() if response.streaming else response.content.decode()

    def turn(self, url: str) -> str:
        """Fetch the page after the one fetched last; behind the last page begin again."""
        page = self.get(self._after or url)
        found = NEXT.search(page)
        self._after = found[1].replace("&amp;", "&") if found else None
        return page


Visit = Callable[[Reader], str]
LIST = "Customers"
EVERYWHERE = "Search everywhere"


def visits(reader: Reader) -> dict[str, Visit]:
    """Return what is measured, by name."""
    url = reverse("customers:customer-list")
    found: dict[str, Visit] = {"Today": visit("/"), LIST: visit(url)}
    for column in customer_list.columns:
        if column.sort:
            found[f"{LIST} by {column.name}"] = visit(f"{url}?sort={column.name}")
            found[f"{LIST} by {column.name}, backwards"] = visit(f"{url}?sort=-{column.name}")
    for name, word in rare_words(reader.user).items():
        found[f"Search: {name}, few hits"] = visit(f"{url}?q={word}")
    for name, word in BROAD.items():
        found[f"Search: {name}, many hits"] = visit(f"{url}?q={word}")
    for name, narrowed in filters(reader.user).items():
        found[f"{LIST}: {name}"] = visit(f"{url}?{narrowed}")
        found[f"{LIST}: {name}, counted afterwards"] = visit(f"{url}?{narrowed}", "list-figures")
    found[f"{LIST}, {NEXTS} × next"] = lambda one: one.turn(url)
    for name, word in palette_words(reader.user).items():
        found[f"{EVERYWHERE}: {name}"] = visit(f"{reverse('pages:palette')}?q={word}")
    orders = reverse(order_list.url_name)
    found |= {"Orders": visit(orders), "Orders by total": visit(f"{orders}?sort=-base_total")}
    found["Survey answers"] = visit(reverse(answer_list.url_name))
    seen = Customer.objects.visible_to(reader.user).filter(stage="returning").order_by("pk")
    record = seen[seen.count() // 2].pk
    found["Customer"] = visit(reverse("customers:customer-detail", args=[record]))
    for name in PANELS:
        found[f"Customer: {name.partition('-')[2].replace('-', ' ')}"] = visit(reverse(name, args=[record]))
    found |= {name: visit(place) for name, place in busy_addresses(reader.user).items()}
    for name in ("overview", "customer-value"):
        found[f"Dashboard: {name}"] = visit(reverse(f"analytics:{name}"))
    return found


PANELS = (
    "customers:customer-timeline", "sales:customer-orders-panel", "service:customer-answers-panel",
    "analytics:customer-value-panel", "analytics:customer-health-panel", "customers:customer-tasks-panel",
    "customers:customer-reach", "customers:customer-consent-panel",
)  # fmt: skip


def rare_words(user: User) -> dict[str, str]:
    """Return words with which the person finds one customer: a Latin name, two characters, and their pinyin."""
    mine = Customer.objects.visible_to(user)
    chinese = (
        mine.filter(kind="person", country="China", name__regex="^...$").order_by("pk").values_list("name", flat=True)
    )
    latin = mine.filter(kind="person").exclude(country="China").order_by("pk").values_list("name", flat=True)
    pairs = fewest(user, [name[1:] for name in chinese[:40]])
    pinyin = fewest(user, [romanised(name) for name in chinese[:40]])
    phones = (
        ContactPoint.objects.filter(kind="phone", customer__in=mine).order_by("pk").values_list("normal", flat=True)
    )
    return {
        "Latin": fewest(user, list(latin[:40])),
        "two Chinese characters": pairs,
        "pinyin": pinyin,
        "part of a phone number": fewest(user, [phone[-7:] for phone in phones[:40]]),
    }


def palette_words(user: User) -> dict[str, str]:
    """Return what is typed into the palette: words that many have, and words that one customer has."""
    mail = ContactPoint.objects.filter(kind="email", customer__in=Customer.objects.visible_to(user)).order_by("pk")
    rare = rare_words(user)
    return {
        "nothing": "",
        "part of a Latin name": "üll",
        "a Latin name, many hits": "müller",
        "a Latin name, few hits": rare["Latin"],
        "one Chinese character": "王",
        "two Chinese characters, many hits": "有限",
        "two Chinese characters, few hits": rare["two Chinese characters"],
        "pinyin, many hits": "wang",
        "pinyin, few hits": rare["pinyin"],
        "initials": "zs",
        "part of a phone number": rare["part of a phone number"],
        "part of a mail address": mail.values_list("normal", flat=True)[0][:-5],
        "a slip of the finger": "Jonhanson",
    }


def filters(user: User) -> dict[str, str]:
    """Return a filter that many customers meet, and one that few do."""
    mine = Customer.objects.visible_to(user)
    tags = Tag.objects.values_list("pk", flat=True)
    rare = min(tags, key=lambda pk: mine.filter(tags=pk, stage="loyal", country="Spain").count(), default=0)
    return {
        "common filter": "stage=returning",
        "common filters, by revenue": "stage=loyal&country=China&sort=-revenue",
        "rare filter": f"stage=loyal&country=Spain&tag={rare}",
        "rare filter, by revenue": f"stage=loyal&country=Spain&tag={rare}&sort=-revenue",
    }


def fewest(user: User, words: list[str]) -> str:
    """Return the word with the fewest hits."""
    return min(words, key=lambda word: customer_list.search(user, word).count())


def visit(url: str, part: str = "") -> Visit:
    """Return the visit of one address, or of a part of its page."""
    return lambda reader: reader.get(url, part)


def measure(databases: Databases, email: str, sizes: tuple[str, str]) -> dict[str, Page]:
    """Return the pages of one person. Sizes take turns at every request, so a busy machine slows both alike."""
    readers: dict[str, Reader] = {}
    planned: dict[str, dict[str, Visit]] = {}
    for size in sizes:
        databases.use(size)
        readers[size] = Reader(email)
        planned[size] = visits(readers[size])
    small, found = sizes[0], {}
    cold = coldly(databases, planned[sizes[1]], readers[sizes[1]], sizes[1])
    for name in planned[small]:
        measured = {size: Measured() for size in sizes}
        shown = {size: rows_shown(databases, planned[size][name], readers[size], size) for size in sizes}
        more = shown[sizes[1]] > shown[small]
        alike = Measured() if more else measured[small]
        for turn in range(WARM + (NEXTS if name.endswith("next") else TIMES)):
            asked = [(size, name, measured[size]) for size in sizes]
            if more:
                asked.append((small, LIST, alike))
            for size, page, kept in asked:
                databases.use(size)
                with rows_a_page(shown[sizes[1]] if kept is alike and more else ROWS):
                    took = once(planned[size][page], readers[size])
                if turn >= WARM:
                    kept.times.append(took)
        measured[sizes[1]].cold = cold[name]
        for size in sizes:
            databases.use(size)
            with CaptureQueriesContext(connection) as captured:
                planned[size][name](readers[size])
            measured[size].queries = len(captured)
        found[name] = Page(measured, alike)
    return found


def rows_shown(databases: Databases, open_page: Visit, reader: Reader, size: str) -> int:
    """Return how many rows a list has on a page; other pages have none."""
    databases.use(size)
    return open_page(reader).count(ROW)


@contextlib.contextmanager
def rows_a_page(count: int) -> Iterator[None]:
    """Let lists show so many rows."""
    before = ListPage.page_size
    ListPage.page_size = count
    try:
        yield
    finally:
        ListPage.page_size = before


def coldly(databases: Databases, planned: dict[str, Visit], reader: Reader, size: str) -> dict[str, float]:
    """Return how long each page takes the first time, with a server that has just been started and read nothing."""
    found = {}
    for name, open_page in planned.items():
        databases.chill()
        databases.use(size)
        connection.ensure_connection()
        found[name] = once(open_page, reader)
    return found


def once(open_page: Visit, reader: Reader) -> float:
    """Return how many milliseconds one visit takes."""
    began = time.perf_counter()
    open_page(reader)
    return (time.perf_counter() - began) * 1000
