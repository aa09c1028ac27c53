"""Gives management commands the servers they need."""

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from crm_site.local.environment import complete_environment
from crm_site.local.errors import EmbeddedError
from crm_site.local.servers import servers_for_a_command

# What needs no database should not wait for one.
OFFLINE = frozenset(
    {
        "help",
        "version",
        "check",
        "collectstatic",
        "compilemessages",
        "diffsettings",
        "findstatic",
        "makemessages",
    }
)


@contextmanager
def servers_for(argv: Sequence[str]) -> Iterator[None]:
    """Complete the environment and, for a command that needs them, provide the embedded servers."""
    try:
        embedded = complete_environment()
        if is_offline(argv):
            yield
            return
        with servers_for_a_command(embedded):
            yield
    except EmbeddedError as trouble:
        sys.exit(str(trouble))


def is_offline(argv: Sequence[str]) -> bool:
    """Tell whether this command line needs no database."""
    words = list(argv[1:])
    return not words or words[0] in OFFLINE or not {"--help", "-h", "--version"}.isdisjoint(words)
