"""Issues an API token and prints its secret once."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from crm_site.api.models import ApiToken
from crm_site.staff.choices import Module
from crm_site.staff.models import User


class Command(BaseCommand):
    """`create_token EMAIL [--scope MODULE[:read] …] [--name NAME]`."""

    help = "Issue an API token; its secret is printed once."

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the arguments."""
        scopes = [*Module.values, *(f"{module}:read" for module in Module.values)]
        parser.add_argument("email")
        parser.add_argument("--scope", action="append", default=[], choices=scopes)
        parser.add_argument("--name", default="")

    def handle(self, *args: Any, email: str, scope: list[str], name: str, **options: Any) -> None:
        """Issue the token."""
        user = User.objects.filter(email__iexact=email, is_active=True).first()
        if user is None:
            raise CommandError(f"There is no active user {email}.")
        _token, secret = ApiToken.issue(user, name, scope)
        self.stdout.write(secret)
