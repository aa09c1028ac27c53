"""Who may use an endpoint: the module of its view, by role and by token."""

from __future__ import annotations

from typing import Any

from django.http import Http404
from rest_framework.permissions import SAFE_METHODS, BasePermission
from rest_framework.request import Request

from crm_site.api.models import ApiToken


class ModulePermission(BasePermission):
    """Lets in who has the view's `module`; without it the endpoint does not exist for them."""

    def has_permission(self, request: Request, view: Any) -> bool:
        """Check sign-in, role and token scope; reading needs sight, writing needs leave to change."""
        user: Any = request.user
        if not user or not user.is_authenticated:
            return False
        module = getattr(view, "module", None)
        if module is None:
            return True
        writes = request.method not in SAFE_METHODS
        if not token_allows(request.auth, module, writes=writes) or not user.access.can_view(module):
            raise Http404
        return bool(user.access.can_edit(module)) if writes else True


def token_allows(token: Any, module: str, *, writes: bool) -> bool:
    """Tell whether the modules that a token names let it into this one; people and tokens without modules may."""
    if not isinstance(token, ApiToken) or not token.scopes:
        return True
    return module in token.scopes or (not writes and f"{module}:read" in token.scopes)
