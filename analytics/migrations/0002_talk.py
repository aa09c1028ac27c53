"""The index from which the talk with customers is counted."""

from django.db import migrations

# What people log about customers is counted by person and kind straight from this index: it holds no heap, and
# the talk of a year is small beside what the system notes.
TALK = """
CREATE INDEX IF NOT EXISTS analytics_talk ON customers_activity (occurred_at) INCLUDE (actor_id, verb)
WHERE verb IN ('customer.note', 'customer.call', 'customer.meeting', 'customer.mail', 'customer.chat')
AND actor_id IS NOT NULL;
"""


class Migration(migrations.Migration):
    dependencies = [("analytics", "0001_initial"), ("customers", "0001_initial")]

    operations = [
        migrations.RunSQL(TALK, "DROP INDEX analytics_talk;"),
    ]
