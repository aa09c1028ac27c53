"""How sign-in behaves: nobody registers alone, and links come from the configured address."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any
from urllib.parse import urlsplit

from allauth.account.adapter import DefaultAccountAdapter
from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # allauth ships no types
    """Closes registration and keeps forged hosts out of mailed links."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Refuse registration: people are invited by an administrator."""
        return False

    def get_reset_password_from_key_url(self, key: str) -> str:
        """Build the reset link on the configured base address, never on the Host header."""
        path = reverse("account_reset_password_from_key", kwargs={"uidb36": "UID", "key": "KEY"})
        return str(settings.BASE_URL).rstrip("/") + path.replace("UID-KEY", key)

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Send a mail that names the product and the configured address, never the Host header."""
        base = urlsplit(str(settings.BASE_URL))
        site = SimpleNamespace(name=settings.PRODUCT_NAME, domain=base.netloc)
        super().send_mail(template_prefix, email, {**context, "current_site": site})
