"""Set-based writing of customers from a temporary table `chunk`, for imports of any app.

The table has `line`, `record_id`, `is_new`, and whichever of the fact columns the file brings.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from crm_site.lib.text import search_text, sort_key
from customers.models import Customer
from customers.services.contacts import ADDRESS_PARTS
from customers.services.indexing import customer_search_text

if TYPE_CHECKING:
    from crm_site.staff.models import User

Execute = Callable[..., int]
Rows = Callable[..., list[tuple[Any, ...]]]

FACTS = (
    "kind", "name", "given_name", "family_name", "job_title", "identifier", "birth_date", "industry",
    "website", "source", "country",
)  # fmt: skip
CONTACTS = ("email", "phone", "wechat")

INSERT = """
INSERT INTO customers_customer (id, kind, name, given_name, family_name, reference, organisation_id, job_title,
    birth_date, identifier, industry, website, source, country, language, time_zone, stage, owner_id, team_id,
    version, created_at, updated_at, search_text, sort_key)
SELECT record_id, COALESCE(kind, 'person'), name, COALESCE(given_name, ''), COALESCE(family_name, ''),
    COALESCE(reference, ''), organisation_id, COALESCE(job_title, ''), birth_date, COALESCE(identifier, ''),
    COALESCE(industry, ''), COALESCE(website, ''), COALESCE(source, ''), COALESCE(country, ''), '', '',
    'prospect', owner_id, team_id, 1, now(), now(), search_text, sort_key
FROM chunk WHERE is_new
"""

FIGURES = """
WITH fresh AS (SELECT record_id FROM chunk WHERE is_new), metrics AS (
    INSERT INTO customers_customermetrics (customer_id, orders_count, credits_count, net_revenue, last_order_key)
    SELECT record_id, 0, 0, 0, 0 FROM fresh)
INSERT INTO customers_customerscore (customer_id, segment, clv, tier) SELECT record_id, '', 0, '' FROM fresh
"""


class CustomerLoader:
    """Writes the customers of one chunk; `execute` and `rows` run SQL in the chunk's transaction."""

    def __init__(self, execute: Execute, rows: Rows, user: User | None) -> None:
        self.execute = execute
        self.rows = rows
        self.user = user

    def prepare_names(self) -> None:
        """Fill the display name from what the row has, and add the columns that are derived."""
        self.execute(
            "UPDATE chunk SET name = COALESCE(name, NULLIF(CASE WHEN concat(family_name, given_name) ~ '[一-鿿]' "
            "THEN concat(family_name, given_name) ELSE concat_ws(' ', given_name, family_name) END, ''), "
            "organisation, email, reference), kind = COALESCE(kind, CASE WHEN organisation IS NOT NULL AND "
            "COALESCE(name, given_name, family_name) IS NULL THEN 'organisation' END)"
        )
        self.execute(
            "ALTER TABLE chunk ADD organisation_id bigint, ADD owner_id bigint, ADD team_id bigint, "
            "ADD search_text text, ADD sort_key text, ADD changed boolean NOT NULL DEFAULT false"
        )

    def write(self, facts: Sequence[str]) -> tuple[int, int]:
        """Create rows without `record_id`, update the others' `facts`; return both counts."""
        self._assign()
        self._link_organisations()
        created = self.execute(
            "UPDATE chunk SET record_id = nextval(pg_get_serial_sequence('customers_customer', 'id')), "
            "is_new = true WHERE record_id IS NULL"
        )
        self._derive("is_new")
        self.execute(INSERT)
        self.execute(FIGURES)
        self._update(facts)
        self._write_contacts()
        self._write_addresses()
        self.execute("UPDATE chunk SET changed = false WHERE is_new")
        updated = self._reindex()
        return created, updated

    def unchanged(self) -> int:
        """Return how many rows of the chunk said nothing new."""
        return int(self.rows("SELECT count(*) FROM chunk WHERE NOT is_new AND NOT changed")[0][0])

    def _assign(self) -> None:
        """Give new customers the owner the row names, else the importer."""
        self.execute(
            "UPDATE chunk SET owner_id = u.id, team_id = u.team_id FROM staff_user u "
            "WHERE lower(u.email) = chunk.owner AND u.is_active"
        )
        if self.user is not None:
            self.execute(
                "UPDATE chunk SET owner_id = %s, team_id = %s WHERE owner_id IS NULL AND record_id IS NULL",
                self.user.pk,
                self.user.team_id,
            )

    def _link_organisations(self) -> None:
        """Find the organisation a person works for by its exact name, visible or created here."""
        self.execute(
            "UPDATE chunk SET organisation_id = o.id FROM (SELECT DISTINCT ON (name) id, name FROM "
            "customers_customer WHERE kind = 'organisation' AND name IN (SELECT organisation FROM chunk) "
            "ORDER BY name, id) o WHERE o.name = chunk.organisation AND chunk.kind IS DISTINCT FROM 'organisation'"
        )
        missing = self.rows(
            "SELECT DISTINCT organisation FROM chunk WHERE organisation IS NOT NULL AND organisation_id IS NULL "
            "AND kind IS DISTINCT FROM 'organisation'"
        )
        if not missing:
            return
        from customers.services.editing import create_customer

        for (name,) in missing:
            made = create_customer({"kind": "organisation", "name": name}, self.user)
            self.execute(
                "UPDATE chunk SET organisation_id = %s WHERE organisation = %s AND organisation_id IS NULL",
                made.pk,
                name,
            )

    def _derive(self, condition: str) -> None:
        found = self.rows(
            f"SELECT line, name, reference, identifier, email, phone, wechat FROM chunk WHERE {condition}"
        )
        lines = [row[0] for row in found]
        texts = [search_text([part or "" for part in row[1:]]) for row in found]
        keys = [sort_key(row[1])[:200] for row in found]
        self.execute(
            "UPDATE chunk SET search_text = d.text, sort_key = d.key FROM "
            "unnest(%s::int[], %s::text[], %s::text[]) AS d(line, text, key) WHERE d.line = chunk.line",
            lines,
            texts,
            keys,
        )

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

    def _write_contacts(self) -> None:
        for kind in CONTACTS:
            self.execute(
                "WITH done AS (INSERT INTO customers_contactpoint (customer_id, kind, value, normal, is_primary) "
                f"SELECT DISTINCT ON (record_id) record_id, %s, {kind}, lower({kind}), NOT EXISTS (SELECT 1 FROM "
                "customers_contactpoint p WHERE p.customer_id = record_id AND p.kind = %s AND p.is_primary) "
                f"FROM chunk WHERE {kind} IS NOT NULL ORDER BY record_id ON CONFLICT DO NOTHING RETURNING customer_id) "
                "UPDATE chunk SET changed = true FROM done WHERE done.customer_id = record_id",
                kind,
                kind,
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
            "UPDATE chunk SET changed = true FROM done WHERE done.customer_id = record_id"
        )

    def _reindex(self) -> int:
        """Derive the search text of changed customers again; return how many there are."""
        ids = [row[0] for row in self.rows("SELECT record_id FROM chunk WHERE changed")]
        changed = list(Customer.objects.filter(pk__in=ids).prefetch_related("contact_points"))
        for customer in changed:
            points = [(point.value, point.normal) for point in customer.contact_points.all()]
            customer.search_text = customer_search_text(customer.name, customer.reference, customer.identifier, points)
            customer.sort_key = sort_key(customer.name)[:200]
        Customer.objects.bulk_update(changed, ("search_text", "sort_key"), batch_size=1000)
        return len(changed)


