"""The small parts of a list's declaration: totals, tabs and buttons."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db.models import Aggregate

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

    from crm_site.staff.models import User


@dataclass(frozen=True, kw_only=True)
class Total:
    """A figure over all rows of the list, shown in the title line while counting is cheap.

    It stands while its `column` (by default the one of its name) does; without such a column it always stands.
    """

    name: str
    label: StrOrPromise
    aggregate: Aggregate
    kind: str = "money"
    column: str = ""


@dataclass(frozen=True, kw_only=True)
class Tab:
    """A view of the list people choose with one click; `params` as keywords for `ListPage.url`."""

    code: str
    label: StrOrPromise
    params: Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Action:
    """A button of the page; needs leave to change the module unless `for_readers`."""

    label: StrOrPromise
    icon: str
    url_name: str
    primary: bool = False
    shortcut: str = ""
    for_readers: bool = False
    allowed: Callable[[User], bool] | None = None


@dataclass(frozen=True)
class Figures:
    """How many rows there are (`more` when counting stopped) and the totals over them."""

    count: int
    more: bool
    totals: dict[str, Any]
