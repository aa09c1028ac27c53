"""What a running job can say and ask: progress, checkpoint, cancellation."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import connection, transaction
from django.db.models.functions import Now

from crm_site.jobs.models import JobRun, JobState

if TYPE_CHECKING:
    from crm_site.staff.models import User


class JobCancelledError(Exception):
    """Somebody asked the run to stop."""


class JobLostError(Exception):
    """The run was taken over by another worker: whatever this one writes now must not count."""


class JobContext:
    """One attempt at one run. Writes are fenced by the attempt number."""

    def __init__(self, run: JobRun) -> None:
        self.run = run
        self.checkpoint: dict[str, Any] = dict(run.checkpoint)
        self._counts: dict[str, int] = dict(run.counts)
        self._stop = threading.Event()
        self._fenced_out = False
        self._cancelled = False
        self._thread: threading.Thread | None = None

    @property
    def user(self) -> User | None:
        """Who started the run."""
        return self.run.started_by

    def progress(self, done: int, total: int, phase: str = "") -> None:
        """Say how far the work is; the heartbeat writes it down within seconds."""
        self.run.done, self.run.total = done, total
        self.run.phase = phase or self.run.phase

    def count(self, **counts: int) -> None:
        """Add to the run's counts, e.g. `count(created=10)`."""
        for name, number in counts.items():
            self._counts[name] = self._counts.get(name, 0) + number

    @property
    def counts(self) -> dict[str, int]:
        """Counts so far, over all attempts."""
        return dict(self._counts)

    def save_checkpoint(self, **values: Any) -> None:
        """Remember how far the work is, in the caller's transaction, so that both are kept or neither.

        Raises JobLostError when another worker has taken the run over.
        """
        self.checkpoint.update(values)
        fields = {"checkpoint": self.checkpoint, "counts": self._counts}
        with transaction.atomic():
            if not self._mine().update(**fields):
                raise JobLostError

    def raise_if_cancelled(self) -> None:
        """Raise JobCancelledError or JobLostError when the work should stop; call it between chunks."""
        if self._fenced_out:
            raise JobLostError
        if self._cancelled or (self._thread is None and self._asked_to_stop()):
            raise JobCancelledError

    def beat(self) -> None:
        """Write heartbeat and progress, and learn whether to stop."""
        shown = {"done": self.run.done, "total": self.run.total, "phase": self.run.phase}
        if not self._mine().update(heartbeat_at=Now(), **shown):
            self._fenced_out = True
            return
        self._cancelled = self._asked_to_stop()

    def _mine(self) -> Any:
        return JobRun.objects.filter(pk=self.run.pk, attempt=self.run.attempt, state=JobState.RUNNING)

    def _asked_to_stop(self) -> bool:
        return bool(JobRun.objects.filter(pk=self.run.pk, cancel_requested=True).exists())

    def __enter__(self) -> JobContext:
        if settings.JOB_HEARTBEAT_SECONDS:
            self._thread = threading.Thread(target=self._beat_until_stopped, daemon=True)
            self._thread.start()
        return self

    def __exit__(self, *exception: object) -> None:
        self._stop.set()
        if self._thread is not None:
            self._thread.join()

    def _beat_until_stopped(self) -> None:
        # A thread has its own connection, so beats are seen while the work's transaction is still open.
        try:
            while not self._stop.wait(settings.JOB_HEARTBEAT_SECONDS):
                try:
                    self.beat()
                except Exception:  # the server may be restarting: the next beat opens a new connection
                    connection.close()
        finally:
            connection.close()
