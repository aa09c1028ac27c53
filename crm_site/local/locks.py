"""Locks on files: the kernel lets go of them when their holder ends, however it ends."""

import contextlib
import fcntl
import os
import time
from pathlib import Path
from typing import Self


class FileLock:
    """An advisory lock on one file, whose holder may leave a word about itself."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)

    def take(self, *, shared: bool = False) -> bool:
        """Take the lock if it is free; tell whether that worked."""
        try:
            fcntl.flock(self.handle, (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def wait(self, seconds: float) -> bool:
        """Take the lock, trying for so long; tell whether that worked."""
        deadline = time.monotonic() + seconds
        while not self.take():
            if time.monotonic() > deadline:
                return False
            time.sleep(0.05)
        return True

    def describe(self, words: str) -> None:
        """Leave a word for whoever finds the lock taken."""
        os.ftruncate(self.handle, 0)
        os.pwrite(self.handle, words.encode(), 0)

    @property
    def holder(self) -> str:
        """What the holder said of itself."""
        return os.pread(self.handle, 1000, 0).decode(errors="replace")

    def release(self) -> None:
        """Let go of the lock; children that inherited it may hold it on."""
        if self.handle >= 0:
            with contextlib.suppress(OSError):
                os.close(self.handle)
            self.handle = -1

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.release()
