"""Loads the demo company, or clears it."""

from __future__ import annotations

import time
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from crm_site.demo import DEMO_DOMAIN, DEMO_PASSWORD
from crm_site.demo.clearing import clear_demo
from crm_site.demo.loading import DEFAULT_SEED, DemoExistsError, compute_figures, load_demo, prepare_figures
from crm_site.demo.models import DemoLoad
from crm_site.demo.sizes import SIZES


class Command(BaseCommand):
    """`demo --size S|M|L [--seed N]`, or `demo --clear`."""

    help = "Load the demo company, or remove exactly what was loaded."

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the arguments."""
        what = parser.add_mutually_exclusive_group(required=True)
        what.add_argument("--size", choices=list(SIZES))
        what.add_argument("--clear", action="store_true")
        parser.add_argument("--seed", type=int, default=DEFAULT_SEED, help="another seed, another company")

    def handle(self, *args: Any, size: str | None, clear: bool, seed: int, **options: Any) -> None:
        """Load or clear; an earlier load that was interrupted before its figures were computed is completed."""
        began = time.monotonic()
        if clear:
            self._clear()
        elif (unfinished := DemoLoad.objects.filter(prepared_at=None).first()) is not None:
            prepare_figures(unfinished, self.stdout.write)
            self.stdout.write("The demo company was loaded already; its figures are complete now.")
        else:
            try:
                load_demo(size or "S", seed=seed, say=self.stdout.write)
            except DemoExistsError:
                raise CommandError("There is a demo company already: demo --clear removes it.") from None
            self.stdout.write(f"Everybody @{DEMO_DOMAIN} signs in with the password {DEMO_PASSWORD}.")
        self.stdout.write(f"{time.monotonic() - began:.1f} s")

    def _clear(self) -> None:
        if not DemoLoad.objects.exists():
            raise CommandError("There is no demo company.")
        removed = clear_demo()
        compute_figures(self.stdout.write)
        self.stdout.write(f"{removed:,} records removed.")
