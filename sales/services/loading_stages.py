"""Set-based writing of the stages in which deals stood from the temporary table `chunk` of an import.

Rows have `record_id`, `stage`, `entered_at` and perhaps `former` and `actor_record` as the file says them, and columns
that are filled on the way: `pipeline_record`, `stage_record`, `former_record`, `begins` (the row says where the deal
began) and `changed`. The ledger is written here, not by the triggers of opportunities, which rest meanwhile.
"""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings

from customers.services.timeline import insert_activities
from sales.services.linking_deals import Execute, Rows
from sales.services.loading_deals import LOST, WON, make_stages

DEAL = "(SELECT {} FROM sales_opportunity o WHERE o.id = chunk.record_id)"

# Files often know only the day, where the deal knows the hour: on the day itself, the hour of the deal counts.
FIT_DAYS = """
UPDATE chunk SET entered_at = least(greatest(entered_at,
        CASE (o.opened_at AT TIME ZONE %s)::date WHEN (entered_at AT TIME ZONE %s)::date THEN o.opened_at END),
    CASE (o.closed_at AT TIME ZONE %s)::date WHEN (entered_at AT TIME ZONE %s)::date THEN o.closed_at END)
FROM sales_opportunity o WHERE o.id = chunk.record_id
"""

# Where a deal has no moves yet, the ledger says that it began where it stands, or where it ended, for want of better.
BEGIN = """
WITH firsts AS (
    SELECT DISTINCT ON (record_id) record_id, line, entered_at, stage_record, former_record FROM chunk
    ORDER BY record_id, entered_at, line),
lasts AS (SELECT DISTINCT ON (record_id) record_id, stage_record FROM chunk
    ORDER BY record_id, entered_at DESC, line DESC),
starts AS (
    SELECT f.record_id, f.line, coalesce(f.former_record, f.stage_record) AS stage_id, f.former_record IS NULL AS whole
    FROM firsts f JOIN lasts l ON l.record_id = f.record_id JOIN sales_opportunity o ON o.id = f.record_id
    CROSS JOIN LATERAL (SELECT min(m.at) AS at FROM sales_opportunitychange m
        WHERE m.opportunity_id = f.record_id AND m.kind = 'moved') moved
    WHERE f.entered_at <= o.opened_at OR (moved.at IS NULL
        AND (f.former_record IS NOT NULL OR o.status <> 'open' OR o.stage_id = l.stage_record))),
written AS (
    UPDATE sales_opportunitychange c SET stage_id = s.stage_id FROM starts s
    WHERE c.opportunity_id = s.record_id AND c.kind = 'created' AND c.stage_id <> s.stage_id RETURNING c.opportunity_id)
UPDATE chunk SET begins = true, changed = EXISTS (SELECT FROM written w WHERE w.opportunity_id = chunk.record_id)
FROM starts s WHERE s.whole AND s.line = chunk.line
"""

# A row that says what the line before it says brings nothing new.
NEW = """
WITH told AS (
    SELECT c.opportunity_id, c.id AS turn, NULL::bigint AS line, c.kind <> 'created' AS late, c.at, c.stage_id
    FROM sales_opportunitychange c
    WHERE c.kind IN ('created', 'moved') AND c.opportunity_id IN (SELECT record_id FROM chunk)
    UNION ALL SELECT record_id, line, line, true, entered_at, stage_record FROM chunk WHERE begins IS NOT true),
after AS (SELECT line, stage_id, lag(stage_id) OVER (PARTITION BY opportunity_id
    ORDER BY late, at, line NULLS FIRST, turn) AS former_id FROM told)
UPDATE chunk SET changed = true FROM after
WHERE after.line = chunk.line AND after.stage_id IS DISTINCT FROM after.former_id
"""

# Who had the deal at the time, and how much it was worth then.
INSERT = """
INSERT INTO sales_opportunitychange (opportunity_id, kind, at, owner_id, team_id, actor_id, pipeline_id, stage_id,
    amount, delta)
SELECT c.record_id, 'moved', c.entered_at, b.owner_id, b.team_id, c.actor_record, c.pipeline_record, c.stage_record,
    b.amount, 0
FROM chunk c CROSS JOIN LATERAL (
    SELECT l.owner_id, l.team_id, l.amount FROM sales_opportunitychange l
    WHERE l.opportunity_id = c.record_id AND l.at <= c.entered_at ORDER BY l.at DESC, l.id DESC LIMIT 1) b
WHERE c.changed AND c.begins IS NOT true ORDER BY c.entered_at, c.line
"""

