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
FIGURES: list[tuple[str, ...]] = []
LAST_FIGURES: list[str] = []


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
    """Name a line of jobs that compute figures from records, run in this order once records were loaded or removed.

    The lines of a large company are run side by side: what one of them needs of another, the load has written.
    """
    if jobs not in FIGURES:
        FIGURES.append(jobs)


def register_last_figures(job: str) -> None:
    """Name a job that needs the figures of all lines."""
    if job not in LAST_FIGURES:
        LAST_FIGURES.append(job)
