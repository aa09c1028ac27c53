"""Sales reports: tables of figures within a reader's scope, whose rows can be opened."""

from analytics.selectors.reports import funnel, closed, reps, velocity, ageing, response  # noqa: F401, I001  # shown so
from analytics.selectors.reports.registry import REPORTS, Report, reports_for
from analytics.selectors.reports.tables import Asked, Table

__all__ = ["REPORTS", "Asked", "Report", "Table", "reports_for"]
