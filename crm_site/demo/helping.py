"""A second process that prepares rows while the first one writes: two cores fill a large company in half the time."""

from __future__ import annotations

import multiprocessing
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import contextmanager
from typing import Any

# How many prepared pieces may wait to be written: enough to keep both busy, few enough to stay small.
AHEAD = 2

Write = Callable[[Any, Any], None]


class Pipeline:
    """Hands pieces of work to the helper, and their results, in order, to `write(result, kept)`."""

    def __init__(self, pool: ProcessPoolExecutor | None, write: Write) -> None:
        self._pool = pool
        self._write = write
        self._waiting: deque[tuple[Future[Any], Any]] = deque()

    def give(self, prepare: Callable[[Any], Any], piece: Any, kept: Any = None) -> None:
        """Have `prepare(piece)` done, which must not touch the database, and write what is ready.

        `kept` stays in this process and comes along to `write`.
        """
        if self._pool is None:
            self._write(prepare(piece), kept)
            return
        self._waiting.append((self._pool.submit(prepare, piece), kept))
        while len(self._waiting) > AHEAD:
            self._write_next()

    def finish(self) -> None:
        """Write the rest."""
        while self._waiting:
            self._write_next()

    def _write_next(self) -> None:
        future, kept = self._waiting.popleft()
        self._write(future.result(), kept)


@contextmanager
def pipeline(write: Write, *, is_large: bool) -> Iterator[Pipeline]:
    """Provide a pipeline, with a helper process where the company is large; leaving the block writes everything."""
    if not is_large:
        yield Pipeline(None, write)
        return
    # A spawned process shares no connection with this one.
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(max_workers=1, mp_context=context, initializer=_set_up) as pool:
        line = Pipeline(pool, write)
        yield line
        line.finish()


def _set_up() -> None:
    """Make models importable in the helper."""
    import django

    django.setup()
