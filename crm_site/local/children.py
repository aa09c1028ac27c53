"""One child process of the embedded start: begun, asked whether it is ready, ended in order."""

import contextlib
import os
import signal
import subprocess
import time
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from pathlib import Path

from crm_site.local.errors import StartError
from crm_site.local.places import PROJECT
from crm_site.local.processes import spawn


class Child(ABC):
    """A process with a log, a gentle way to end it and a patience for that."""

    name: str
    log: Path
    stop_signal = signal.SIGTERM
    patience_seconds = 10.0
    poll_seconds = 0.02

    def __init__(self) -> None:
        self.process: subprocess.Popen[bytes] | None = None

    @abstractmethod
    def launch(self) -> subprocess.Popen[bytes]:
        """Start the process and return at once."""

    def ready(self) -> bool:
        """Tell whether it serves; a child that serves nobody is ready when it runs."""
        return True

    def start(self) -> None:
        """Start the process in place of an ended one, without what that one left running."""
        self.sweep()
        self.process = self.launch()

    @property
    def running(self) -> bool:
        """Whether the process is alive."""
        return self.process is not None and self.process.poll() is None

    def wait_ready(self, seconds: float = 60.0) -> None:
        """Return once it serves; raise StartError with the end of its log when it doesn't."""
        deadline = time.monotonic() + seconds
        while not self.ready():
            if not self.running:
                raise StartError(f"{self.name} ended at once:\n{self.last_words()}")
            if time.monotonic() > deadline:
                raise StartError(f"{self.name} is not ready after {seconds:.0f} s:\n{self.last_words()}")
            time.sleep(self.poll_seconds)

    def ask_to_stop(self) -> None:
        """Send the gentle signal."""
        if self.process is not None and self.running:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.process.pid, self.stop_signal)

    def stop(self) -> None:
        """End the process gently, and by force when it takes too long."""
        self.ask_to_stop()
        if self.process is not None:
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.process.wait(self.patience_seconds)
            self.sweep()

    def sweep(self) -> None:
        """Kill whatever still runs in the session of this child."""
        if self.process is not None:
            # The group keeps its number while any member lives, so this can't hit a stranger.
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()

    def last_words(self, lines: int = 20) -> str:
        """Return the end of its log."""
        if not self.log.exists():
            return ""
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-lines:])


class CommandChild(Child):
    """A child that is one command, run from the project folder."""

    def __init__(
        self,
        name: str,
        command: Sequence[str | Path],
        *,
        log: Path,
        env: Mapping[str, str],
        dies_by: signal.Signals = signal.SIGTERM,
        stop_signal: signal.Signals = signal.SIGTERM,
        patience_seconds: float = 10.0,
        keep_open: Sequence[int] = (),
    ) -> None:
        super().__init__()
        self.name = name
        self.command = command
        self.log = log
        self.env = env
        self.dies_by = dies_by
        self.stop_signal = stop_signal
        self.patience_seconds = patience_seconds
        self.keep_open = keep_open

    def launch(self) -> subprocess.Popen[bytes]:
        """Run the command, its output in the log."""
        return spawn(
            self.command,
            log=self.log,
            env=self.env,
            cwd=PROJECT,
            dies_by=self.dies_by,
            keep_open=self.keep_open,
        )
