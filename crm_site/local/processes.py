"""Starts child processes that cannot outlive this one."""

import ctypes
import functools
import os
import pwd
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from enum import Enum
from pathlib import Path

from crm_site.local.errors import ProgramError

PR_SET_PDEATHSIG = 1
CLONE_NEWUSER = 0x10000000
NOBODY = 65534
LOG_LIMIT = 10 * 1024 * 1024


class Identity(Enum):
    """Whom a child runs as: PostgreSQL refuses to run as root."""

    SAME = "the same user"
    NAMESPACE = "nobody inside a user namespace, root outside"
    NOBODY = "the system's nobody"


def spawn(
    command: Sequence[str | Path],
    *,
    log: Path | None = None,
    stdout: int | None = None,
    dies_by: signal.Signals = signal.SIGTERM,
    identity: Identity = Identity.SAME,
    env: Mapping[str, str] | None = None,
    cwd: Path | None = None,
    keep_open: Sequence[int] = (),
) -> subprocess.Popen[bytes]:
    """Start a command in a session of its own; the kernel sends it `dies_by` when this process ends.

    Call it from the main thread only: the kernel watches the thread that starts the child.
    """
    output = None if log is None else open_log(log)
    try:
        return subprocess.Popen(
            [str(part) for part in command],
            stdin=subprocess.DEVNULL,
            stdout=stdout if output is None else output,
            stderr=None if output is None else subprocess.STDOUT,
            env=env,
            cwd=cwd,
            pass_fds=keep_open,
            start_new_session=True,
            preexec_fn=functools.partial(prepare_child, _libc(), os.getpid(), dies_by, identity),
        )
    finally:
        if output is not None:
            os.close(output)


def open_log(path: Path) -> int:
    """Open a log to append to, starting afresh (and keeping the last one) once it has grown large."""
    if path.exists() and path.stat().st_size > LOG_LIMIT:
        path.replace(path.with_suffix(".log.1"))
    return os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)


def prepare_child(libc: ctypes.CDLL, parent: int, dies_by: signal.Signals, identity: Identity) -> None:
    """Change identity and tie the life of this fresh child to its parent."""
    take_identity(libc, identity)
    # After the change of identity, which clears it.
    if sys.platform == "linux":
        libc.prctl(PR_SET_PDEATHSIG, int(dies_by), 0, 0, 0)
        if os.getppid() != parent:  # the parent died before the line above
            os._exit(1)


def take_identity(libc: ctypes.CDLL, identity: Identity) -> None:
    """Give up being root in the way asked for."""
    if identity is Identity.NAMESPACE:
        if libc.unshare(CLONE_NEWUSER) != 0:
            raise OSError("no user namespace")
        Path("/proc/self/setgroups").write_text("deny")
        Path("/proc/self/uid_map").write_text(f"{NOBODY} 0 1")
        Path("/proc/self/gid_map").write_text(f"{NOBODY} 0 1")
    elif identity is Identity.NOBODY:
        nobody = pwd.getpwnam("nobody")
        os.setgroups([])
        os.setgid(nobody.pw_gid)
        os.setuid(nobody.pw_uid)


@functools.cache
def unprivileged_identity() -> Identity:
    """Return the identity that PostgreSQL's programs run under here."""
    if os.geteuid() != 0:
        return Identity.SAME
    return Identity.NAMESPACE if _works(Identity.NAMESPACE) else Identity.NOBODY


def die_with_parent(by: signal.Signals) -> None:
    """Ask the kernel to signal this very process when its parent ends."""
    if sys.platform == "linux":
        _libc().prctl(PR_SET_PDEATHSIG, int(by), 0, 0, 0)


def run(command: Sequence[str | Path], *, identity: Identity, env: Mapping[str, str] | None = None) -> str:
    """Run a short command under an identity and return what it printed; raise with that when it fails."""
    change: Callable[[], None] = functools.partial(take_identity, _libc(), identity)
    done = subprocess.run(
        [str(part) for part in command],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env=env,
        cwd="/",
        preexec_fn=change,
    )
    if done.returncode != 0:
        raise ProgramError(f"{Path(command[0]).name} failed ({done.returncode}):\n{done.stdout.strip()}")
    return done.stdout


def _works(identity: Identity) -> bool:
    try:
        run(["/bin/true"], identity=identity)
    except (OSError, subprocess.SubprocessError, ProgramError):
        return False
    return True


@functools.cache
def _libc() -> ctypes.CDLL:
    return ctypes.CDLL(None, use_errno=True)
