"""What waits for us at a customer: open issues, from every app that knows of some."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from crm_site.pages.registry import Registry

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django_stubs_ext import StrOrPromise

    from customers.models import Customer


@dataclass(frozen=True, kw_only=True)
class IssueSource:
    """One kind of issue. `open` returns the issues open at a moment: rows with a `customer`, which may be empty.

    `url` leads to a customer's rows of that kind.
    """

    code: str
    label: StrOrPromise
    open: Callable[[dt.datetime], QuerySet[Any]]
    url: Callable[[Customer], str]
    order: int = 100


issue_sources: Registry[IssueSource] = Registry()
register_issues = issue_sources.register


def open_issues(customer: Customer, now: dt.datetime) -> list[tuple[IssueSource, int]]:
    """Return the sources that have open issues of a customer, with their number."""
    found = ((source, source.open(now).filter(customer=customer).count()) for source in issue_sources)
    return [(source, count) for source, count in found if count]
