"""The figures of the demo company: computed by the jobs, as for everybody."""

from crm_site.demo.registry import register_figures

register_figures("metrics", "csat", "nps", "rfm", "clv", "value_tiers")
