"""Where apps bring their part of the demo company."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from django.db.models import Model

    from crm_site.demo.writing import DemoWriter

Part = Callable[["DemoWriter"], None]

PARTS: list[Part] = []
READING: dict[Part, tuple[type[Model], ...]] = {}
FIGURES: list[str] = []


def register_part(part: Part) -> Part:
    """Register an app's part. Apps start from the lowest up, so a part finds the records of the apps below."""
    if part not in PARTS:
        PARTS.append(part)
    return part


def register_reading_part(*models: type[Model]) -> Callable[[Part], Part]:
    """Register a part that looks up records that earlier parts wrote: their tables have their indexes back by then."""

    def register(part: Part) -> Part:
        READING[part] = models
        return register_part(part)

    return register


def register_figures(*jobs: str) -> None:
    """Name jobs that compute figures from records: run in this order once records were loaded or removed."""
    FIGURES.extend(name for name in jobs if name not in FIGURES)
