"""The figures of the demo company: computed by the jobs, as for everybody."""

from __future__ import annotations

from typing import TYPE_CHECKING

from analytics.services.figures import count_everybody
from crm_site.demo.registry import register_figures, register_last_figures, register_part
from customers.models import CustomerMetrics
from service.models import SurveyAnswer

if TYPE_CHECKING:
    from crm_site.demo.writing import DemoWriter

register_figures("metrics", "csat", "nps")
register_figures("rfm", "clv", "value_tiers", "health")
register_last_figures("classes")


@register_part
def count_customers(writer: DemoWriter) -> None:
    """Count a large company while its tables are without indexes; the job then finds everything counted."""
    if writer.size.is_large:
        # Planned as the empty tables that they were, joins of a million rows would never end.
        for model in (CustomerMetrics, SurveyAnswer):
            writer.execute(f"ANALYZE {model._meta.db_table}")
        writer.say(f"{count_everybody():,} customers counted")
