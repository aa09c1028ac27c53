"""Two companies that differ in their deals alone: 1,000 open ones of 10,000, and 100,000 open ones of a million."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from urllib.parse import urlencode

from django.core.management import call_command
from django.db import connection, transaction
from django.urls import reverse
from django.utils import timezone

from analytics.models import DealDay
from analytics.selectors.reports import REPORTS
from crm_site.jobs.running import run_job
from crm_site.jobs.starting import start_job
from crm_site.staff.models import Role, Team, User
from sales.models import Opportunity, Pipeline
from tests.benchmarks.databases import Databases

REPS, TEAMS = 40, 8
MANAGER, REP = "manager@bench.example", "rep0@bench.example"


@dataclass(frozen=True)
class Volume:
    """How many deals a company has, and how many of them are open."""

    name: str
    deals: int
    open: int


SMALL, LARGE = Volume("1k", 10_000, 1_000), Volume("100k", 1_000_000, 100_000)

CUSTOMERS = """
INSERT INTO customers_customer (kind, name, given_name, family_name, reference, job_title, identifier, industry,
    website, source, country, language, time_zone, stage, owner_id, team_id, version, created_at, updated_at,
    search_text, sort_key)
SELECT 'organisation', 'Company ' || n, '', '', '', '', '', '', '', '', '', '', '', 'prospect', u.id, u.team_id, 1,
    now(), now(), 'company ' || n, 'company ' || lpad(n::text, 9, '0')
FROM generate_series(1, %(customers)s) n
JOIN (SELECT id, team_id, row_number() OVER (ORDER BY id) - 1 AS turn FROM staff_user WHERE email LIKE 'rep%%') u
    ON u.turn = n %% %(reps)s
"""
# The last ones are open; the others ended at some time of three years. Every figure follows from the number alone.
DEALS = """
INSERT INTO sales_opportunity (number, name, customer_id, pipeline_id, stage_id, status, amount, amount_from_lines,
    currency, exchange_rate, base_amount, probability, category, source, expected_close, opened_at, stage_entered_at,
    touched_at, rots_at, closed_at, reason_id, close_note, note, next_step, next_step_date, push_count, search_text,
    sort_key, owner_id, team_id, version, created_at, updated_at)
SELECT 'B-' || n, 'Deal ' || n, c.id, s.pipeline_id, s.id, d.status, d.amount, false, %(currency)s, 1, d.amount,
    CASE d.status WHEN 'won' THEN 100 WHEN 'lost' THEN 0 ELSE s.probability END, s.category,
    (ARRAY['Website', 'Fair', 'Referral', 'Partner'])[1 + n %% 4], (d.opened + interval '60 days')::date, d.opened,
    d.opened + interval '10 days', d.opened + interval '10 days',
    CASE WHEN d.status = 'open' THEN d.opened + interval '30 days' END,
    CASE WHEN d.status <> 'open' THEN d.opened + make_interval(days => 15 + (n %% 60)::int) END,
    CASE WHEN d.status <> 'open' THEN r.keys[1 + n %% array_length(r.keys, 1)] END, '', '',
    CASE WHEN n %% 5 = 0 THEN '' ELSE 'Call' END, CASE WHEN n %% 5 = 0 THEN NULL ELSE current_date + (n %% 20)::int END,
    n %% 3, 'deal ' || n, 'deal ' || lpad(n::text, 9, '0'), c.owner_id, c.team_id, 1, d.opened, d.opened
FROM generate_series(1, %(deals)s) n
CROSS JOIN LATERAL (SELECT CASE WHEN n > %(deals)s - %(open)s THEN 'open' WHEN n %% 5 < 2 THEN 'won' ELSE 'lost' END
        AS status, 500 + (n::bigint * 7919 %% 20000)::numeric AS amount,
    now() - CASE WHEN n > %(deals)s - %(open)s THEN make_interval(hours => (n * 31 %% 2000)::int)
        ELSE make_interval(hours => 2000 + (n * 31 %% 24000)::int) END AS opened) d
JOIN (SELECT id, owner_id, team_id, row_number() OVER (ORDER BY id) - 1 AS turn FROM customers_customer) c
    ON c.turn = n %% %(customers)s
JOIN (SELECT id, pipeline_id, probability, category, row_number() OVER (ORDER BY position) - 1 AS turn
    FROM sales_stage WHERE pipeline_id = %(pipeline)s) s ON s.turn = n %% 4
