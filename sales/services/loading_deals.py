"""Set-based writing of opportunities from the temporary table `chunk` of an import.

Rows have what the file says, `status` once it was read, and columns that are filled on the way: `customer_record`,
`product_record`, `owner_record`, `team_record`, `pipeline_record`, `stage_record`, `reason_record`, `called` (the
name), `search_text`, `sort_key`, `record_id`, `is_new`, `changed`. The ledger is written by the table's triggers.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings

from crm_site.lib.text import search_text, sort_key
from crm_site.numbering.sequences import next_number
from customers.services.timeline import insert_activities
from sales.services.linking_deals import DealLinks, Execute, Rows

if TYPE_CHECKING:
    from crm_site.staff.models import User

WON = ("won", "closed won", "closedwon", "赢单", "成交", "已成交")
LOST = ("lost", "closed lost", "closedlost", "dead", "输单", "流失", "已流失")
# Where a file says nothing of it, an open deal is expected to close so many days from now.
USUAL_DAYS = 30

INSERT = """
INSERT INTO sales_opportunity (id, number, name, customer_id, pipeline_id, stage_id, status, amount, amount_from_lines,
    currency, exchange_rate, base_amount, probability, category, source, product_id, expected_close, opened_at,
    stage_entered_at, touched_at, rots_at, closed_at, reason_id, close_note, note, next_step, push_count, search_text,
    sort_key, owner_id, team_id, version, created_at, updated_at)
SELECT c.record_id, c.number, c.called, c.customer_record, c.pipeline_record, c.stage_record, c.status,
    coalesce(c.amount, 0), false, coalesce(c.currency, %s), rate.rate,
    round(coalesce(c.amount, 0) * rate.rate, 4),
    CASE c.status WHEN 'won' THEN 100 WHEN 'lost' THEN 0 ELSE coalesce(c.probability, s.probability) END, s.category,
    coalesce(c.source, ''), c.product_record,
    (coalesce(c.close_on, now() + make_interval(days => %s)) AT TIME ZONE %s)::date, opened.at, opened.at,
    opened.at, CASE c.status WHEN 'open' THEN opened.at + make_interval(days => s.rot_days) END,
    CASE c.status WHEN 'open' THEN NULL ELSE greatest(coalesce(c.close_on, opened.at), opened.at) END, c.reason_record,
    '', coalesce(c.note, ''), '', 0, c.search_text, c.sort_key, c.owner_record, c.team_record, 1, now(), now()
FROM chunk c JOIN sales_stage s ON s.id = c.stage_record
CROSS JOIN LATERAL (SELECT coalesce(c.opened_on, CASE c.status WHEN 'open' THEN now() ELSE c.close_on END, now()))
    opened(at)
CROSS JOIN LATERAL (SELECT coalesce((SELECT r.rate FROM sales_exchangerate r WHERE r.currency = c.currency
    AND r.day <= opened.at::date ORDER BY r.day DESC LIMIT 1), 1) AS rate) rate
WHERE c.is_new
"""

# An empty cell leaves the value as it is.
GIVEN = """
SELECT c.record_id, coalesce(c.name, o.name) AS name, coalesce(c.customer_record, o.customer_id) AS customer_id,
    coalesce(c.stage_record, o.stage_id) AS stage_id, coalesce(c.status, o.status) AS status,
    coalesce(c.amount, o.amount) AS amount, round(coalesce(c.amount, o.amount) * o.exchange_rate, 4) AS base_amount,
    CASE coalesce(c.status, o.status) WHEN 'won' THEN 100 WHEN 'lost' THEN 0 ELSE coalesce(c.probability,
        CASE WHEN o.status <> 'open' OR c.stage_record <> o.stage_id THEN s.probability ELSE o.probability END)
    END AS probability,
    coalesce(c.source, o.source) AS source, coalesce(c.product_record, o.product_id) AS product_id,
    coalesce((c.close_on AT TIME ZONE %s)::date, o.expected_close) AS expected_close,
    coalesce(c.opened_on, o.opened_at) AS opened_at,
    CASE coalesce(c.status, o.status) WHEN 'open' THEN NULL
        ELSE greatest(coalesce(c.close_on, o.closed_at, now()), coalesce(c.opened_on, o.opened_at)) END AS closed_at,
    CASE coalesce(c.status, o.status) WHEN 'open' THEN NULL ELSE coalesce(c.reason_record, o.reason_id) END
        AS reason_id,
    coalesce(c.note, o.note) AS note, coalesce(c.owner_record, o.owner_id) AS owner_id,
    CASE WHEN c.owner_record IS NULL THEN o.team_id ELSE c.team_record END AS team_id
FROM chunk c JOIN sales_opportunity o ON o.id = c.record_id
JOIN sales_stage s ON s.id = coalesce(c.stage_record, o.stage_id) WHERE NOT c.is_new
"""
FACTS = (
    "name", "customer_id", "stage_id", "status", "amount", "base_amount", "probability", "source", "product_id",
    "expected_close", "opened_at", "closed_at", "reason_id", "note", "owner_id", "team_id",
)  # fmt: skip

TOLD = """
SELECT o.customer_id, 'opportunity.' || t.verb, t.at, NULL::bigint, 'opportunity', o.id, jsonb_build_object('number',
    o.number, 'name', o.name, 'total', o.amount::text, 'currency', o.currency), ''
