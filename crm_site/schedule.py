"""What happens by the clock, in the organisation's zone."""

from __future__ import annotations

from typing import Any

from celery.schedules import crontab


def nightly(job: str, hour: int, minute: int) -> dict[str, Any]:
    """Return the schedule of a job that starts every night."""
    return {"task": "jobs.start", "schedule": crontab(hour=hour, minute=minute), "args": [job]}


CELERY_BEAT_SCHEDULE = {
    "outbox-sweep": {"task": "events.deliver_pending", "schedule": 5.0},
    "jobs-sweep": {"task": "jobs.sweep", "schedule": 10.0},
    "files-sweep": {"task": "files.prepare", "schedule": 60.0},
    "mail-sweep": {"task": "mail.sweep", "schedule": 30.0},
    "robots-sweep": {"task": "notifications.sweep", "schedule": 30.0},
    "digests": {"task": "notifications.make_digests", "schedule": 300.0},
    "assignment-sweep": {"task": "assignment.sweep", "schedule": 60.0},
    "tasks-sweep": {"task": "customers.sweep_tasks", "schedule": 15.0},
    "monday-mails": {"task": "sales.mail_mondays", "schedule": 300.0},
    "leads-sweep": {"task": "sales.sweep_leads", "schedule": 60.0},
    "nightly-metrics": nightly("metrics", 1, 0),
    "nightly-csat": nightly("csat", 1, 20),
    "nightly-nps": nightly("nps", 1, 25),
    "nightly-rfm": nightly("rfm", 1, 30),
    "nightly-clv": nightly("clv", 1, 40),
    "nightly-tiers": nightly("value_tiers", 2, 0),
    "nightly-health": nightly("health", 2, 10),
    "nightly-lifecycle": nightly("lifecycle", 2, 20),
    "nightly-lead-scores": nightly("lead_scores", 2, 30),
    "nightly-need-topics": nightly("need_topics", 2, 40),
    "nightly-forecast-snapshots": nightly("forecast_snapshots", 0, 30),
    "nightly-forget-exports": nightly("forget-exports", 3, 10),
    "nightly-forget-history": nightly("forget_history", 3, 0),
    "nightly-forget-imports": nightly("forget_imports", 3, 20),
    "nightly-forget-mail": nightly("forget_mail", 3, 30),
    "nightly-forget-notifications": nightly("forget_notifications", 3, 40),
    "nightly-forget-files": nightly("forget_files", 3, 50),
    "nightly-forget-assignment-days": nightly("forget_assignment_days", 3, 15),
    "nightly-forget-firings": nightly("forget_firings", 3, 10),
    "nightly-forget-submissions": nightly("forget_submissions", 3, 35),
}
