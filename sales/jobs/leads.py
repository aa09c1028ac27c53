"""The job that scores all live leads again: points fade from day to day."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from crm_site.jobs.context import JobContext
from crm_site.jobs.parameters import Parameter
from crm_site.jobs.registry import job
from sales.models import Lead
from sales.services.leads.scoring import CHUNK, score_leads


@job(
    "lead_scores",
    _("Scores of leads"),
    "sales",
    {"cause": Parameter(str, _("What asked for it; runs of different causes do not join"), default="")},
)
def lead_scores(run: JobContext, *, cause: str) -> dict[str, Any]:
    """Score every live lead, chunk by chunk; a resumed run goes on after its last chunk."""
    del cause
    last, total = int(run.checkpoint.get("lead", 0)), Lead.objects.live().count()
    while ids := list(Lead.objects.live().filter(pk__gt=last).order_by("pk").values_list("pk", flat=True)[:CHUNK]):
        run.raise_if_cancelled()
        run.count(leads=len(ids), changed=score_leads(ids))
        last = ids[-1]
        run.save_checkpoint(lead=last)
        done = int(run.counts.get("leads", 0))
        run.progress(done, max(done, total), gettext("Leads"))
    return run.counts
