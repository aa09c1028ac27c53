"""Writing leads from the temporary table `chunk` of an import: who asks is found or made, then all leads at once.

Who asks is taken in by the same service as single enquiries, a person at a time: it decides by several contact
points, waits for others who take in the same person, and links companies. The leads themselves are set-based.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from crm_site.lib.text import search_text, sort_key
from crm_site.numbering.sequences import next_number
from customers.services.timeline import insert_activities
from sales.models import Product
from sales.services.leads.capturing import Enquirer, find_enquirer, make_enquirer
from sales.services.leads.deadlines import lead_policy, promises
from sales.services.leads.editing import PREFIX, SEQUENCE

if TYPE_CHECKING:
    from crm_site.staff.models import User

Execute = Callable[..., int]
Rows = Callable[..., list[tuple[Any, ...]]]
ASKS = ("name", "given_name", "family_name", "company", "job_title", "email", "phone", "wechat", "country", "language")

INSERT = """
INSERT INTO sales_lead (id, number, title, customer_id, status, channel, source, campaign, came_from, message,
    product_id, language, region, received_at, response_due_at, touched_at, pooled_at, returns_at, score, grade,
    score_parts, close_note, search_text, sort_key, owner_id, team_id, version, created_at, updated_at)
SELECT c.record_id, c.number, coalesce(c.about, k.name), c.customer_record, 'new', coalesce(c.channel, 'import'),
    coalesce(c.source, %s), coalesce(c.campaign, ''), '{}', coalesce(c.message, ''), c.product_record,
    coalesce(c.language, ''), coalesce(c.region, ''), coalesce(c.received_at, now()), due.at,
    coalesce(c.received_at, now()), CASE WHEN c.owner_record IS NULL THEN now() END,
    CASE WHEN c.owner_record IS NOT NULL THEN now() + make_interval(days => %s) END, 0, 'cold', '[]', '',
    c.search_text, c.sort_key, c.owner_record, c.team_record, 1, now(), now()
FROM chunk c JOIN customers_customer k ON k.id = c.customer_record
LEFT JOIN unnest(%s::bigint[], %s::timestamptz[]) AS due(line, at) ON due.line = c.line WHERE c.is_new
"""
UPDATE = """
WITH done AS (
    UPDATE sales_lead l SET title = coalesce(c.about, l.title), source = coalesce(c.source, l.source),
        campaign = coalesce(c.campaign, l.campaign), message = coalesce(c.message, l.message),
        product_id = coalesce(c.product_record, l.product_id), region = coalesce(c.region, l.region),
        language = coalesce(c.language, l.language), version = l.version + 1, updated_at = now()
    FROM chunk c WHERE l.id = c.record_id AND NOT c.is_new AND
        (coalesce(c.about, l.title), coalesce(c.source, l.source), coalesce(c.campaign, l.campaign),
         coalesce(c.message, l.message), coalesce(c.product_record, l.product_id), coalesce(c.region, l.region),
         coalesce(c.language, l.language)) IS DISTINCT FROM
        (l.title, l.source, l.campaign, l.message, l.product_id, l.region, l.language)
    RETURNING l.id)
UPDATE chunk SET changed = true FROM done WHERE done.id = record_id
"""
TOLD = """
SELECT l.customer_id, 'lead.received', l.received_at, NULL::bigint, 'lead', l.id,
    jsonb_build_object('title', l.title, 'number', l.number), l.message
FROM chunk c JOIN sales_lead l ON l.id = c.record_id WHERE c.is_new
"""


class LeadLoader:
    """Writes the leads of one chunk; `execute` and `rows` run SQL in the chunk's transaction."""

    def __init__(self, execute: Execute, rows: Rows, user: User | None) -> None:
        self.execute = execute
        self.rows = rows
        self.user = user

    def match(self) -> None:
        """Find the leads that exist already, by number."""
        self.execute("UPDATE chunk SET record_id = l.id FROM sales_lead l WHERE l.number = chunk.number")

    def link_products(self) -> None:
        """Find products by code, or else by a name that only one has."""
        named = {str(sku): pk for pk, sku in Product.objects.values_list("pk", "sku")}
        wanted = [row[0] for row in self.rows("SELECT DISTINCT product FROM chunk WHERE product IS NOT NULL")]
        known = {word: named[word] for word in wanted if word in named}
        for word in wanted:
            found = list(Product.objects.filter(name__iexact=word).values_list("pk", flat=True)[:2])
            if word not in known and len(found) == 1:
                known[word] = found[0]
        self.execute(
            "UPDATE chunk SET product_record = p.id FROM unnest(%s::text[], %s::bigint[]) AS p(word, id) "
            "WHERE p.word = product",
            list(known),
            list(known.values()),
        )

    def link_customers(self) -> int:
        """Find or make who asks in each new row; return how many were made."""
        made, linked = 0, []
        columns = ", ".join(ASKS)
        for line, *said in self.rows(f"SELECT line, {columns} FROM chunk WHERE record_id IS NULL ORDER BY line"):
            asks = Enquirer(**{name: value or "" for name, value in zip(ASKS, said, strict=True)})
            customer = find_enquirer(asks)
            if customer is None:
                customer, made = make_enquirer(asks, {}, self.user), made + 1
            linked.append((line, customer.pk, customer.owner_id))
        self.execute(
            "UPDATE chunk SET customer_record = k.id, owner_record = coalesce(owner_record, k.owner) FROM "
            "unnest(%s::bigint[], %s::bigint[], %s::bigint[]) AS k(line, id, owner) WHERE k.line = chunk.line",
            [row[0] for row in linked],
            [row[1] for row in linked],
            [row[2] for row in linked],
        )
        self.execute("UPDATE chunk SET team_record = u.team_id FROM staff_user u WHERE u.id = owner_record")
        return made

    def create(self, source: str) -> int:
        """Create the rows without a record, with their timeline entries; return how many."""
        self.execute(
            "UPDATE chunk SET record_id = nextval(pg_get_serial_sequence('sales_lead', 'id')), is_new = true "
            "WHERE record_id IS NULL"
        )
        for (line,) in self.rows("SELECT line FROM chunk WHERE is_new AND number IS NULL ORDER BY line"):
            self.execute("UPDATE chunk SET number = %s WHERE line = %s", next_number(PREFIX, SEQUENCE), line)
        self._derive()
        fresh = self.rows("SELECT line, coalesce(received_at, now()) FROM chunk WHERE is_new")
        due = promises([at for _line, at in fresh])
        created = self.execute(INSERT, source, lead_policy().cold_days, [line for line, _at in fresh], due)
        insert_activities(TOLD, [])
        return created

    def update(self) -> None:
        """Write what the file says of known leads; an empty cell leaves the value as it is."""
        self.execute(UPDATE)

    def _derive(self) -> None:
        found = self.rows(
            "SELECT c.line, c.number, coalesce(c.about, k.name), k.name, k.search_text FROM chunk c "
            "JOIN customers_customer k ON k.id = c.customer_record WHERE c.is_new"
        )
        self.execute(
            "UPDATE chunk SET search_text = d.text, sort_key = d.key FROM unnest(%s::bigint[], %s::text[], %s::text[]) "
            "AS d(line, text, key) WHERE d.line = chunk.line",
            [row[0] for row in found],
            [search_text(row[1:]) for row in found],
            [sort_key(row[3])[:200] for row in found],
        )
