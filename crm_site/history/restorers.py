"""What apps add to restoring: a service that sets values, and one that derives columns again."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db import models

if TYPE_CHECKING:
    from crm_site.staff.models import User

Change = Callable[[Any, int, dict[str, Any], "User | None"], None]
Derive = Callable[[Iterable[int]], None]


@dataclass(frozen=True)
class Restorer:
    """How values of one model are set by hand (`change(record, version, facts, user)`) and columns derived again."""

    change: Change
    derive: Derive | None = None


_restorers: dict[type[models.Model], Restorer] = {}


def register_restorer(model: type[models.Model], change: Change, derive: Derive | None = None) -> None:
    """Register how a model's values are restored."""
    _restorers[model] = Restorer(change, derive)


def restorer_of(model: type[models.Model]) -> Restorer | None:
    """Return how values of the model are restored, if the app allows it."""
    return _restorers.get(model)


def rederive(model: type[models.Model], ids: Iterable[int]) -> None:
    """Derive the hidden columns of the rows again, after only some of their values were put back."""
    found = _restorers.get(model)
    if found is not None and found.derive is not None:
        found.derive(ids)
