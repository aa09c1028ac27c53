"""What the database does for sales: history, the ledger of deals, delays, the next step; and what a site begins with."""

from __future__ import annotations

from typing import Any

from django.db import migrations

from crm_site.history.triggers import TrackTable
from sales.constants import NEED_CATEGORIES, PIPELINE, REASONS

# An undo takes the lines away that the undone change wrote, and rows that come back bring theirs along. Whoever writes
# the ledger by other means, as an import of past stages does, lets it rest with the setting `sales.ledger`.
RETRACTS = """
CREATE FUNCTION sales_ledger_rests(kinds text[]) RETURNS boolean LANGUAGE sql STABLE AS
$$ SELECT history_origin() ? 'silent' OR coalesce(current_setting('sales.ledger', true), '') = 'rests'
    OR EXISTS (SELECT FROM history_operation WHERE id = (history_origin()->>'operation')::bigint AND kind = ANY(kinds)) $$;
"""

OPENED = """
CREATE FUNCTION sales_opportunity_opened() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE actor bigint := (history_origin()->>'actor')::bigint;
BEGIN
  IF sales_ledger_rests('{undo,restore}') THEN RETURN NULL; END IF;
  INSERT INTO sales_opportunitychange (opportunity_id, kind, at, owner_id, team_id, actor_id, pipeline_id, stage_id,
    amount, delta, seconds)
  SELECT n.id, line.kind, line.at, n.owner_id, n.team_id, actor, n.pipeline_id, n.stage_id, n.base_amount, line.delta,
    line.seconds
  FROM new_rows n CROSS JOIN LATERAL (
    SELECT 1 AS turn, 'created' AS kind, n.opened_at AS at, n.base_amount AS delta, NULL::bigint AS seconds
    UNION ALL SELECT 2, n.status, n.closed_at, -n.base_amount,
      greatest(0, extract(epoch FROM n.closed_at - n.stage_entered_at))::bigint WHERE n.status <> 'open') line
  ORDER BY n.id, line.turn;
  RETURN NULL;
END $$;
CREATE TRIGGER ledger_opened AFTER INSERT ON sales_opportunity REFERENCING NEW TABLE AS new_rows
FOR EACH STATEMENT EXECUTE FUNCTION sales_opportunity_opened();
"""

CHANGED = """
CREATE FUNCTION sales_opportunity_changed() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE actor bigint := (history_origin()->>'actor')::bigint;
BEGIN
  IF sales_ledger_rests('{undo}') THEN RETURN NULL; END IF;
  INSERT INTO sales_opportunitychange (opportunity_id, kind, at, owner_id, team_id, actor_id, pipeline_id, stage_id,
    former_stage_id, amount, delta, days, seconds)
  SELECT n.id, line.kind, line.at, line.owner_id, line.team_id, actor, n.pipeline_id, n.stage_id, line.former,
    n.base_amount, line.delta, line.days, line.seconds
  FROM old_rows o JOIN new_rows n ON n.id = o.id
  CROSS JOIN LATERAL (
    SELECT 1 AS turn, 'given' AS kind, now() AS at, o.owner_id, o.team_id, NULL::bigint AS former,
      CASE o.status WHEN 'open' THEN -o.base_amount ELSE 0 END AS delta, NULL::integer AS days, NULL::bigint AS seconds
      WHERE (o.owner_id, o.team_id) IS DISTINCT FROM (n.owner_id, n.team_id)
    UNION ALL SELECT 2, 'taken', now(), n.owner_id, n.team_id, NULL,
      CASE o.status WHEN 'open' THEN o.base_amount ELSE 0 END, NULL, NULL
      WHERE (o.owner_id, o.team_id) IS DISTINCT FROM (n.owner_id, n.team_id)
    UNION ALL SELECT 3, 'reopened', now(), n.owner_id, n.team_id, NULL, o.base_amount, NULL, NULL
      WHERE o.status <> 'open' AND n.status = 'open'
    UNION ALL SELECT 4, 'amount', now(), n.owner_id, n.team_id, NULL,
      CASE WHEN 'open' IN (o.status, n.status) THEN n.base_amount - o.base_amount ELSE 0 END, NULL, NULL
      WHERE o.base_amount <> n.base_amount
    UNION ALL SELECT 5, CASE WHEN n.expected_close > o.expected_close THEN 'slipped' ELSE 'pulled' END, now(),
      n.owner_id, n.team_id, NULL, 0, n.expected_close - o.expected_close, NULL
      WHERE n.expected_close <> o.expected_close AND n.status = 'open'
    UNION ALL SELECT 6, 'moved', CASE n.stage_entered_at WHEN o.stage_entered_at THEN now() ELSE n.stage_entered_at END,
      n.owner_id, n.team_id, o.stage_id, 0, NULL, greatest(0, extract(epoch FROM
        CASE n.stage_entered_at WHEN o.stage_entered_at THEN now() ELSE n.stage_entered_at END - o.stage_entered_at))::bigint
      WHERE n.stage_id <> o.stage_id
    UNION ALL SELECT 7, n.status, n.closed_at, n.owner_id, n.team_id, NULL,
      CASE o.status WHEN 'open' THEN -n.base_amount ELSE 0 END, NULL,
      greatest(0, extract(epoch FROM n.closed_at - n.stage_entered_at))::bigint
      WHERE n.status <> o.status AND n.status <> 'open') line
  ORDER BY n.id, line.turn;
  UPDATE sales_opportunitychange c SET at = CASE c.kind WHEN 'created' THEN n.opened_at ELSE n.closed_at END
  FROM old_rows o JOIN new_rows n ON n.id = o.id WHERE c.opportunity_id = n.id
    AND ((c.kind = 'created' AND n.opened_at <> o.opened_at)
      OR (c.kind = n.status AND n.status = o.status AND c.at = o.closed_at AND n.closed_at <> o.closed_at));
  RETURN NULL;
END $$;
CREATE TRIGGER ledger_changed AFTER UPDATE ON sales_opportunity REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
FOR EACH STATEMENT EXECUTE FUNCTION sales_opportunity_changed();
"""

