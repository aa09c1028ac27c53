"""The job behind the clear page."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from crm_site.demo.clearing import clear_demo
from crm_site.demo.loading import compute_figures
from crm_site.jobs.context import JobContext
from crm_site.jobs.registry import job


@job("demo_clear", _("Clear the demo data"), "setup", listed=False)
def demo_clear(context: JobContext) -> dict[str, Any]:
    """Remove the demo company, except the account of whoever asked for it; then compute the figures again."""

    def before_block(done: int, total: int) -> None:
        context.progress(done, total)
        context.raise_if_cancelled()

    removed = clear_demo(keep=context.user, before_block=before_block)
    context.count(removed=removed)
    compute_figures(say=lambda words: None)
    return {"removed": removed}
