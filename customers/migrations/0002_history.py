"""What the database does for customers: history, statistics, a ledger that only grows; and what a site begins with."""

from __future__ import annotations

from typing import Any

from django.db import migrations

from crm_site.history.triggers import TrackTable
from customers.constants import CLASSES, LIFECYCLE

CUSTOMER, ACTIVITY = "customers_customer", "customers_activity"
TASK, SERIES = "customers_task", "customers_taskseries"
LEDGER, WORDINGS = "customers_consententry", "customers_consentwording"


def write_rules(apps: Any, schema_editor: Any) -> None:
    """Let the lifecycle begin with the rules of the house."""
    model = apps.get_model("customers", "LifecycleRule")
    for position, (stage, root) in enumerate(LIFECYCLE, 1):
        model.objects.create(stage=stage, rule={"version": 1, "root": root}, position=position)


# A colleague's account may go (`recorded_by_id`); every other change is refused, whoever asks.
REFUSE_CHANGES = """
CREATE FUNCTION customers_consent_unchanged() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF to_jsonb(NEW) - 'recorded_by_id' = to_jsonb(OLD) - 'recorded_by_id'
        AND to_jsonb(NEW)->>'recorded_by_id' IS NULL THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'what the consent ledger says is never changed: write another line'
        USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER consent_unchanged BEFORE UPDATE ON customers_consententry
    FOR EACH ROW EXECUTE FUNCTION customers_consent_unchanged();
CREATE TRIGGER consent_unchanged BEFORE UPDATE ON customers_consentwording
    FOR EACH ROW EXECUTE FUNCTION customers_consent_unchanged();
"""

ALLOW_CHANGES = """
DROP TRIGGER consent_unchanged ON customers_consententry;
DROP TRIGGER consent_unchanged ON customers_consentwording;
DROP FUNCTION customers_consent_unchanged();
"""

# Asked at the end of the transaction, since lines go before their customer: they may leave with it, and come back
# with it. The WHEN is asked at once: a made-up company is cleared in silence, block by block, lines first.
REFUSE_DELETION = """
CREATE FUNCTION customers_consent_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM customers_customer c WHERE c.id = OLD.customer_id)
        AND NOT EXISTS (SELECT FROM customers_consententry e WHERE e.id = OLD.id) THEN
        RAISE EXCEPTION 'lines of the consent ledger leave only with their customer'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER consent_kept AFTER DELETE ON customers_consententry
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
    WHEN (NOT coalesce((history_origin()->>'silent')::boolean, false))
    EXECUTE FUNCTION customers_consent_kept();
"""

ALLOW_DELETION = """
DROP TRIGGER consent_kept ON customers_consententry;
DROP FUNCTION customers_consent_kept();
"""


def write_classes(apps: Any, schema_editor: Any) -> None:
    """Let the site begin with the classes of the house."""
    classifications, classes = (apps.get_model("customers", name) for name in ("Classification", "CustomerClass"))
    for position, (code, name, name_zh, rules) in enumerate(CLASSES, 1):
        made = classifications.objects.create(code=code, name=name, name_zh=name_zh, position=position)
        for number, (own_name, own_name_zh, root) in enumerate(rules, 1):
            classes.objects.create(
                classification=made,
                name=own_name,
                name_zh=own_name_zh,
                rule={"version": 1, "root": root},
                position=number,
            )


PART: dict[str, Any] = {"editable": False, "null": True}


class Migration(migrations.Migration):
    dependencies = [("customers", "0001_initial"), ("history", "0002_origin")]

    operations = [
        TrackTable("customers_tag"),
        TrackTable(CUSTOMER, custom=True),
        TrackTable("customers_customer_tags", root="customer_id", root_table=CUSTOMER),
        TrackTable("customers_contactpoint", root="customer_id", root_table=CUSTOMER),
        TrackTable("customers_address", root="customer_id", root_table=CUSTOMER),
        TrackTable("customers_activity", root="customer_id", root_table=CUSTOMER),
        TrackTable(
            "customers_customermetrics", key="customer_id", root="customer_id", root_table=CUSTOMER, updates=False
        ),
        TrackTable(
            "customers_customerscore", key="customer_id", root="customer_id", root_table=CUSTOMER, updates=False
        ),
        TrackTable(SERIES),
        TrackTable("customers_taskseries_attendees", root="taskseries_id", root_table=SERIES),
        TrackTable("customers_taskseries_guests", root="taskseries_id", root_table=SERIES),
        TrackTable(TASK),
        TrackTable("customers_task_attendees", root="task_id", root_table=TASK),
        TrackTable("customers_task_guests", root="task_id", root_table=TASK),
        TrackTable("customers_calendarfeed"),
        *(
            migrations.RunSQL(
                f"CREATE STATISTICS customers_customer_{name}_words ON upper({name}::text) FROM {CUSTOMER}",
                f"DROP STATISTICS customers_customer_{name}_words",
            )
            for name in ("country", "source")
        ),
        TrackTable("customers_segment"),
        TrackTable("customers_segmentpick", root="segment_id", root_table="customers_segment"),
        TrackTable("customers_segmentmove", root="segment_id", root_table="customers_segment", updates=False),
        TrackTable(
            "customers_segmentstate",
            key="segment_id",
            root="segment_id",
            root_table="customers_segment",
            updates=False,
        ),
        TrackTable("customers_stagemove", root="customer_id", root_table=CUSTOMER, updates=False),
        TrackTable("customers_lifecyclerule"),
        TrackTable("customers_stageoverride", key="customer_id", root="customer_id", root_table=CUSTOMER),
        TrackTable(WORDINGS),
        TrackTable(LEDGER, root="customer_id", root_table=CUSTOMER, updates=False),
        TrackTable("customers_donotcontact", root="customer_id", root_table=CUSTOMER),
        TrackTable("customers_activity_attendees", root="activity_id", root_table=ACTIVITY),
        TrackTable("customers_activity_guests", root="activity_id", root_table=ACTIVITY),
        TrackTable("customers_classification"),
        TrackTable("customers_customerclass"),
        TrackTable("customers_invitation", root="task_id", root_table="customers_task"),
        migrations.RunSQL(REFUSE_CHANGES, ALLOW_CHANGES),
        migrations.RunSQL(REFUSE_DELETION, ALLOW_DELETION),
        migrations.RunPython(write_rules, migrations.RunPython.noop),
        migrations.RunPython(write_classes, migrations.RunPython.noop),
    ]
