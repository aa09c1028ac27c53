"""Administration of users, teams and roles."""

from __future__ import annotations

from typing import Any

from allauth.account.models import EmailAddress
from allauth.usersessions.admin import UserSessionAdmin
from allauth.usersessions.models import UserSession
from django.contrib import admin
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.forms import AdminUserCreationForm
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from crm_site.staff.models import Role, RoleGrant, Team, User


class UserCreationForm(AdminUserCreationForm[User]):
    """Asks for an address and a password."""

    class Meta:
        model = User
        fields = ("email", "name")


@admin.register(User)
class UserAdmin(DjangoUserAdmin[User]):
    """People, their roles and their team."""

    add_form = UserCreationForm
    ordering = ("name",)
    list_display = ("name", "email", "team", "is_active", "last_login")
    list_filter = ("is_active", "roles", "team")
    list_select_related = ("team",)
    search_fields = ("name", "email")
    filter_horizontal = ("roles",)
    readonly_fields = ("last_login", "joined_at")
    fieldsets = (
        (None, {"fields": ("email", "name", "password")}),
        (_("Work"), {"fields": ("team", "roles", "is_active", "is_staff", "is_superuser")}),
        (_("Preferences"), {"fields": ("language", "time_zone", "theme")}),
        (_("History"), {"fields": ("last_login", "joined_at")}),
    )
    add_fieldsets = (
        (None, {"fields": ("email", "name", "usable_password", "password1", "password2", "team", "roles")}),
    )

    def save_model(self, request: HttpRequest, obj: User, form: Any, change: bool) -> None:
        """Keep the verified address that password reset and second factors rely on."""
        super().save_model(request, obj, form, change)
        EmailAddress.objects.update_or_create(user=obj, primary=True, defaults={"email": obj.email, "verified": True})


@admin.register(Team)
class TeamAdmin(admin.ModelAdmin[Team]):
    """The tree of teams."""

    list_display = ("name", "parent")
    search_fields = ("name",)


class GrantInline(admin.TabularInline[RoleGrant, Role]):
    """The modules of a role."""

    model = RoleGrant
    extra = 0


@admin.register(Role)
class RoleAdmin(admin.ModelAdmin[Role]):
    """Roles and what they may do."""

    list_display = ("name", "code")
    search_fields = ("name", "code")
    inlines = (GrantInline,)


admin.site.unregister(UserSession)


@admin.register(UserSession)
class SessionAdmin(UserSessionAdmin):  # type: ignore[misc]  # allauth ships no types
    """Signed-in devices; allauth's own page searches for user names, which our users don't have."""

    list_select_related = ("user",)
    search_fields = ("user__email", "user__name", "ip")
