"""Finding the products and customers that the deals of an import name, and making those nobody knows.

They stand in the temporary table `chunk`: `product` and `product_record`, `customer_id` (a reference), `customer_name`
and `customer_record`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from crm_site.lib.text import search_text, sort_key
from customers.services.import_naming import create_figures
from sales.services.importing import create_named_products

if TYPE_CHECKING:
    from crm_site.staff.models import User

Execute = Callable[..., int]
Rows = Callable[..., list[tuple[Any, ...]]]

# Without letters and figures nothing is left of a word: "GTXPro" and "GTX Pro" are the same product.
SQUASHED = "regexp_replace(lower({}), '[^[:alnum:]]', '', 'g')"


class DealLinks:
    """Links the rows of one chunk; `execute` and `rows` run SQL in the chunk's transaction."""

    def __init__(self, execute: Execute, rows: Rows, user: User | None) -> None:
        self.execute = execute
        self.rows = rows
        self.user = user

    def link_products(self) -> None:
        """Find products by code, or by a name that is spelled alike: case, spaces and signs do not count."""
        self.execute(
            "UPDATE chunk SET product_record = p.id FROM sales_product p WHERE p.sku = chunk.product "
            "AND product_record IS NULL"
        )
        left = "SELECT 1 FROM chunk WHERE product IS NOT NULL AND product_record IS NULL LIMIT 1"
        if self.rows(left):
            self.execute(
                f"UPDATE chunk SET product_record = p.id FROM (SELECT word, min(id) AS id FROM (SELECT DISTINCT id, "
                f"unnest(ARRAY[{SQUASHED.format('sku')}, {SQUASHED.format('name')}]) AS word FROM sales_product) words "
                f"WHERE word <> '' GROUP BY word HAVING count(*) = 1) p "
                f"WHERE product_record IS NULL AND p.word = {SQUASHED.format('chunk.product')}"
            )

    def make_products(self) -> int:
        """Create the products nobody knows; return how many."""
        self.link_products()
        left = self.rows(
            "SELECT DISTINCT ON (lower(product)) left(product, 64), product, 0::numeric FROM chunk "
            "WHERE product IS NOT NULL AND product_record IS NULL ORDER BY lower(product)"
        )
        return create_named_products(self.rows, left)

    def link_customers(self) -> None:
        """Find customers by reference, or else by their exact name, organisations first."""
        self.execute(
            "UPDATE chunk SET customer_record = c.id FROM customers_customer c WHERE customer_record IS NULL "
            "AND c.reference = chunk.customer_id AND c.reference <> ''"
        )
        names = self._nameless()
        if names:
            self.execute(
                "UPDATE chunk SET customer_record = f.id FROM (SELECT DISTINCT ON (n.name) n.name, c.id "
                "FROM unnest(%s::text[], %s::text[]) AS n(name, key) JOIN customers_customer c ON c.sort_key = n.key "
                "AND lower(c.name) = lower(n.name) ORDER BY n.name, c.kind, c.id) f "
                "WHERE f.name = customer_name AND customer_record IS NULL AND customer_id IS NULL",
                names,
                [sort_key(name)[:200] for name in names],
            )

    def make_customers(self) -> int:
        """Create the organisations that are named and nobody knows; return how many."""
        wanted = self.rows(
            "SELECT DISTINCT ON (coalesce(customer_id, lower(customer_name))) coalesce(customer_name, customer_id), "
            "coalesce(customer_id, '') FROM chunk WHERE customer_record IS NULL "
            "AND coalesce(customer_id, customer_name) IS NOT NULL ORDER BY coalesce(customer_id, lower(customer_name))"
        )
        if not wanted:
            return 0
        names = [name for name, _reference in wanted]
        made = self.rows(
            "INSERT INTO customers_customer (kind, name, given_name, family_name, reference, job_title, identifier, "
            "industry, website, source, country, language, time_zone, stage, owner_id, team_id, version, created_at, "
            "updated_at, search_text, sort_key) SELECT 'organisation', name, '', '', reference, '', '', '', '', "
            "'import', '', '', '', 'prospect', %s, %s, 1, now(), now(), search, key FROM unnest(%s::text[], "
            "%s::text[], %s::text[], %s::text[]) AS n(name, reference, search, key) RETURNING id",
            self.user.pk if self.user else None,
            self.user.team_id if self.user else None,
            names,
            [reference for _name, reference in wanted],
            [search_text([name, reference]) for name, reference in wanted],
            [sort_key(name)[:200] for name in names],
        )
        create_figures(self.execute, [row[0] for row in made])
        self.link_customers()
        return len(made)

    def _nameless(self) -> list[str]:
        found = self.rows(
            "SELECT DISTINCT customer_name FROM chunk WHERE customer_name IS NOT NULL AND customer_record IS NULL "
            "AND customer_id IS NULL"
        )
        return [row[0] for row in found]
