"""Where apps bring their part of the demo company."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from crm_site.demo.writing import DemoWriter

Part = Callable[["DemoWriter"], None]

PARTS: list[Part] = []
READING: set[Part] = set()
FIGURES: list[str] = []


def register_part(part: Part) -> Part:
    """Register an app's part. Apps start from the lowest up, so a part finds the records of the apps below."""
    if part not in PARTS:
        PARTS.append(part)
    return part


def register_reading_part(part: Part) -> Part:
    """Register a part that looks up what earlier parts wrote: large companies have their indexes back by then."""
    READING.add(part)
    return register_part(part)


def register_figures(*jobs: str) -> None:
    """Name jobs that compute figures from records: run in this order once records were loaded or removed."""
    FIGURES.extend(name for name in jobs if name not in FIGURES)
