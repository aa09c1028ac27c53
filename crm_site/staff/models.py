"""Tables of people and access."""

from __future__ import annotations

import zoneinfo
from typing import TYPE_CHECKING, Any, ClassVar

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import PermissionsMixin
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models.functions import Lower
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from crm_site.staff.access import Access, load_access
from crm_site.staff.choices import Module, Scope, Theme
from crm_site.staff.managers import UserManager
from crm_site.staff.querysets import TeamQuerySet


def validate_time_zone(value: str) -> None:
    """Raise ValidationError unless `value` is an IANA zone."""
    if value not in zoneinfo.available_timezones():
        raise ValidationError(_("“%(zone)s” is no time zone."), params={"zone": value})


def default_time_zone() -> str:
    """Return the organisation's time zone."""
    return str(settings.ORGANISATION_TIME_ZONE)


class Team(models.Model):
    """A node in the tree of teams; `path` holds the ids from the root, as `1/4/9/`."""

    name = models.CharField(_("name"), max_length=100, unique=True)
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="children", verbose_name=_("part of")
    )
    path = models.CharField(max_length=255, editable=False, db_index=True, default="")

    objects = TeamQuerySet.as_manager()

    class Meta:
        verbose_name = _("team")
        verbose_name_plural = _("teams")
        ordering = ("name",)

    def __str__(self) -> str:
        return self.name

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Keep the path of this team and of all teams below it."""
        before = self.path
        super().save(*args, **kwargs)
        self.path = f"{self.parent.path if self.parent else ''}{self.pk}/"
        if self.path != before:
            Team.objects.filter(pk=self.pk).update(path=self.path)
            for child in self.children.all():
                child.save()

    def clean(self) -> None:
        """Refuse a team that would stand below itself."""
        if self.pk and self.parent and f"{self.parent.path}/".startswith(self.path):
            raise ValidationError({"parent": _("A team cannot be part of itself.")})


class Role(models.Model):
    """A bundle of grants that people hold."""

    code = models.SlugField(_("code"), unique=True)
    name = models.CharField(_("name"), max_length=100)

    class Meta:
        verbose_name = _("role")
        verbose_name_plural = _("roles")
        ordering = ("name",)

    def __str__(self) -> str:
        return self.name


class RoleGrant(models.Model):
    """What a role may see and change in one module."""

    role = models.ForeignKey(Role, models.CASCADE, related_name="grants", db_index=False)
    module = models.CharField(_("module"), max_length=30, choices=Module.choices)
    view = models.CharField(_("sees"), max_length=4, choices=Scope.choices, default=Scope.OWN)
    edit = models.CharField(_("changes"), max_length=4, choices=Scope.choices, default=Scope.NONE)
    can_export = models.BooleanField(_("may export"), default=False)
    can_import = models.BooleanField(_("may import"), default=False)

    class Meta:
        verbose_name = _("grant")
        verbose_name_plural = _("grants")
        constraints = (models.UniqueConstraint(fields=("role", "module"), name="one_grant_per_module"),)

    def __str__(self) -> str:
        return f"{self.role}: {self.get_module_display()}"


class User(AbstractBaseUser, PermissionsMixin):
    """A person who signs in with an e-mail address."""

    email = models.EmailField(_("e-mail address"), unique=True)
    name = models.CharField(_("name"), max_length=150)
    team = models.ForeignKey(
        Team, models.PROTECT, null=True, blank=True, related_name="members", verbose_name=_("team")
    )
    roles = models.ManyToManyField(Role, blank=True, related_name="users", verbose_name=_("roles"))
    language = models.CharField(
        _("language"), max_length=10, choices=settings.LANGUAGES, default=settings.LANGUAGE_CODE
    )
    time_zone = models.CharField(
        _("time zone"), max_length=50, default=default_time_zone, validators=[validate_time_zone]
    )
    theme = models.CharField(_("theme"), max_length=5, choices=Theme.choices, default=Theme.AUTO)
    is_active = models.BooleanField(_("active"), default=True)
    is_staff = models.BooleanField(_("may open the administration"), default=False)
    joined_at = models.DateTimeField(_("joined"), auto_now_add=True)

    objects: ClassVar[UserManager] = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ["name"]

    class Meta:
        verbose_name = _("user")
        verbose_name_plural = _("users")
        ordering = ("name",)
        constraints = (models.UniqueConstraint(Lower("email"), name="user_email_without_case"),)

    def __str__(self) -> str:
        return self.name or self.email

    @cached_property
    def access(self) -> Access:
        """What this user may see and change; read once and kept on the instance."""
        return load_access(self)

    @property
    def short_name(self) -> str:
        """The name, or the part of the address before the @."""
        return self.name or self.email.partition("@")[0]

    @property
    def initials(self) -> str:
        """One Chinese character or up to two Latin initials, for the avatar."""
        name = self.short_name.strip()
        if any("一" <= letter <= "鿿" for letter in name):
            return name[0]
        return "".join(word[0] for word in name.split()[:2]).upper()


if TYPE_CHECKING:
    from datetime import datetime


class OwnedModel(models.Model):
    """A record with an owner, a team, and a version that guards concurrent edits.

    Lists are read owner by owner in their order, so a large table has indexes that begin with the owner; another of the
    owner alone would only cost.
    """

    owner = models.ForeignKey(
        User, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("owner"), db_index=False
    )
    team = models.ForeignKey(Team, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("team"))
    version = models.PositiveIntegerField(default=1, editable=False)
    created_at: models.DateTimeField[Any, datetime] = models.DateTimeField(_("created"), auto_now_add=True)
    updated_at: models.DateTimeField[Any, datetime] = models.DateTimeField(_("changed"), auto_now=True)

    access_module: ClassVar[str]

    class Meta:
        abstract = True
