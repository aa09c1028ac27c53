"""Prepares the database of an embedded start, all in one process because each costs seconds."""

import logging
import sys
from typing import Any

from django.contrib.auth import get_user_model
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandParser, OutputWrapper

from crm_site.demo import DEMO_PASSWORD
from crm_site.demo.models import DemoLoad
from crm_site.demo.people import sign_ins
from crm_site.demo.sizes import SIZES


class Command(BaseCommand):
    """Migrates; loads the demo company when nobody is there yet; prints how to sign in."""

    help = "Migrate, load demo data on the first start, and say how to sign in."

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the size of the demo company."""
        parser.add_argument(
            "--demo", choices=(*SIZES, "none"), default="none", help="size of the demo company on a first start"
        )

    def handle(self, *args: Any, demo: str, **options: Any) -> None:
        """Do the work; progress goes to stderr, and stdout carries only what to show once the site runs."""
        progress = OutputWrapper(sys.stderr)
        call_command("migrate", interactive=False, verbosity=0, stdout=progress)
        people = get_user_model().objects
        if demo != "none" and (not people.exists() or DemoLoad.objects.filter(prepared_at=None).exists()):
            # The newcomer reads of customers and orders; the jobs' own log is for operators.
            logging.getLogger("crm_site.jobs").setLevel(logging.WARNING)
            progress.write(f"Loading the demo company (size {demo}) …")
            call_command("demo", size=demo, stdout=progress)
        self.stdout.write(self._sign_ins())

    def _sign_ins(self) -> str:
        people = get_user_model().objects
        guests = ", ".join(guest["email"] for guest in sign_ins())
        if guests:
            return f"Sign in with the password {DEMO_PASSWORD} as: {guests}"
        if people.exists():
            return "Sign in with your e-mail address."
        return "Make the first administrator: python manage.py createsuperuser"