JOIN (SELECT kind, array_agg(id ORDER BY id) AS keys FROM sales_reason GROUP BY kind) r
    ON r.kind = CASE d.status WHEN 'open' THEN 'won' ELSE d.status END
"""
LEDGER = """
INSERT INTO sales_opportunitychange (opportunity_id, kind, at, owner_id, team_id, pipeline_id, stage_id,
    former_stage_id, amount, delta, seconds)
SELECT o.id, t.kind, t.at, o.owner_id, o.team_id, o.pipeline_id, o.stage_id, t.former, o.base_amount, t.delta, t.seconds
FROM sales_opportunity o CROSS JOIN LATERAL (
    SELECT 'created' AS kind, o.opened_at AS at, NULL::bigint AS former, o.base_amount AS delta,
        NULL::bigint AS seconds
    UNION ALL SELECT 'moved', o.stage_entered_at, f.id, 0, 864000
        FROM sales_stage f JOIN sales_stage s ON s.id = o.stage_id
        WHERE f.pipeline_id = o.pipeline_id AND f.position = s.position - 1
    UNION ALL SELECT o.status, o.closed_at, NULL, -o.base_amount, extract(epoch FROM o.closed_at - o.stage_entered_at)
        WHERE o.status <> 'open') t
"""


def provide(databases: Databases, volume: Volume) -> None:
    """Make the company of this volume unless it is there, and use it."""
    databases.provide_empty(f"deals_{volume.name}")
    call_command("migrate", interactive=False, verbosity=0)
    if not Opportunity.objects.exists():
        load(volume)
    if not DealDay.objects.exists():
        rebuild_deals()
        with connection.cursor() as cursor:
            cursor.execute("VACUUM ANALYZE")


def load(volume: Volume) -> None:
    """Write the people, customers and deals of the company, all or nothing."""
    with transaction.atomic(), connection.cursor() as cursor:
        people()
        # Without triggers: the ledger comes as one statement, and nobody doubts the keys.
        cursor.execute("SET LOCAL session_replication_role = replica")
        facts: dict[str, str | int] = {
            "customers": max(REPS, volume.deals // 10),
            "reps": REPS,
            "deals": volume.deals,
            "open": volume.open,
            "currency": "EUR",
            "pipeline": Pipeline.objects.get(is_default=True).pk,
        }
        for statement in (CUSTOMERS, DEALS, LEDGER):
            cursor.execute(statement, facts if statement is not LEDGER else None)


def rebuild_deals() -> None:
    """Have the facts of deals counted, month by month, as the nightly job does."""
    run = start_job("metrics", {"cause": ""})
    run_job(run.pk)


def people() -> None:
    """Make the sales people: teams below one another's head, and a manager who sees everything."""
    head = Team.objects.create(name="Sales")
    teams = [Team.objects.create(name=f"Team {number}", parent=head) for number in range(TEAMS)]
    rep, manager = Role.objects.get(code="rep"), Role.objects.get(code="manager")
    for number in range(REPS):
        user = User.objects.create_user(f"rep{number}@bench.example", name=f"Rep {number}", team=teams[number % TEAMS])
        user.roles.add(rep)
    boss = User.objects.create_user(MANAGER, name="Manager", team=head)
    boss.roles.add(manager)


def recent() -> dict[str, str]:
    """Return the days of the last quarter, as pages take them."""
    today = timezone.localdate()
    return {"from": (today - dt.timedelta(days=90)).isoformat(), "to": today.isoformat()}


def pages() -> dict[str, str]:
    """Return the pages that are measured, by name."""
    quarter = urlencode(recent())
    return {
        "Opportunities": reverse("sales:opportunity-list"),
        "Opportunities, oldest first": reverse("sales:opportunity-list") + "?sort=opened",
        "Opportunities, as a board": reverse("sales:opportunity-list") + "?as=board",
        "Opportunities won": reverse("sales:opportunity-list") + "?status=won&sort=-amount",
        "Forecast": reverse("sales:forecast"),
        "Monday page": reverse("sales:monday"),
        "Sales dashboard": reverse("analytics:sales") + f"?{quarter}",
        **{f"Report: {code}": reverse("analytics:sales-report", args=[code]) + f"?{quarter}" for code in REPORTS},
        "Voice of the customer": reverse("sales:voice"),
    }