def create_named_customers(execute: Execute, rows: Rows, user: User | None) -> int:
    """Create the customers that the table `chunk_customers` (reference, name, country) names and nobody knows.

    Returns how many were created; races with other imports end in the unique reference, not in doubles.
    """
    missing = rows(
        "SELECT n.reference, n.name, n.country FROM chunk_customers n WHERE NOT EXISTS "
        "(SELECT 1 FROM customers_customer c WHERE c.reference = n.reference)"
    )
    if not missing:
        return 0
    names = [name or reference for reference, name, country in missing]
    created = rows(
        "INSERT INTO customers_customer (kind, name, given_name, family_name, reference, job_title, identifier, "
        "industry, website, source, country, language, time_zone, stage, owner_id, team_id, version, created_at, "
        "updated_at, search_text, sort_key) SELECT 'person', name, '', '', reference, '', '', '', '', 'import', "
        "country, '', '', 'prospect', %s, %s, 1, now(), now(), search, key FROM unnest(%s::text[], %s::text[], "
        "%s::text[], %s::text[], %s::text[]) AS n(reference, name, country, search, key) "
        "ON CONFLICT (reference) WHERE NOT (reference = '') DO NOTHING RETURNING id",
        user.pk if user else None,
        user.team_id if user else None,
        [row[0] for row in missing],
        names,
        [row[2] or "" for row in missing],
        [search_text([name, row[0]]) for name, row in zip(names, missing, strict=True)],
        [sort_key(name)[:200] for name in names],
    )
    ids = [row[0] for row in created]
    create_figures(execute, ids)
    return len(ids)


def create_figures(execute: Execute, ids: list[int]) -> None:
    """Give new customers their rows of figures, empty as yet."""
    execute(
        "INSERT INTO customers_customermetrics (customer_id, orders_count, credits_count, net_revenue, "
        "last_order_key) SELECT unnest(%s::bigint[]), 0, 0, 0, 0",
        ids,
    )
    execute(
        "INSERT INTO customers_customerscore (customer_id, segment, clv, tier) SELECT unnest(%s::bigint[]), '', 0, ''",
        ids,
    )