PUSHED = """
CREATE FUNCTION sales_opportunity_pushed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NOT sales_ledger_rests('{undo}') THEN NEW.push_count := OLD.push_count + 1; END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER ledger_pushed BEFORE UPDATE ON sales_opportunity FOR EACH ROW
WHEN (NEW.expected_close > OLD.expected_close AND NEW.status = 'open' AND OLD.status = 'open'
  AND NEW.push_count = OLD.push_count)
EXECUTE FUNCTION sales_opportunity_pushed();
"""

# The next step of a deal is its earliest open task, however tasks are written: singly, in bulk, by an undo, by hand.
# Made-up companies bring the next steps of their deals along. The deals are locked in the order of their keys, so that two bulk changes of tasks never deadlock.
NEXT_STEP = """
CREATE INDEX customers_task_of_deal ON customers_task (subject_id, state, due_at, id) WHERE subject_kind = 'opportunity';
CREATE FUNCTION sales_next_steps(deals bigint[]) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  IF cardinality(deals) = 0 THEN RETURN; END IF;
  PERFORM 1 FROM sales_opportunity WHERE id = ANY(deals) ORDER BY id FOR NO KEY UPDATE;
  UPDATE sales_opportunity d SET next_step = coalesce(t.title, ''), next_step_date = t.due_date
  FROM (SELECT DISTINCT unnest(deals)) asked(id) LEFT JOIN LATERAL (
    SELECT title, due_date FROM customers_task
    WHERE subject_kind = 'opportunity' AND subject_id = asked.id AND state = 'open' ORDER BY due_at, id LIMIT 1) t ON true
  WHERE d.id = asked.id AND (d.next_step, d.next_step_date) IS DISTINCT FROM (coalesce(t.title, ''), t.due_date);
END $$;
CREATE FUNCTION sales_task_written_i() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF history_origin() ? 'silent' THEN RETURN NULL; END IF;
  PERFORM sales_next_steps(ARRAY(SELECT subject_id FROM new_rows WHERE subject_kind = 'opportunity'));
  RETURN NULL;
END $$;
CREATE FUNCTION sales_task_written_d() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM sales_next_steps(ARRAY(SELECT subject_id FROM old_rows WHERE subject_kind = 'opportunity'));
  RETURN NULL;
END $$;
CREATE FUNCTION sales_task_written_u() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF history_origin() ? 'silent' THEN RETURN NULL; END IF;
  PERFORM sales_next_steps(ARRAY(SELECT s.id FROM old_rows o JOIN new_rows n ON n.id = o.id
    CROSS JOIN LATERAL (VALUES (o.subject_kind, o.subject_id), (n.subject_kind, n.subject_id)) s(kind, id)
    WHERE s.kind = 'opportunity' AND (o.state, o.title, o.due_at, o.due_date, o.subject_kind, o.subject_id)
      IS DISTINCT FROM (n.state, n.title, n.due_at, n.due_date, n.subject_kind, n.subject_id)));
  RETURN NULL;
END $$;
CREATE TRIGGER deal_step_i AFTER INSERT ON customers_task REFERENCING NEW TABLE AS new_rows
FOR EACH STATEMENT EXECUTE FUNCTION sales_task_written_i();
CREATE TRIGGER deal_step_d AFTER DELETE ON customers_task REFERENCING OLD TABLE AS old_rows
FOR EACH STATEMENT EXECUTE FUNCTION sales_task_written_d();
CREATE TRIGGER deal_step_u AFTER UPDATE ON customers_task REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
FOR EACH STATEMENT EXECUTE FUNCTION sales_task_written_u();
"""

