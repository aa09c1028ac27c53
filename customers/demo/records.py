"""The demo company's customers: persons and organisations of six countries, with what was noted of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from crm_site.demo.helping import pipeline
from crm_site.demo.registry import register_part
from crm_site.demo.writing import CHUNK, HISTORY_DAYS
from crm_site.lib.text import sort_key
from customers.choices import ContactKind, CustomerKind, Stage
from customers.demo import names
from customers.demo.inventing import Invented, Inventor
from customers.models import Activity, Address, ContactPoint, Customer, Tag
from customers.services.import_naming import create_figures
from customers.services.indexing import customer_search_text
from customers.services.timeline import ACTIVITY_COLUMNS, activity_row

if TYPE_CHECKING:
    from crm_site.demo.writing import DemoWriter
    from crm_site.staff.models import User

CUSTOMER_COLUMNS = (
    "kind", "name", "given_name", "family_name", "reference", "organisation_id", "job_title", "birth_date",
    "identifier", "industry", "website", "source", "country", "language", "time_zone", "stage", "owner_id",
    "team_id", "version", "created_at", "updated_at", "search_text", "sort_key",
)  # fmt: skip
POINT_COLUMNS = ("customer_id", "kind", "value", "normal", "is_primary")
ADDRESS_COLUMNS = ("customer_id", "street", "district", "city", "region", "postal_code", "country", "is_primary")
Array = np.ndarray[Any, Any]
FoundBy = tuple[str, str, str, list[tuple[str, str]]]

DAY = 86_400
FOUNDERS = 0.35
UNOWNED = 0.04
NOTES_EACH = 0.7
# Of six organisations the fourth stands under the first, and the last under the fourth.
ABOVE = {4: 3, 0: 2}


@dataclass
class Chunk:
    """Customers that were made up and are not written yet; `found_by` is what their search texts are made of."""

    keys: range
    crowd: list[Invented]
    rows: list[tuple[Any, ...]]
    tagged: list[tuple[int, int]]
    entries: list[tuple[Any, ...]]
    found_by: list[FoundBy]


def indexed(found_by: list[FoundBy]) -> list[tuple[str, str]]:
    """Return search text and sort key of each, here or in a helper."""
    return [
        (customer_search_text(name, reference, identifier, points), sort_key(name)[:200])
        for name, reference, identifier, points in found_by
    ]


class CustomerPart:
    """Writes customers in the order in which they came, a chunk at a time."""

    def __init__(self, writer: DemoWriter) -> None:
        self.writer = writer
        self.chance = writer.chance("customers")
        self.inventor = Inventor(writer.chance("names"))
        self.owners: list[User] = writer.holding("rep", "rep", "rep", "team-lead")
        # Of everybody before: key and owner, which a person takes over from the organisation.
        self.keys: list[int] = []
        self.owned_by: list[User | None] = []
        # The organisations of each country, by their positions.
        self.firms: dict[str, list[int]] = {}
        self.tags = self._tags()

    def write(self) -> None:
        """Write them all."""
        arrivals = self._arrivals(self.writer.size.customers)
        with pipeline(self._write_chunk, is_large=self.writer.size.is_large) as line:
            for at in range(0, len(arrivals), CHUNK):
                chunk = self._invent_chunk(arrivals[at : at + CHUNK])
                line.give(indexed, chunk.found_by, chunk)
                self.writer.say(f"{len(self.keys):,} customers")

    def _arrivals(self, count: int) -> Array:
        """Return when each came, in seconds after the start: a founding crowd first, then more every month."""
        draws = self.chance.random(count)
        early = self.chance.random(count) < FOUNDERS
        days = np.where(early, draws * 75, 75 + (HISTORY_DAYS - 75.5) * draws**0.8)
        return np.sort(days) * DAY

    def _tags(self) -> list[int]:
        found = []
        for name in names.TAGS:
            tag, created = Tag.objects.get_or_create(name=name)
            if created:
                self.writer.mark(Tag, [tag.pk])
            found.append(tag.pk)
        return found

    def _invent_chunk(self, arrivals: Array) -> Chunk:
        writer, first = self.writer, len(self.keys)
        keys = writer.keys(Customer, len(arrivals))
        self.keys.extend(keys)
        crowd = [self.inventor.invent(first + place) for place in range(len(arrivals))]
        rows = [self._row(one, key, float(at)) for one, key, at in zip(crowd, keys, arrivals, strict=True)]
        draws = self.chance.random(len(keys))
        tagged = [
            (key, self.tags[int(draw * len(self.tags) * 4)])
            for key, draw in zip(keys, draws, strict=True)
            if draw < 0.25
        ]
        found_by = [
            (row[1], row[4], row[8], [(value, normal(kind, value)) for kind, value in one.points])
            for row, one in zip(rows, crowd, strict=True)
        ]
        return Chunk(keys, crowd, rows, tagged, self._entries(keys, arrivals, first), found_by)

    def _write_chunk(self, words: list[tuple[str, str]], chunk: Chunk) -> None:
        writer, keys = self.writer, chunk.keys
        rows = [(*row, *found) for row, found in zip(chunk.rows, words, strict=True)]
        writer.copy(Customer, CUSTOMER_COLUMNS, rows, keys)
        create_figures(writer.execute, list(keys))
        writer.copy(ContactPoint, POINT_COLUMNS, self._points(chunk.crowd, keys))
        addresses = [
            (key, one.street, one.city[2], one.city[0], one.city[1], one.postal_code, one.country.name, True)
            for one, key in zip(chunk.crowd, keys, strict=True)
        ]
        writer.copy(Address, ADDRESS_COLUMNS, addresses)
        writer.copy(Customer.tags.through, ("customer_id", "tag_id"), chunk.tagged)
        writer.copy(Activity, ACTIVITY_COLUMNS.split(", "), chunk.entries)

    def _row(self, one: Invented, key: int, arrived: float) -> tuple[Any, ...]:
        home = self._home(one)
        owner = self._owner(one, home)
        reference = f"GX-{key:06d}"
        at = self.writer.moment(arrived)
        return (
            one.kind, one.name, one.given, one.family, reference,
            None if home is None else self.keys[home], one.job_title, one.birth_date, one.identifier,
            one.industry, f"https://www.{one.domain}" if one.domain else "",
            self.inventor.pick(names.SOURCES), one.country.name, one.country.language, one.country.zone,
            Stage.PROSPECT.value, owner.pk if owner else None, owner.team_id if owner else None, 1, at, at,
        )  # fmt: skip

    def _home(self, one: Invented) -> int | None:
        """Return where a person works, and under which other every third organisation of a country stands."""
        if one.kind != CustomerKind.ORGANISATION:
            return one.home
        firms = self.firms.setdefault(one.country.code, [])
        firms.append(len(self.owned_by))
        above = ABOVE.get(len(firms) % 6)
        return None if above is None else firms[-1 - above]

    def _owner(self, one: Invented, home: int | None) -> User | None:
        drawn: User | None = None
        if one.home is None:
            drawn = None if self.chance.random() < UNOWNED else self.inventor.pick(self.owners)
        owner = drawn if home is None else self.owned_by[home]
        self.owned_by.append(owner)
        return owner

    def _points(self, crowd: list[Invented], keys: range) -> list[tuple[Any, ...]]:
        return [
            (key, kind, value, normal(kind, value), True)
            for one, key in zip(crowd, keys, strict=True)
            for kind, value in one.points
        ]

    def _entries(self, keys: range, arrivals: Array, first: int) -> list[tuple[Any, ...]]:
        """Begin every timeline, and put notes of the owners on some."""
        entries = []
        noted = self.chance.poisson(NOTES_EACH, len(keys))
        for place, (key, at) in enumerate(zip(keys, arrivals, strict=True)):
            entries.append(activity_row(key, "customer.created", self.writer.moment(at)))
            owner = self.owned_by[first + place]
            if owner is None:
                continue
            left = HISTORY_DAYS * DAY - at
            for share in self.chance.random(noted[place]):
                entries.append(
                    activity_row(
                        key,
                        "customer.note",
                        self.writer.moment(at + share * left),
                        actor_id=owner.pk,
                        data={"by": owner.short_name},
                        body=self.inventor.pick(names.NOTES),
                    )
                )
        return entries


def normal(kind: str, value: str) -> str:
    """Return the form that is compared; invented phone numbers are in E.164 already."""
    return value if kind == ContactKind.PHONE else value.lower()


@register_part
def write_customers(writer: DemoWriter) -> None:
    """Write the customers of the demo company."""
    CustomerPart(writer).write()
