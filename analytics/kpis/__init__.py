"""Key figures: definitions, and reading them from facts within a reader's scope."""

from analytics.kpis import customers, sales, surveys, values
from analytics.kpis.registry import KPIS, Kpi, Source, kpis_for

__all__ = ["KPIS", "Kpi", "Source", "customers", "kpis_for", "sales", "surveys", "values"]
