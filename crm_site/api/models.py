"""The table of API tokens."""

from __future__ import annotations

import hashlib
import secrets
from typing import Self

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from crm_site.staff.models import User


def token_digest(token: str) -> str:
    """Return the digest under which a token is stored; the token itself is kept nowhere."""
    return hashlib.sha256(token.encode()).hexdigest()


class ApiToken(models.Model):
    """A key to the API. It can do at most what its owner can, and only in the modules it names."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="api_tokens")
    name = models.CharField(_("name"), max_length=100, blank=True)
    digest = models.CharField(max_length=64, unique=True, editable=False)
    scopes = ArrayField(
        models.CharField(max_length=20),
        verbose_name=_("modules"),
        default=list,
        blank=True,
        help_text=_("Empty means every module of its owner; a module followed by :read is read-only."),
    )
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    expires_at = models.DateTimeField(_("expires"), null=True, blank=True)
    last_used_on = models.DateField(_("last used"), null=True, editable=False)

    class Meta:
        verbose_name = _("API token")
        verbose_name_plural = _("API tokens")

    def __str__(self) -> str:
        return self.name or str(self.pk)

    @classmethod
    def issue(cls, user: User, name: str = "", scopes: list[str] | None = None) -> tuple[Self, str]:
        """Create a token and return it with its secret, which is shown once."""
        secret = "gx_" + secrets.token_urlsafe(32)
        return cls.objects.create(user=user, name=name, digest=token_digest(secret), scopes=scopes or []), secret
