"""Celery tasks of files."""

from __future__ import annotations

from celery import shared_task

from crm_site.files.preparing import prepare_pending


@shared_task(name="files.prepare")
def prepare() -> None:
    """Check and draw what has arrived; rung by an upload, and swept in case a ring was lost."""
    prepare_pending()
