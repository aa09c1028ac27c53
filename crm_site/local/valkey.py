"""The embedded Valkey: the workers' doorbell and the cache."""

import signal
import subprocess
from collections.abc import Sequence

import redis

from crm_site.local.children import Child
from crm_site.local.places import Home
from crm_site.local.processes import spawn
from crm_site.local.programs import find_valkey


class Valkey(Child):
    """A Valkey server on a socket of a home."""

    name = "Valkey"

    def __init__(self, home: Home, *, durable: bool = True, keep_open: Sequence[int] = ()) -> None:
        super().__init__()
        self.home = home
        self.log = home.logs / "valkey.log"
        self.durable = durable
        self.keep_open = keep_open

    def launch(self) -> subprocess.Popen[bytes]:
        """Start the server; a socket left by a killed one is replaced."""
        self.home.valkey_socket.unlink(missing_ok=True)
        options = {
            "port": "0",
            "unixsocket": str(self.home.valkey_socket),
            "unixsocketperm": "700",
            "dir": str(self.home.valkey),
            "appendonly": "yes" if self.durable else "no",
            "save": "",
            "daemonize": "no",
        }
        words = [word for name, value in options.items() for word in (f"--{name}", value)]
        return spawn(
            [find_valkey(), *words],
            log=self.log,
            cwd=self.home.valkey,
            dies_by=signal.SIGTERM,
            keep_open=self.keep_open,
        )

    def ready(self) -> bool:
        """Tell whether it answers."""
        client = redis.Redis(unix_socket_path=str(self.home.valkey_socket))
        try:
            return bool(client.ping())
        except redis.RedisError:
            return False
        finally:
            client.close()