FROM chunk c JOIN sales_opportunity o ON o.id = c.record_id CROSS JOIN LATERAL (
    SELECT 'opened' AS verb, o.opened_at AS at UNION ALL SELECT o.status, o.closed_at WHERE o.status <> 'open') t
WHERE c.is_new AND o.customer_id IS NOT NULL
"""


def make_stages(execute: Execute, column: str) -> None:
    """Find the stages that `column` names in the pipelines of the rows, and put their keys into `<column>_record`.

    Unknown ones are made, behind those there are, in the order in which the file names them.
    """
    execute(
        "INSERT INTO sales_stage (pipeline_id, name, name_zh, position, is_active, version, probability, category, "
        "required) SELECT pipeline_record, word, '', coalesce((SELECT max(position) FROM sales_stage o "
        "WHERE o.pipeline_id = pipeline_record), 0) + row_number() OVER (PARTITION BY pipeline_record ORDER BY "
        "first), true, 1, coalesce(least(greatest(chance, 0), 100), 10), 'pipeline', '{}' FROM (SELECT "
        f"pipeline_record, min({column}) AS word, min(line) AS first, avg(probability) AS chance FROM chunk "
        f"WHERE {column} IS NOT NULL AND NOT EXISTS (SELECT FROM sales_stage s WHERE s.pipeline_id = pipeline_record "
        f"AND lower(chunk.{column}) IN (lower(s.name), lower(s.name_zh))) GROUP BY pipeline_record, lower({column})) "
        "named"
    )
    execute(
        f"UPDATE chunk SET {column}_record = s.id FROM sales_stage s WHERE s.pipeline_id = pipeline_record "
        f"AND lower(chunk.{column}) IN (lower(s.name), lower(s.name_zh))"
    )


class DealLoader:
    """Writes the opportunities of one chunk; `execute` and `rows` run SQL in the chunk's transaction."""

    def __init__(self, execute: Execute, rows: Rows, user: User | None) -> None:
        self.execute = execute
        self.rows = rows
        self.user = user
        self.links = DealLinks(execute, rows, user)

    def read_status(self) -> None:
        """Take the end of a deal from its stage, where files have no status of their own."""
        self.execute(
            "UPDATE chunk SET status = CASE WHEN lower(stage) = ANY(%s) THEN 'won' WHEN lower(stage) = ANY(%s) THEN "
            "'lost' WHEN stage IS NOT NULL THEN 'open' END WHERE status IS NULL",
            list(WON),
            list(LOST),
        )
        self.execute("UPDATE chunk SET stage = NULL WHERE lower(stage) = ANY(%s)", [*WON, *LOST])

    def match(self) -> None:
        """Find the deals that exist already, by number."""
        self.execute(
            "UPDATE chunk SET record_id = o.id FROM sales_opportunity o WHERE o.number = chunk.number "
            "AND chunk.record_id IS NULL"
        )

    def place(self, pipeline: str) -> None:
        """Give each row its pipeline, stage, reason and owner; make stages and reasons that nobody knows."""
        key = self._pipeline(pipeline)
        self.execute(
            "UPDATE chunk SET pipeline_record = o.pipeline_id FROM sales_opportunity o WHERE o.id = chunk.record_id"
        )
        self.execute("UPDATE chunk SET pipeline_record = %s WHERE pipeline_record IS NULL", key)
        make_stages(self.execute, "stage")
        # A pipeline that the file brings, and in which every deal has ended, has one step all the same.
        self.execute(
            "INSERT INTO sales_stage (pipeline_id, name, name_zh, position, is_active, version, probability, category, "
            "required) SELECT DISTINCT pipeline_record, 'Open', '进行中', 1, true, 1, 10, 'pipeline', '{}'::text[] "
            "FROM chunk WHERE NOT EXISTS (SELECT FROM sales_stage s WHERE s.pipeline_id = pipeline_record "
            "AND s.is_active)"
        )
        # Where a deal ended is not always told: the last step was the closest to the end, the first one to nothing.
        for status, order in (("won", "DESC"), ("lost", "ASC"), ("open", "ASC")):
            self.execute(
                "UPDATE chunk SET stage_record = (SELECT s.id FROM sales_stage s WHERE s.pipeline_id = pipeline_record "
                f"AND s.is_active ORDER BY s.position {order}, s.id LIMIT 1) "
                "WHERE stage_record IS NULL AND record_id IS NULL AND coalesce(status, 'open') = %s",
                status,
            )
        self.execute("UPDATE chunk SET status = 'open' WHERE status IS NULL AND record_id IS NULL")
        self._link_reasons()
        if self.user is not None:
            self.execute(
                "UPDATE chunk SET owner_record = %s WHERE owner_record IS NULL AND record_id IS NULL", self.user.pk
            )
        self.execute("UPDATE chunk SET team_record = u.team_id FROM staff_user u WHERE u.id = owner_record")

    def create(self) -> int:
        """Create the rows without a record, with their timeline entries; return how many."""
        self.execute(
            "UPDATE chunk SET record_id = nextval(pg_get_serial_sequence('sales_opportunity', 'id')), is_new = true "
            "WHERE record_id IS NULL"
        )
        for (line,) in self.rows("SELECT line FROM chunk WHERE is_new AND number IS NULL ORDER BY line"):
            number = next_number("OP", "sales_opportunity_number")
            self.execute("UPDATE chunk SET number = %s WHERE line = %s", number, line)
        self._derive()
        created = self.execute(INSERT, settings.BASE_CURRENCY, USUAL_DAYS, settings.ORGANISATION_TIME_ZONE)
        insert_activities(TOLD, [])
        return created

    def update(self) -> int:
        """Write what the file says of known deals; return how many changed."""
        pairs = ", ".join(f"{name} = g.{name}" for name in FACTS)
        now, given = ", ".join(f"o.{name}" for name in FACTS), ", ".join(f"g.{name}" for name in FACTS)
        changed = self.execute(
            f"WITH done AS (UPDATE sales_opportunity o SET {pairs}, version = o.version + 1, updated_at = now(), "
            "touched_at = now(), stage_entered_at = CASE o.stage_id WHEN g.stage_id THEN o.stage_entered_at ELSE now() "
            f"END FROM ({GIVEN}) g WHERE o.id = g.record_id AND ({now}) IS DISTINCT FROM "
            f"({given}) RETURNING o.id) UPDATE chunk SET changed = true FROM done WHERE done.id = chunk.record_id",
            settings.ORGANISATION_TIME_ZONE,
        )
        if changed:
            self._reindex()
        return changed

    def _pipeline(self, name: str) -> int:
        if not name:
            found = self.rows("SELECT id FROM sales_pipeline ORDER BY is_default DESC, position, id LIMIT 1")
            return int(found[0][0])
        known = self.rows("SELECT id FROM sales_pipeline WHERE lower(%s) IN (lower(name), lower(name_zh))", name)
        if known:
            return int(known[0][0])
        made = self.rows(
            "INSERT INTO sales_pipeline (name, name_zh, position, is_active, version, is_default) "
            "SELECT left(%s, 60), '', coalesce(max(position), 0) + 1, true, 1, false FROM sales_pipeline RETURNING id",
            name,
        )
        return int(made[0][0])

    def _link_reasons(self) -> None:
        self.execute(
            "INSERT INTO sales_reason (kind, name, name_zh, position, is_active, version) SELECT status, min(reason), "
            "'', 100, true, 1 FROM chunk WHERE reason IS NOT NULL AND status IN ('won', 'lost') AND NOT EXISTS (SELECT "
            "FROM sales_reason r WHERE r.kind = chunk.status AND lower(chunk.reason) IN (lower(r.name), "
            "lower(r.name_zh))) GROUP BY status, lower(reason)"
        )
        self.execute(
            "UPDATE chunk SET reason_record = r.id FROM sales_reason r WHERE r.kind = chunk.status "
            "AND lower(chunk.reason) IN (lower(r.name), lower(r.name_zh))"
        )

    def _derive(self) -> None:
        """Name the new deals that have no name after customer and product, and prepare what they are found by."""
        found = self.rows(
            "SELECT line, c.number, coalesce(c.name, nullif(concat_ws(' – ', k.name, p.name), ''), c.number), "
            "coalesce(k.name, '') FROM chunk c LEFT JOIN customers_customer k ON k.id = customer_record "
            "LEFT JOIN sales_product p ON p.id = product_record WHERE is_new"
        )
        self.execute(
            "UPDATE chunk SET called = d.name, search_text = d.text, sort_key = d.key FROM unnest(%s::bigint[], "
            "%s::text[], %s::text[], %s::text[]) AS d(line, name, text, key) WHERE d.line = chunk.line",
            [row[0] for row in found],
            [row[2][:200] for row in found],
            [search_text([row[1], row[2], row[3]]) for row in found],
            [sort_key(row[2])[:200] for row in found],
        )

    def _reindex(self) -> None:
        found = self.rows(
            "SELECT o.id, o.number, o.name, coalesce(k.name, '') FROM sales_opportunity o JOIN chunk c "
            "ON c.record_id = o.id AND c.changed LEFT JOIN customers_customer k ON k.id = o.customer_id"
        )
        self.execute(
            "UPDATE sales_opportunity o SET search_text = d.text, sort_key = d.key FROM unnest(%s::bigint[], "
            "%s::text[], %s::text[]) AS d(id, text, key) WHERE d.id = o.id",
            [row[0] for row in found],
            [search_text(row[1:]) for row in found],
            [sort_key(row[2])[:200] for row in found],
        )