# Every line says where the deal stood after it, a move also where it stood before, and how long that lasted.
CHAIN = """
WITH lines AS (
    SELECT c.id, c.opportunity_id, c.kind, c.at, c.former_stage_id, c.seconds, c.stage_id,
        CASE WHEN c.kind IN ('created', 'moved') THEN c.stage_id END AS told,
        CASE c.kind WHEN 'created' THEN 0 WHEN 'won' THEN 2 WHEN 'lost' THEN 2 ELSE 1 END AS rank
    FROM sales_opportunitychange c WHERE c.opportunity_id IN (SELECT record_id FROM chunk WHERE changed)),
counted AS (
    SELECT *, count(told) OVER w AS stay,
        max(at) FILTER (WHERE kind IN ('created', 'moved', 'reopened')) OVER (w ROWS BETWEEN UNBOUNDED PRECEDING
            AND 1 PRECEDING) AS since
    FROM lines WINDOW w AS (PARTITION BY opportunity_id ORDER BY rank = 0 DESC, at, rank, id)),
stood AS (
    SELECT *, max(told) OVER (PARTITION BY opportunity_id, stay) AS stands FROM counted),
right_lines AS (
    SELECT id, stands, CASE kind WHEN 'moved' THEN lag(stands) OVER (PARTITION BY opportunity_id
            ORDER BY rank = 0 DESC, at, rank, id) ELSE former_stage_id END AS former,
        CASE WHEN kind IN ('moved', 'won', 'lost') THEN greatest(0, extract(epoch FROM at - since))::bigint
            ELSE seconds END AS lasted
    FROM stood)
UPDATE sales_opportunitychange c SET stage_id = r.stands, former_stage_id = r.former, seconds = r.lasted
FROM right_lines r WHERE r.id = c.id
    AND (c.stage_id, c.former_stage_id, c.seconds) IS DISTINCT FROM (r.stands, r.former, r.lasted)
"""

STAND = """
UPDATE sales_opportunity o SET stage_id = d.stage_id, stage_entered_at = d.since,
    touched_at = greatest(o.touched_at, d.since),
    rots_at = CASE o.status WHEN 'open' THEN greatest(o.touched_at, d.since) + make_interval(days => s.rot_days) END,
    probability = CASE WHEN o.status <> 'open' OR o.stage_id = d.stage_id THEN o.probability ELSE s.probability END,
    category = CASE o.stage_id WHEN d.stage_id THEN o.category ELSE s.category END,
    version = o.version + 1, updated_at = now()
FROM (SELECT DISTINCT ON (c.opportunity_id) c.opportunity_id, c.stage_id, max(c.at) FILTER (WHERE c.kind IN ('created',
        'moved', 'reopened')) OVER (PARTITION BY c.opportunity_id) AS since
    FROM sales_opportunitychange c WHERE c.opportunity_id IN (SELECT record_id FROM chunk WHERE changed)
    ORDER BY c.opportunity_id, c.kind = 'created', c.at DESC, c.kind IN ('won', 'lost') DESC, c.id DESC) d
JOIN sales_stage s ON s.id = d.stage_id
WHERE o.id = d.opportunity_id
"""

TOLD = """
SELECT o.customer_id, 'opportunity.moved', c.entered_at, c.actor_record, 'opportunity', o.id, jsonb_build_object(
    'number', o.number, 'name', o.name, 'total', o.amount::text, 'currency', o.currency, 'stage', s.name), ''
FROM chunk c JOIN sales_opportunity o ON o.id = c.record_id JOIN sales_stage s ON s.id = c.stage_record
WHERE c.changed AND c.begins IS NOT true AND o.customer_id IS NOT NULL
"""


class StageLoader:
    """Writes the stages of one chunk; `execute` and `rows` run SQL in the chunk's transaction."""

    BEFORE: ClassVar[str] = f"entered_at < {DEAL.format('o.opened_at')}"
    AFTER: ClassVar[str] = f"entered_at > {DEAL.format('o.closed_at')}"
    ENDS: ClassVar[list[str]] = [*WON, *LOST]
    """Words for the ends of deals, which are not stages."""

    def __init__(self, execute: Execute, rows: Rows) -> None:
        self.execute = execute
        self.rows = rows

    def match(self) -> None:
        """Find the deals by number, and lock them in the order of their keys."""
        self.execute(
            "UPDATE chunk SET record_id = o.id FROM sales_opportunity o WHERE o.number = chunk.number "
            "AND chunk.record_id IS NULL"
        )
        self.execute(
            "SELECT 1 FROM sales_opportunity WHERE id IN (SELECT record_id FROM chunk) ORDER BY id FOR NO KEY UPDATE"
        )

    def fit_days(self) -> None:
        """Read a moment of the day on which a deal was opened or ended as within its life."""
        self.execute(FIT_DAYS, *[settings.ORGANISATION_TIME_ZONE] * 4)

    def place(self) -> None:
        """Find the stages in the pipelines of the deals; make those that nobody knows."""
        self.execute(
            "UPDATE chunk SET pipeline_record = o.pipeline_id FROM sales_opportunity o WHERE o.id = chunk.record_id"
        )
        self.execute("UPDATE chunk SET former = NULL WHERE lower(former) = ANY(%s)", self.ENDS)
        make_stages(self.execute, "former")
        make_stages(self.execute, "stage")

    def begin(self) -> None:
        """Say where the deals began, as far as the rows tell."""
        self.execute(BEGIN)

    def write(self) -> None:
        """Write the moves that are new, chain the ledger of their deals, and let the deals stand where they stand."""
        self.execute(NEW)
        self.execute(INSERT)
        self.execute(CHAIN)
        # The ledger is complete: the deals follow it, and not the other way round.
        self.execute("SELECT set_config('sales.ledger', 'rests', true)")
        self.execute(STAND)
        self.execute("SELECT set_config('sales.ledger', '', true)")
        insert_activities(TOLD, [])
