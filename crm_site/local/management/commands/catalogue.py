"""Keeps the Chinese catalogue in step with what the product says."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from crm_site.local.catalogue import problems, update


class Command(BaseCommand):
    """`catalogue` brings the catalogue up to date; `catalogue --check` only says what is missing."""

    help = "Update or check the message catalogue."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the arguments."""
        parser.add_argument("--check", action="store_true")

    def handle(self, *args: Any, check: bool, **options: Any) -> None:
        """Update, then list what is untranslated."""
        if not check:
            update()
        found = problems()
        for problem in found:
            self.stdout.write(problem)
        if check and found:
            raise CommandError(f"{len(found)} messages need work")
