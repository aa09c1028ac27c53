"""Writing needs from the temporary table `chunk` of an import, all at once."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from crm_site.lib.text import search_text, sort_key
from crm_site.numbering.sequences import next_number
from customers.services.timeline import insert_activities
from sales.models import Opportunity
from sales.services.linking_deals import DealLinks
from sales.services.needs.editing import PREFIX, SEQUENCE
from sales.services.needs.indexing import index_needs

if TYPE_CHECKING:
    from crm_site.staff.models import User

Execute = Callable[..., int]
Rows = Callable[..., list[tuple[Any, ...]]]

# What a row says of a need that ended, and of one that is open.
ENDS = "coalesce(c.status, {0}) IN ('addressed', 'declined')"
INSERT = f"""
INSERT INTO sales_need (id, number, title, text, customer_id, category_id, priority, product_id, status,
    opportunity_id, stated_at, confirmed_at, closed_at, close_note, search_text, sort_key, owner_id, team_id, version,
    created_at, updated_at)
SELECT c.record_id, c.number, c.title, coalesce(c.text, ''), c.customer_record, c.category_record,
    coalesce(c.priority, 'normal'), c.product_record, coalesce(c.status, 'stated'), c.deal_record,
    coalesce(c.stated_at, now()), CASE WHEN c.status = 'confirmed' THEN coalesce(c.stated_at, now()) END,
    CASE WHEN {ENDS.format("'stated'")} THEN coalesce(c.closed_at, c.stated_at, now()) END,
    CASE WHEN {ENDS.format("'stated'")} THEN coalesce(c.close_note, '') ELSE '' END, c.search_text, c.sort_key,
    c.owner_record, c.team_record, 1, now(), now()
FROM chunk c WHERE c.is_new
"""
FACTS = (
    "title", "text", "category_id", "priority", "product_id", "status", "opportunity_id", "stated_at", "confirmed_at",
    "closed_at", "close_note",
)  # fmt: skip
GIVEN = f"""
SELECT c.record_id, c.title, coalesce(c.text, n.text) AS text,
    coalesce(c.category_record, n.category_id) AS category_id, coalesce(c.priority, n.priority) AS priority,
    coalesce(c.product_record, n.product_id) AS product_id, coalesce(c.status, n.status) AS status,
    coalesce(c.deal_record, n.opportunity_id) AS opportunity_id, coalesce(c.stated_at, n.stated_at) AS stated_at,
    CASE WHEN c.status = 'confirmed' THEN coalesce(n.confirmed_at, now()) ELSE n.confirmed_at END AS confirmed_at,
    CASE WHEN {ENDS.format("n.status")} THEN coalesce(c.closed_at, n.closed_at, now()) END AS closed_at,
    CASE WHEN {ENDS.format("n.status")} THEN coalesce(c.close_note, n.close_note) ELSE '' END AS close_note
FROM chunk c JOIN sales_need n ON n.id = c.record_id WHERE NOT c.is_new
"""
TOLD = """
SELECT n.customer_id, 'need.stated', n.stated_at, NULL::bigint, 'need', n.id,
    jsonb_build_object('title', n.title, 'number', n.number), n.text
FROM chunk c JOIN sales_need n ON n.id = c.record_id WHERE c.is_new
"""


class NeedLoader:
    """Writes the needs of one chunk; `execute` and `rows` run SQL in the chunk's transaction."""

    def __init__(self, execute: Execute, rows: Rows, user: User | None) -> None:
        self.execute = execute
        self.rows = rows
        self.user = user
        self.links = DealLinks(execute, rows, user)

    def match(self) -> None:
        """Find the needs that exist already, by number."""
        self.execute(
            "UPDATE chunk SET record_id = n.id FROM sales_need n WHERE n.number = chunk.number "
            "AND chunk.record_id IS NULL"
        )
        self.execute("UPDATE chunk SET customer_record = n.customer_id FROM sales_need n WHERE n.id = chunk.record_id")

    def link_deals(self) -> None:
        """Find the deals by number: those that the importer sees, of the same customer or organisation."""
        seen = Opportunity.objects.all() if self.user is None else Opportunity.objects.visible_to(self.user)
        statement, params = seen.order_by().values("pk").query.sql_with_params()
        self.execute(
            "UPDATE chunk SET deal_record = o.id FROM sales_opportunity o, customers_customer k, customers_customer d "
            "WHERE o.number = chunk.opportunity AND k.id = chunk.customer_record AND d.id = o.customer_id AND "
            "(k.id = d.id OR k.organisation_id = d.id OR d.organisation_id = k.id OR "
            f"k.organisation_id = d.organisation_id) AND o.id IN ({statement})",
            *params,
        )

    def place(self) -> None:
        """Give each row its category, owner and team; make the categories that nobody knows."""
        self.execute(
            "INSERT INTO sales_needcategory (name, name_zh, position, is_active, version) SELECT min(category), '', "
            "100, true, 1 FROM chunk WHERE category IS NOT NULL AND NOT EXISTS (SELECT FROM sales_needcategory g "
            "WHERE lower(chunk.category) IN (lower(g.name), lower(g.name_zh))) GROUP BY lower(category)"
        )
        self.execute(
            "UPDATE chunk SET category_record = g.id FROM sales_needcategory g "
            "WHERE lower(chunk.category) IN (lower(g.name), lower(g.name_zh))"
        )
        if self.user is not None:
            self.execute(
                "UPDATE chunk SET owner_record = %s WHERE owner_record IS NULL AND record_id IS NULL", self.user.pk
            )
        self.execute("UPDATE chunk SET team_record = u.team_id FROM staff_user u WHERE u.id = owner_record")

    def create(self) -> int:
        """Create the rows without a record, with their timeline entries; return how many."""
        self.execute(
            "UPDATE chunk SET record_id = nextval(pg_get_serial_sequence('sales_need', 'id')), is_new = true "
            "WHERE record_id IS NULL"
        )
        for (line,) in self.rows("SELECT line FROM chunk WHERE is_new AND number IS NULL ORDER BY line"):
            self.execute("UPDATE chunk SET number = %s WHERE line = %s", next_number(PREFIX, SEQUENCE), line)
        found = self.rows(
            "SELECT c.line, c.number, c.title, coalesce(c.text, ''), k.name FROM chunk c "
            "JOIN customers_customer k ON k.id = c.customer_record WHERE c.is_new"
        )
        self.execute(
            "UPDATE chunk SET search_text = d.text, sort_key = d.key FROM unnest(%s::bigint[], %s::text[], %s::text[]) "
            "AS d(line, text, key) WHERE d.line = chunk.line",
            [row[0] for row in found],
            [search_text(row[1:]) for row in found],
            [sort_key(row[2])[:200] for row in found],
        )
        created = self.execute(INSERT)
        insert_activities(TOLD, [])
        return created

    def update(self) -> None:
        """Write what the file says of known needs; an empty cell leaves the value as it is."""
        pairs = ", ".join(f"{name} = g.{name}" for name in FACTS)
        now, given = ", ".join(f"n.{name}" for name in FACTS), ", ".join(f"g.{name}" for name in FACTS)
        changed = self.execute(
            f"WITH done AS (UPDATE sales_need n SET {pairs}, version = n.version + 1, updated_at = now() "
            f"FROM ({GIVEN}) g WHERE n.id = g.record_id AND ({now}) IS DISTINCT FROM ({given}) RETURNING n.id) "
            "UPDATE chunk SET changed = true FROM done WHERE done.id = chunk.record_id"
        )
        if changed:
            index_needs(row[0] for row in self.rows("SELECT record_id FROM chunk WHERE changed AND NOT is_new"))
