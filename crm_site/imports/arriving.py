"""Reading a file in a thread of its own, while the rows that have arrived are loaded already."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from queue import Empty, SimpleQueue

from django.db import connection

from crm_site.imports.models import Import
from crm_site.imports.rows import RowReader
from crm_site.imports.staging import Batch, Progress, count_batch, look_at_rows, settle_read, stage, staged_batches
from crm_site.jobs.context import JobContext
from crm_site.jobs.models import JobRun, JobState

# The loading mostly waits for the server; when it wakes, the reading must let go at once.
SWITCH_SECONDS = 0.0005
WAIT_SECONDS = 0.5


class Arrivals:
    """The batches that have arrived so far; everything has from the start, unless a thread reads."""

    def __init__(self) -> None:
        self._queue: SimpleQueue[Batch | BaseException | None] = SimpleQueue()
        self.finished = True

    def count_into(self, context: Progress) -> None:
        """Count what has arrived; raise what stopped the reading."""
        while not self.finished:
            try:
                self._take(self._queue.get_nowait(), context)
            except Empty:
                return

    def wait(self, context: Progress) -> None:
        """Wait a moment for more."""
        try:
            self._take(self._queue.get(timeout=WAIT_SECONDS), context)
        except Empty:
            return

    def put(self, batch: Batch | BaseException | None) -> None:
        """Hand over a batch, an error, or None at the end."""
        self._queue.put(batch)

    def _take(self, batch: Batch | BaseException | None, context: Progress) -> None:
        if isinstance(batch, BaseException):
            raise batch
        if batch is None:
            self.finished = True
            look_at_rows(context)
        else:
            count_batch(batch, context)


@contextmanager
def arriving(job: Import, context: Progress, fence: JobContext) -> Iterator[Arrivals]:
    """Read the file while the block runs. Inside a transaction, which a thread could not see, it is read before."""
    arrivals = Arrivals()
    if connection.in_atomic_block:
        stage(job, context)
        yield arrivals
        return
    after = settle_read(job, context)
    arrivals.finished = False
    stop = threading.Event()
    thread = threading.Thread(target=_read, args=(job, after, arrivals, stop, fence.run), daemon=True)
    interval = sys.getswitchinterval()
    sys.setswitchinterval(SWITCH_SECONDS)
    thread.start()
    try:
        yield arrivals
    finally:
        stop.set()
        thread.join()
        sys.setswitchinterval(interval)


def _read(job: Import, after: int, arrivals: Arrivals, stop: threading.Event, run: JobRun) -> None:
    try:
        for batch in staged_batches(job, RowReader(job), after):
            arrivals.put(batch)
            # A worker that was taken for dead must not go on beside the one that took over: of two that copy the
            # same lines the second is refused by their unique numbers, and this one stops.
            mine = JobRun.objects.filter(pk=run.pk, attempt=run.attempt, state=JobState.RUNNING).exists()
            if stop.is_set() or not mine:
                return
        arrivals.put(None)
    except BaseException as error:  # handed over to the thread that waits
        arrivals.put(error)
    finally:
        connection.close()
