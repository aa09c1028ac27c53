"""Set-based writing of customers from a temporary table `chunk`, for imports of any app."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol

from crm_site.lib.text import search_text, sort_key
from customers.models import Customer
from customers.services.contacts import ADDRESS_PARTS
from customers.services.import_naming import Execute, Rows, create_figures
from customers.services.indexing import customer_search_text

if TYPE_CHECKING:
    from crm_site.staff.models import User

FACTS = (
    "kind", "name", "given_name", "family_name", "job_title", "role", "gender", "identifier", "birth_date", "industry",
    "website", "source", "country",
)  # fmt: skip
CONTACTS = ("email", "phone", "wechat")

INSERT = """
INSERT INTO customers_customer (id, kind, name, given_name, family_name, reference, organisation_id, job_title,
    role, gender, birth_date, identifier, industry, website, source, country, language, time_zone, stage, owner_id,
    team_id, version, created_at, updated_at, search_text, sort_key)
SELECT record_id, COALESCE(kind, 'person'), full_name, COALESCE(given_name, ''), COALESCE(family_name, ''),
    COALESCE(reference, ''), organisation_id, COALESCE(job_title, ''),
    COALESCE(role, ''), COALESCE(gender, ''), birth_date, COALESCE(identifier, ''),
    COALESCE(industry, ''), COALESCE(website, ''), COALESCE(source, ''), COALESCE(country, ''), '', '',
    'prospect', owner_id, team_id, 1, COALESCE(created_at, now()), now(), COALESCE(search_text, ''),
    COALESCE(sort_key, '')
FROM chunk WHERE is_new
"""

# One statement for both figures, each in the order of the customers.
FIGURES = """
WITH fresh AS (SELECT record_id FROM chunk WHERE is_new), metrics AS (
    INSERT INTO customers_customermetrics (customer_id, orders_count, credits_count, net_revenue, last_order_key)
    SELECT record_id, 0, 0, 0, 0 FROM fresh)
INSERT INTO customers_customerscore (customer_id, segment, clv, tier) SELECT record_id, '', 0, '' FROM fresh
"""

NEW_CONTACTS = """
INSERT INTO customers_contactpoint (customer_id, kind, value, normal, is_primary)
SELECT record_id, p.kind, p.value, lower(p.value), p.is_primary FROM chunk CROSS JOIN LATERAL (
    VALUES ('email', email, true), ('phone', phone, true), ('wechat', wechat, true)) AS p(kind, value, is_primary)
WHERE is_new AND p.value IS NOT NULL
"""

MORE_CONTACTS = """
WITH done AS (INSERT INTO customers_contactpoint (customer_id, kind, value, normal, is_primary)
    SELECT record_id, %s, m, lower(m), false FROM chunk CROSS JOIN LATERAL unnest({more}) AS m WHERE {more} IS NOT NULL
    ON CONFLICT DO NOTHING RETURNING customer_id)
UPDATE chunk SET changed = true FROM done WHERE done.customer_id = record_id AND NOT is_new
"""

KNOWN_CONTACTS = """
WITH done AS (INSERT INTO customers_contactpoint (customer_id, kind, value, normal, is_primary)
    SELECT DISTINCT ON (record_id) record_id, %s, {kind}, lower({kind}), NOT EXISTS (SELECT 1 FROM
        customers_contactpoint p WHERE p.customer_id = record_id AND p.kind = %s AND p.is_primary)
    FROM chunk WHERE {kind} IS NOT NULL AND NOT is_new ORDER BY record_id ON CONFLICT DO NOTHING RETURNING customer_id)
UPDATE chunk SET changed = true FROM done WHERE done.customer_id = record_id
"""

NOTES = """
INSERT INTO customers_activity (customer_id, verb, occurred_at, actor_id, subject_kind, subject_id, data, body)
SELECT record_id, 'customer.note', COALESCE(created_at, now()), %s, '', NULL,
    jsonb_build_object('by', %s::text), note_body
FROM chunk WHERE note_body IS NOT NULL AND NOT EXISTS (SELECT 1 FROM customers_activity a
    WHERE a.customer_id = record_id AND a.verb = 'customer.note' AND a.body = note_body)
