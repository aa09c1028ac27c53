"""Administration of API tokens: listed and revoked; issued by `create_token`, which shows the secret once."""

from __future__ import annotations

from django.contrib import admin
from django.http import HttpRequest

from crm_site.api.models import ApiToken


@admin.register(ApiToken)
class ApiTokenAdmin(admin.ModelAdmin[ApiToken]):
    """Tokens without their secrets."""

    list_display = ("name", "user", "scopes", "created_at", "expires_at", "last_used_on")
    list_select_related = ("user",)
    search_fields = ("name", "user__email")
    readonly_fields = ("user", "last_used_on")

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Refuse tokens whose secret nobody would ever see."""
        return False
