"""Celery tasks of assignment."""

from __future__ import annotations

from celery import shared_task

from crm_site.assignment.assigning import sweep_kind
from crm_site.assignment.kinds import kinds


@shared_task(name="assignment.sweep")
def sweep() -> None:
    """Try again what found nobody and move on what nobody answered; safe to run twice at once."""
    for kind in kinds():
        sweep_kind(kind.code)
