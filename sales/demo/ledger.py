"""The history of the demo company's deals: the ledger, the timeline and the contacts, written set by set.

The demo is loaded with the triggers silent, so the ledger is written here, as they would: the lines of a deal add up
to its amount while it is open and to nothing once it has ended.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from customers.models import Activity
from customers.services.timeline import ACTIVITY_COLUMNS
from sales.models import ContactRole, OpportunityChange

if TYPE_CHECKING:
    from crm_site.demo.writing import DemoWriter

CHANGE_COLUMNS = (
    "opportunity_id, kind, at, owner_id, team_id, actor_id, pipeline_id, stage_id, former_stage_id, amount, delta, "
    "days, seconds"
)
# Every fifth deal began a fifth smaller, and grew on half its way to its stage.
CHANGES = """
WITH stages AS (
    SELECT id, pipeline_id, row_number() OVER (PARTITION BY pipeline_id ORDER BY position, id) AS place
    FROM sales_stage WHERE is_active),
deals AS (
    SELECT d.*, s.place, CASE d.id %% 5 WHEN 0 THEN round(d.base_amount * 0.8, 4) ELSE d.base_amount END
        AS first_amount
    FROM sales_opportunity d JOIN stages s ON s.id = d.stage_id WHERE d.id BETWEEN %s AND %s),
steps AS (
    SELECT d.*, t.place AS at_place, here.id AS here_id, before.id AS before_id,
        (d.stage_entered_at - d.opened_at) / greatest(d.place - 1, 1) AS each
    FROM deals d CROSS JOIN LATERAL generate_series(2, d.place) t(place)
    JOIN stages here ON here.pipeline_id = d.pipeline_id AND here.place = t.place
    JOIN stages before ON before.pipeline_id = d.pipeline_id AND before.place = t.place - 1)
SELECT * FROM (
    SELECT d.id, 'created', d.opened_at AS at, d.owner_id, d.team_id, d.owner_id, d.pipeline_id, s.id, NULL::bigint,
        d.first_amount, d.first_amount, NULL::integer, NULL::bigint
    FROM deals d JOIN stages s ON s.pipeline_id = d.pipeline_id AND s.place = 1
    UNION ALL SELECT id, 'moved', opened_at + each * (at_place - 1), owner_id, team_id, owner_id, pipeline_id, here_id,
        before_id, base_amount, 0, NULL, greatest(0, extract(epoch FROM each))::bigint FROM steps
    UNION ALL SELECT id, 'amount', opened_at + (stage_entered_at - opened_at) / 2, owner_id, team_id, owner_id,
        pipeline_id, stage_id, NULL, base_amount, base_amount - first_amount, NULL, NULL
    FROM deals WHERE first_amount <> base_amount
    UNION ALL SELECT d.id, 'slipped', d.opened_at + (d.touched_at - d.opened_at) * n / (d.push_count + 1), d.owner_id,
        d.team_id, d.owner_id, d.pipeline_id, d.stage_id, NULL, d.base_amount, 0, 14, NULL
    FROM deals d CROSS JOIN LATERAL generate_series(1, d.push_count) n
    UNION ALL SELECT id, status, closed_at, owner_id, team_id, owner_id, pipeline_id, stage_id, NULL, base_amount,
        -base_amount, NULL, greatest(0, extract(epoch FROM closed_at - stage_entered_at))::bigint
    FROM deals WHERE status <> 'open') lines
ORDER BY at, 1
"""
TOLD = """
SELECT d.customer_id, 'opportunity.' || t.verb, t.at, d.owner_id, 'opportunity', d.id, jsonb_build_object('number',
    d.number, 'name', d.name, 'total', d.amount::text, 'currency', d.currency), t.words
FROM sales_opportunity d CROSS JOIN LATERAL (
    SELECT 'opened' AS verb, d.opened_at AS at, '' AS words
    UNION ALL SELECT d.status, d.closed_at, d.close_note WHERE d.status <> 'open') t
WHERE d.id BETWEEN %s AND %s AND d.customer_id IS NOT NULL ORDER BY t.at, d.id
"""
CONTACTS = """
SELECT deal_id, person_id, role, turn = 1 FROM (
    SELECT d.id AS deal_id, p.id AS person_id, coalesce(nullif(p.role, ''), 'decision_maker') AS role,
        row_number() OVER (PARTITION BY d.id ORDER BY p.id) AS turn
    FROM sales_opportunity d JOIN customers_customer p ON p.organisation_id = d.customer_id
    WHERE d.id BETWEEN %s AND %s AND d.id %% 4 <> 0) people
WHERE turn <= 2
UNION ALL SELECT d.id, c.id, 'decision_maker', true FROM sales_opportunity d
JOIN customers_customer c ON c.id = d.customer_id AND c.kind = 'person' WHERE d.id BETWEEN %s AND %s AND d.id %% 4 <> 0
"""


def write_histories(writer: DemoWriter, low: int, high: int) -> None:
    """Write what happened to the deals with these keys."""
    writer.insert(OpportunityChange, CHANGE_COLUMNS, CHANGES, low, high)
    writer.insert(Activity, ACTIVITY_COLUMNS, TOLD, low, high)
    writer.insert(ContactRole, "opportunity_id, person_id, role, is_primary", CONTACTS, low, high, low, high)
