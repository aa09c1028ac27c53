"""Trials: an import done whole and rolled back, so that its counts are those of the real one."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from typing import TYPE_CHECKING, Any

from django.db import connection, transaction

from crm_site.imports.kinds import kind_of
from crm_site.imports.loading import load_range, next_range
from crm_site.imports.models import Import, RowState, StagedRow
from crm_site.imports.staging import stage
from crm_site.imports.transactions import quick_commits

if TYPE_CHECKING:
    from collections.abc import Iterator

    from crm_site.imports.chunks import Chunk
    from crm_site.jobs.context import JobContext
    from crm_site.staff.models import User

KEPT_PROBLEMS = 200
SETTINGS = (
    "kind", "mode", "duplicates", "key", "bad_cells", "mapping", "values", "habits", "options", "encoding",
    "delimiter", "header_line", "path",
)  # fmt: skip
COUNTS = ("rows", "created", "updated", "skipped", "failed")


class TrialContext:
    """Stands for the job while nothing is kept: counts, and passes progress on to the job that tries, if one does."""

    def __init__(self, user: User | None, job: JobContext | None = None) -> None:
        self.user = user
        self.checkpoint: dict[str, Any] = {}
        self.counted: Counter[str] = Counter()
        self._job = job

    @property
    def counts(self) -> dict[str, int]:
        """Counts so far."""
        return dict(self.counted)

    def count(self, **counts: int) -> None:
        """Add to the counts."""
        self.counted.update(counts)

    def progress(self, done: int, total: int, phase: str = "") -> None:
        """Say how far the trial is."""
        if self._job is not None:
            self._job.progress(done, total, phase)

    def save_checkpoint(self, **values: Any) -> None:
        """Remember for this trial only; a trial that is interrupted begins again."""
        self.checkpoint.update(values)

    def raise_if_cancelled(self) -> None:
        """Stop when the job was asked to."""
        if self._job is not None:
            self._job.raise_if_cancelled()


def fingerprint(job: Import) -> str:
    """Return what changes with anything that changes how the file is read."""
    told = json.dumps([getattr(job, name) for name in SETTINGS], sort_keys=True, default=str)
    return hashlib.sha256(told.encode()).hexdigest()


def is_tried(job: Import) -> bool:
    """Tell whether a trial of the import as it is set now has been done."""
    return bool(job.trial) and job.staged_for == fingerprint(job)


def try_import(job: Import, user: User | None, run: JobContext | None = None) -> dict[str, Any]:
    """Read the whole file, load it and roll back; keep what came of it, and the checked rows for the real run."""
    context = TrialContext(user, run)
    told = fingerprint(job)
    Import.objects.filter(pk=job.pk).update(staged_for="", trial={})
    clear_staged(job)
    staged = stage(job, context)
    unknown = unknown_values(job, staged.values_seen)
    read = {name: context.counted[name] for name in ("rows", "failed")}
    problems = load_and_roll_back(job, context)
    found = {
        **{name: context.counted[name] for name in COUNTS},
        "read": read,
        "problems": problems,
        "values": unknown,
        "more": {name: count for name, count in context.counts.items() if name not in COUNTS},
    }
    job.trial, job.staged_for = found, told
    Import.objects.filter(pk=job.pk).update(trial=found, staged_for=told)
    return found


def clear_staged(job: Import) -> None:
    """Forget the rows of an earlier reading."""
    StagedRow.objects.filter(job=job).delete()


def load_and_roll_back(job: Import, context: TrialContext) -> list[dict[str, Any]]:
    """Load chunk by chunk as the real run would, each rolled back; return the first rows that only then are refused."""
    refused: list[dict[str, Any]] = []
    for _chunk in tried_chunks(job, context, refused):
        transaction.set_rollback(True)
    return refused


def tried_chunks(job: Import, context: TrialContext, refused: list[dict[str, Any]]) -> Iterator[Chunk]:
    """Load the waiting rows, and yield inside each chunk's transaction; rows that are refused go into `refused`."""
    kind = kind_of(job.kind)
    loaded = 0
    for by_key in (False, True):
        while True:
            context.raise_if_cancelled()
            with transaction.atomic():
                quick_commits()
                found = next_range(job, kind, context, by_key=by_key)
                if found is None:
                    break
                chunk = load_range(job, kind, context, found)
                refused += _refused_in(chunk, KEPT_PROBLEMS - len(refused))
                yield chunk
            loaded += found.size
            context.save_checkpoint(**{"group" if by_key else "line": found.high})
            context.progress(loaded, context.counted["rows"], "trying")


def _refused_in(chunk: Chunk, limit: int) -> list[dict[str, Any]]:
    """Return the rows that loading refused, before the rollback forgets them; cell problems are told by the rows."""
    if limit <= 0:
        return []
    found = chunk.rows(
        f"SELECT line, problems FROM imports_stagedrow WHERE {chunk.range.condition()} "
        "AND state = %s AND record_id IS NULL AND problems -> 0 ? 'loading' ORDER BY line LIMIT %s",
        *chunk.range.params, int(RowState.FAILED), limit,
    )  # fmt: skip
    return [{"line": line, **one} for line, problems in found for one in _parsed(problems)]


def _parsed(stored: Any) -> list[dict[str, Any]]:
    return json.loads(stored) if isinstance(stored, str) else list(stored)


def unknown_values(job: Import, seen: dict[str, Counter[str]]) -> dict[str, list[dict[str, Any]]]:
    """Return by field the words of the file that mean nothing to us yet, or that the importer has explained."""
    kind = kind_of(job.kind)
    found: dict[str, list[dict[str, Any]]] = {}
    for name, counter in seen.items():
        field = kind.field(name)
        said = job.values.get(name, {})
        known = _known_people(list(counter)) if field.is_person else _known_words(field, list(counter))
        words = [word for word in counter if word in said or word not in known]
        if words:
            ordered = sorted(words, key=lambda word: (-counter[word], word))
            found[name] = [{"word": word, "count": counter[word]} for word in ordered]
    return found


def _known_words(field: Any, words: list[str]) -> set[str]:
    from crm_site.imports.cells import CellError

    known = set()
    for word in words:
        try:
            field.read(word)
        except CellError:
            continue
        known.add(word)
    return known


def _known_people(words: list[str]) -> set[str]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT lower(email) FROM staff_user WHERE is_active AND lower(email) = ANY(%s) UNION SELECT lower(name) "
            "FROM staff_user WHERE is_active AND lower(name) = ANY(%s) GROUP BY 1 HAVING count(*) = 1",
            [words, words],
        )
        return {row[0] for row in cursor.fetchall()}