DROP = """
DROP TRIGGER deal_step_u ON customers_task; DROP FUNCTION sales_task_written_u();
DROP TRIGGER deal_step_d ON customers_task; DROP FUNCTION sales_task_written_d();
DROP TRIGGER deal_step_i ON customers_task; DROP FUNCTION sales_task_written_i();
DROP FUNCTION sales_next_steps(bigint[]); DROP INDEX customers_task_of_deal;
DROP TRIGGER ledger_pushed ON sales_opportunity; DROP FUNCTION sales_opportunity_pushed();
DROP TRIGGER ledger_changed ON sales_opportunity; DROP FUNCTION sales_opportunity_changed();
DROP TRIGGER ledger_opened ON sales_opportunity; DROP FUNCTION sales_opportunity_opened();
DROP FUNCTION sales_ledger_rests(text[]);
"""


def write_seeds(apps: Any, schema_editor: Any) -> None:
    """Give a new company one pipeline and the usual reasons."""
    del schema_editor
    name, name_zh, stages = PIPELINE
    pipeline = apps.get_model("sales", "Pipeline").objects.create(
        name=name, name_zh=name_zh, position=1, is_default=True
    )
    stage_model, reason_model = apps.get_model("sales", "Stage"), apps.get_model("sales", "Reason")
    for position, (english, chinese, probability, rot_days, category, required) in enumerate(stages, 1):
        stage_model.objects.create(
            pipeline=pipeline, name=english, name_zh=chinese, position=position, probability=probability,
            rot_days=rot_days, category=category, required=list(required),
        )  # fmt: skip
    for position, (kind, english, chinese) in enumerate(REASONS, 1):
        reason_model.objects.create(kind=kind, name=english, name_zh=chinese, position=position)


def write_policy(apps: Any, schema_editor: Any) -> None:
    """Give a new company the usual handling of leads."""
    del schema_editor
    apps.get_model("sales", "LeadPolicy").objects.create()


def write_categories(apps: Any, schema_editor: Any) -> None:
    """Give a new company the usual categories of needs."""
    del schema_editor
    model = apps.get_model("sales", "NeedCategory")
    for place, (name, name_zh) in enumerate(NEED_CATEGORIES, 1):
        model.objects.create(name=name, name_zh=name_zh, position=place)


class Migration(migrations.Migration):
    dependencies = [("sales", "0002_order_number"), ("history", "0002_origin"), ("customers", "0002_history")]

    operations = [
        TrackTable("sales_product", custom=True),
        TrackTable("sales_order", custom=True),
        TrackTable("sales_orderline", root="order_id", root_table="sales_order"),
        TrackTable("sales_payment", root="order_id", root_table="sales_order"),
        TrackTable("sales_pipeline"),
        TrackTable("sales_stage", root="pipeline_id", root_table="sales_pipeline"),
        TrackTable("sales_reason"),
        TrackTable("sales_competitor"),
        TrackTable("sales_exchangerate"),
        TrackTable("sales_opportunity", custom=True),
        TrackTable("sales_opportunity_competitors", root="opportunity_id", root_table="sales_opportunity"),
        TrackTable("sales_opportunityline", root="opportunity_id", root_table="sales_opportunity"),
        TrackTable("sales_contactrole", root="opportunity_id", root_table="sales_opportunity"),
        TrackTable("sales_opportunitychange", root="opportunity_id", root_table="sales_opportunity"),
        TrackTable("sales_lead", custom=True),
        TrackTable("sales_leadpolicy"),
        TrackTable("sales_scorerule"),
        TrackTable("sales_salestarget"),
        TrackTable("sales_forecastadjustment", updates=False),
        TrackTable("sales_need", custom=True),
        TrackTable("sales_needcategory"),
        TrackTable("sales_learnedleadscore", key="lead_id", root="lead_id", root_table="sales_lead", updates=False),
        migrations.RunSQL(RETRACTS + OPENED + CHANGED + PUSHED + NEXT_STEP, DROP),
        migrations.RunPython(write_seeds, migrations.RunPython.noop),
        migrations.RunPython(write_policy, migrations.RunPython.noop),
        migrations.RunPython(write_categories, migrations.RunPython.noop),
    ]
