"""Starts the whole CRM: `python -m crm_site.local`, what `make run` runs."""

import contextlib
import os
import signal
import socket
import sys

from crm_site.local.environment import Embedded, complete_environment
from crm_site.local.errors import EmbeddedError, HomeInUseError
from crm_site.local.locks import FileLock
from crm_site.local.places import PROJECT, make_home
from crm_site.local.processes import die_with_parent
from crm_site.local.servers import Servers, owner_lock, take_lifeline
from crm_site.local.site import HOST, site_children
from crm_site.local.supervisor import Supervisor, say, stop_signals


def main() -> None:
    """Run the CRM until somebody asks to stop."""
    if "--with-parent" in sys.argv:
        die_with_parent(signal.SIGTERM)
    port = int(os.environ.get("PORT") or "8000")
    address = f"http://{HOST}:{port}"
    os.environ.setdefault("BASE_URL", address)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "crm_site.settings")
    try:
        embedded = complete_environment()
        make_home(embedded.home)
        with stop_signals(), owner_lock(embedded.home) as owner:
            _become_owner(owner, embedded, port, address)
            with take_lifeline(embedded.home) as lifeline:
                _run(embedded, port, address, lifeline)
    except EmbeddedError as trouble:
        sys.exit(str(trouble))


def _become_owner(owner: FileLock, embedded: Embedded, port: int, address: str) -> None:
    if not owner.take():
        if owner.holder.startswith("http"):
            raise HomeInUseError(f"The CRM in {embedded.home.root} is running already: {owner.holder}")
        say("Waiting for a command that uses this database to end …")
        owner.wait(float("inf"))
    with socket.socket() as probe, contextlib.suppress(ConnectionRefusedError):
        probe.connect((HOST, port))
        raise HomeInUseError(f"Port {port} is taken: choose another, such as `make run PORT={port + 1}`.")
    owner.describe(address)


def _run(embedded: Embedded, port: int, address: str, lifeline: FileLock) -> None:
    home, env = embedded.home, dict(os.environ)
    prepare = [
        sys.executable,
        str(PROJECT / "manage.py"),
        "prepare_site",
        "--demo",
        os.environ.get("DEMO") or "S",
    ]
    supervisor = Supervisor(
        Servers(embedded, lifeline), site_children(home, port, env, [lifeline.handle]), prepare, env
    )
    try:
        say("Starting …")
        supervisor.start()
        say(f"\nThe CRM runs at {address}\n{supervisor.welcome}")
        say(f"Data and logs: {home.root}. Ctrl-C stops everything.\n")
        supervisor.watch()
    finally:
        say("Stopping …")
        supervisor.stop()


if __name__ == "__main__":
    main()
