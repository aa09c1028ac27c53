#!/usr/bin/env python3
"""Runs the site's management commands."""

import os
import sys


def main() -> None:
    """Run the command named on the command line, on the embedded servers where the environment names none."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "crm_site.settings")
    from django.core.management import execute_from_command_line

    from crm_site.history.origin import origin
    from crm_site.local.commands import servers_for

    with servers_for(sys.argv), origin(via="command", reference=" ".join(sys.argv[1:2])):
        execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
