"""Access to the reference datasets, which lie beside the project and never ship with it."""

from __future__ import annotations

import gzip
import os
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

# The folder beside the project, unless the environment names another.
DATA = Path(os.environ.get("CRM_DATA") or Path(__file__).resolve().parents[2] / "shared" / "data")


def reference_file(name: str) -> Path:
    """Return a dataset's path; without it the test is skipped, or fails when CRM_REQUIRE_DATA=1."""
    path = DATA / name
    if not path.exists():
        if os.environ.get("CRM_REQUIRE_DATA") == "1":
            pytest.fail(f"{path} is missing")
        pytest.skip(f"{path} is missing")
    return path


def cdnow(until: date) -> dict[str, NDArray[np.float64]]:
    """Return x, t_x, T (weeks), spend (mean repeat spend) and later (purchase days after ``until``)."""
    days: dict[str, dict[date, float]] = {}
    with gzip.open(reference_file("cdnow/CDNOW_sample.txt.gz"), "rt") as lines:
        for line in lines:
            _, customer, day, _, dollars = line.split()
            bought = days.setdefault(customer, {})
            when = date(int(day[:4]), int(day[4:6]), int(day[6:]))
            bought[when] = bought.get(when, 0.0) + float(dollars)
    rows = []
    for bought in days.values():
        seen = sorted(day for day in bought if day <= until)
        repeats = seen[1:]
        spend = sum(bought[day] for day in repeats) / len(repeats) if repeats else 0.0
        age, last = (until - seen[0]).days / 7, (seen[-1] - seen[0]).days / 7
        rows.append((len(repeats), last, age, spend, len(bought) - len(seen)))
    columns = np.array(rows, dtype=np.float64).T
    return dict(zip(("x", "t_x", "T", "spend", "later"), columns, strict=True))
