"""Key figures: definitions, and reading them from facts within a reader's scope."""

from analytics.kpis import customers, deal_figures, deals, leads, sales, surveys, values
from analytics.kpis.registry import KPIS, Kpi, Source, kpis_for

__all__ = [
    "KPIS",
    "Kpi",
    "Source",
    "customers",
    "deal_figures",
    "deals",
    "kpis_for",
    "leads",
    "sales",
    "surveys",
    "values",
]