"""


class LoadedChunk(Protocol):
    """What the loader needs of a chunk: SQL in its transaction, who imports, and which columns there are."""

    @property
    def execute(self) -> Execute:
        """Run one statement."""
        ...

    @property
    def rows(self) -> Rows:
        """Run a query."""
        ...

    @property
    def user(self) -> User | None:
        """Who imports."""
        ...

    def is_mapped(self, name: str) -> bool:
        """Tell whether the file has that field."""
        ...

    def assign_person(self, field: str, column: str) -> None:
        """Resolve the colleague named in a field."""
        ...

    def write_custom(self) -> None:
        """Write the custom fields that the file brings."""
        ...


class CustomerLoader:
    """Writes the customers of one chunk."""

    def __init__(self, chunk: LoadedChunk) -> None:
        self.chunk = chunk
        self.execute = chunk.execute
        self.rows = chunk.rows
        self.user = chunk.user

    def write(self, facts: Sequence[str]) -> tuple[int, int]:
        """Create rows without `record_id`, update the others' `facts`; return both counts."""
        self._assign()
        self._link_organisations()
        created = self.execute(
            "UPDATE chunk SET record_id = nextval('customers_customer_id_seq'), is_new = true WHERE record_id IS NULL"
        )
        if self.chunk.is_mapped("organisation"):
            self._link_within()
        known = self.unchanged()
        if created:
            self.execute(INSERT)
            self.execute(FIGURES)
            self.execute(NEW_CONTACTS)
        if known:
            self._update(facts)
            for kind in CONTACTS:
                if self.chunk.is_mapped(kind):
                    self.execute(KNOWN_CONTACTS.format(kind=kind), kind, kind)
        for kind in ("email", "phone"):
            if self.chunk.is_mapped(kind):
                self.execute(MORE_CONTACTS.format(more=f"more_{kind}"), kind)
        if any(self.chunk.is_mapped(name) for name in ADDRESS_PARTS):
            self._write_addresses()
        if self.chunk.is_mapped("note") or self.chunk.is_mapped("revenue"):
            by = self.user.short_name if self.user else ""
            self.execute(NOTES, self.user.pk if self.user else None, by)
        self.chunk.write_custom()
        self.execute("UPDATE chunk SET changed = false WHERE is_new AND changed")
        return created, self._reindex() if known else 0

    def unchanged(self) -> int:
        """Return how many rows of the chunk said nothing new."""
        return int(self.rows("SELECT count(*) FROM chunk WHERE NOT is_new AND NOT changed")[0][0])

    def _assign(self) -> None:
        """Give new customers the owner the row names, else the importer."""
        if self.chunk.is_mapped("owner"):
            self.chunk.assign_person("owner", "owner_id")
            self.execute("UPDATE chunk SET team_id = u.team_id FROM staff_user u WHERE u.id = owner_id")
        if self.user is not None:
            self.execute(
                "UPDATE chunk SET owner_id = %s, team_id = %s WHERE owner_id IS NULL AND record_id IS NULL",
                self.user.pk,
                self.user.team_id,
            )

    def _link_organisations(self) -> None:
        """Find what somebody belongs to by its exact name, and create what neither we nor these rows know."""
        if not self.chunk.is_mapped("organisation"):
            return
        missing = [
            row[0]
            for row in self.rows(
                "SELECT DISTINCT organisation FROM chunk WHERE organisation <> full_name AND organisation_id IS NULL "
                "AND NOT EXISTS (SELECT FROM chunk o WHERE o.kind = 'organisation' "
                "AND o.full_name = chunk.organisation)"
            )
        ]
        if not missing:
            return
        # By sort key, which has an index; the name itself has none.
        known: dict[str, int] = dict(
            self.rows(
                "SELECT DISTINCT ON (c.name) c.name, c.id FROM unnest(%s::text[], %s::text[]) AS n(name, key) "
                "JOIN customers_customer c ON c.sort_key = n.key AND c.name = n.name AND c.kind = 'organisation' "
                "ORDER BY c.name, c.id",
                missing,
                [sort_key(name)[:200] for name in missing],
            )
        )
        known |= self._create_organisations([name for name in missing if name not in known])
        self.execute(
            "UPDATE chunk SET organisation_id = o.id FROM unnest(%s::text[], %s::bigint[]) AS o(name, id) "
            "WHERE o.name = organisation AND organisation <> full_name AND organisation_id IS NULL",
            list(known),
            list(known.values()),
        )

    def _link_within(self) -> None:
        """Link rows to organisations that come in the same file; they have their keys, if no rows as yet."""
        self.execute(
            "UPDATE chunk SET organisation_id = o.record_id FROM (SELECT full_name, min(record_id) AS record_id "
            "FROM chunk WHERE kind = 'organisation' GROUP BY 1) o WHERE o.full_name = organisation "
            "AND organisation <> chunk.full_name AND organisation_id IS NULL AND o.record_id <> chunk.record_id"
        )

    def _create_organisations(self, names: list[str]) -> dict[str, int]:
        if not names:
            return {}
        made = self.rows(
            "INSERT INTO customers_customer (kind, name, given_name, family_name, reference, job_title, identifier, "
            "industry, website, source, country, language, time_zone, stage, owner_id, team_id, version, created_at, "
            "updated_at, search_text, sort_key) SELECT 'organisation', name, '', '', '', '', '', '', '', '', '', '', "
            "'', 'prospect', %s, %s, 1, now(), now(), search, key FROM unnest(%s::text[], %s::text[], %s::text[]) "
            "AS n(name, search, key) RETURNING name, id",
            self.user.pk if self.user else None,
            self.user.team_id if self.user else None,
            names,
            [search_text([name]) for name in names],
            [sort_key(name)[:200] for name in names],
        )
        create_figures(self.execute, [pk for _name, pk in made])
        return dict(made)

    def _update(self, facts: Sequence[str]) -> None:
        """Write the given facts of known customers; an empty cell leaves the value as it is."""
        columns = [*facts, "organisation_id", "owner_id", "team_id"]
        pairs = ", ".join(f"{name} = COALESCE(chunk.{name}, c.{name})" for name in columns)
        differs = " OR ".join(
            f"(chunk.{name} IS NOT NULL AND chunk.{name} IS DISTINCT FROM c.{name})" for name in columns
        )
        self.execute(
            f"WITH done AS (UPDATE customers_customer c SET {pairs}, version = c.version + 1, updated_at = now() "
            f"FROM chunk WHERE c.id = chunk.record_id AND NOT chunk.is_new AND ({differs}) RETURNING c.id) "
            "UPDATE chunk SET changed = true FROM done WHERE done.id = chunk.record_id"
        )

    def _write_addresses(self) -> None:
        parts = ", ".join(f"COALESCE({name}, '')" for name in (*ADDRESS_PARTS, "country"))
        columns = ", ".join(ADDRESS_PARTS)
        filled = " OR ".join(f"{name} IS NOT NULL" for name in ADDRESS_PARTS)
        same = " AND ".join(f"a.{name} = COALESCE(chunk.{name}, '')" for name in (*ADDRESS_PARTS, "country"))
        self.execute(
            f"WITH done AS (INSERT INTO customers_address (customer_id, {columns}, country, is_primary) "
            f"SELECT record_id, {parts}, NOT EXISTS (SELECT 1 FROM customers_address a WHERE "
            f"a.customer_id = record_id AND a.is_primary) FROM chunk WHERE ({filled}) AND NOT EXISTS "
            f"(SELECT 1 FROM customers_address a WHERE a.customer_id = record_id AND {same}) RETURNING customer_id) "
            "UPDATE chunk SET changed = true FROM done WHERE done.customer_id = record_id AND NOT is_new"
        )

    def _reindex(self) -> int:
        """Derive the search text of changed customers again; return how many there are."""
        ids = [row[0] for row in self.rows("SELECT record_id FROM chunk WHERE changed")]
        changed = list(Customer.objects.filter(pk__in=ids).prefetch_related("contact_points"))
        texts = []
        for customer in changed:
            points = [(point.value, point.normal) for point in customer.contact_points.all()]
            texts.append(customer_search_text(customer.name, customer.reference, customer.identifier, points))
        self.execute(
            "UPDATE customers_customer c SET search_text = d.text, sort_key = d.key FROM unnest(%s::bigint[], "
            "%s::text[], %s::text[]) AS d(id, text, key) WHERE c.id = d.id "
            "AND (c.search_text, c.sort_key) IS DISTINCT FROM (d.text, d.key)",
            [customer.pk for customer in changed],
            texts,
            [sort_key(customer.name)[:200] for customer in changed],
        )
        return len(changed)
