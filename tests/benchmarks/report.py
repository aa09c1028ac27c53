"""The table of a benchmark, on the screen and in `docs/benchmarks.md`."""

from __future__ import annotations

import os
import platform
from pathlib import Path
from typing import TYPE_CHECKING

from django.db import connection
from django.utils import timezone

from crm_site.local.places import PROJECT

if TYPE_CHECKING:
    from tests.benchmarks.pages import Page

DOCUMENT = PROJECT / "docs" / "benchmarks.md"
START, END = "<!-- pages: {} -->", "<!-- end of pages: {} -->"


def table(found: dict[str, Page], small: str, large: str) -> str:
    """Return the measurements as a Markdown table."""
    lines = [
        f"| page | {small}, ms | {large}, ms | ratio | {large} cold, ms | queries |",
        "|---|---:|---:|---:|---:|---:|",
    ]
    for name, page in found.items():
        one, other = page.by_size[small], page.by_size[large]
        figures = (
            f"{one.median:.1f} | {other.median:.1f} | {page.ratio(large):.2f} | {other.cold:.0f} | {other.queries}"
        )
        lines.append(f"| {name} | {figures} |")
    return "\n".join(lines)


def machine() -> str:
    """Return what figures depend on, without naming the machine."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    with connection.cursor() as cursor:
        cursor.execute("SHOW server_version")
        server = cursor.fetchone()[0]
    return (
        f"{os.cpu_count()} processors ({platform.machine()}), {memory:.0f} GiB memory, "
        f"Python {platform.python_version()}, PostgreSQL {server}, {timezone.localdate():%Y-%m-%d}"
    )


def write(role: str, text: str, facts: str, document: Path = DOCUMENT) -> None:
    """Put a role's table into the document, in place of the one before."""
    start, end = START.format(role), END.format(role)
    part = f"{start}\n## As {role}\n\n{facts}\n\n{text}\n{end}"
    whole = document.read_text() if document.exists() else ""
    if start in whole:
        before, _start, rest = whole.partition(start)
        whole = before + part + rest.partition(end)[2]
    else:
        whole = f"{whole.rstrip()}\n\n{part}\n"
    document.write_text(whole)
