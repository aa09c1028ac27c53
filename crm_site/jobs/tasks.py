"""Celery tasks of the jobs room: each loads by key and calls one function."""

from __future__ import annotations

from typing import Any

from celery import shared_task

from crm_site.jobs import running
from crm_site.jobs.starting import start_job


@shared_task(name="jobs.run")
def run(pk: int) -> None:
    """Work one queued run to its end."""
    running.run_job(pk)


@shared_task(name="jobs.sweep")
def sweep() -> None:
    """Notice dead workers and forgotten runs."""
    running.sweep()


@shared_task(name="jobs.start")
def start(name: str, params: dict[str, Any] | None = None) -> None:
    """Start a job by schedule."""
    start_job(name, params)
