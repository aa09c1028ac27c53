"""The reports that exist: what each tells, and how its tables are built."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from analytics.selectors.reports.tables import Asked, Table

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

    from crm_site.staff.models import User


@dataclass(frozen=True, kw_only=True)
class Report:
    """One report. `code` never changes: addresses and the API keep it.

    `asks` names what can be chosen beside period, owner and team; `bars` are the columns that are drawn too. A report
    that is not `periodic` stands as of now.
    """

    code: str
    title: StrOrPromise
    icon: str
    summary: StrOrPromise
    build: Callable[[Asked], list[Table]]
    asks: tuple[str, ...] = ()
    bars: tuple[str, ...] = ()
    periodic: bool = True
    module: str = "sales"

    def visible_to(self, user: User) -> bool:
        """Tell whether the reader may see figures at all, and the records of these."""
        return user.access.can_view("analytics") and user.access.can_view(self.module)


REPORTS: dict[str, Report] = {}


def register_report(report: Report) -> Report:
    """Register a report; raise ValueError when the code is taken."""
    if report.code in REPORTS:
        raise ValueError(f"report {report.code!r} is registered already")
    REPORTS[report.code] = report
    return report


def reports_for(user: User) -> list[Report]:
    """Return the reports the reader may open."""
    return [report for report in REPORTS.values() if report.visible_to(user)]
