"""Signing in to the API with a token."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from crm_site.api.models import ApiToken, token_digest


class TokenAuthentication(BaseAuthentication):
    """Reads `Authorization: Bearer gx_…`; the digest is compared, never the token."""

    keyword = b"bearer"

    def authenticate(self, request: Request) -> tuple[Any, ApiToken] | None:
        """Return the token's user; None without a token, AuthenticationFailed with a bad one."""
        parts = get_authorization_header(request).split()
        if not parts or parts[0].lower() != self.keyword:
            return None
        if len(parts) != 2:
            raise AuthenticationFailed(_("The token is not understood."))
        digest = token_digest(parts[1].decode("latin-1"))
        token = ApiToken.objects.select_related("user").filter(digest=digest).first()
        today = timezone.localdate()
        if token is None or not token.user.is_active:
            raise AuthenticationFailed(_("The token is not valid."))
        if token.expires_at is not None and token.expires_at <= timezone.now():
            raise AuthenticationFailed(_("The token has expired."))
        if token.last_used_on != today:
            ApiToken.objects.filter(pk=token.pk).update(last_used_on=today)
        return token.user, token

    def authenticate_header(self, request: Request) -> str:
        """Return the challenge, so that a missing token is 401 and not 403."""
        return "Bearer"
