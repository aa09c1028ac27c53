"""What the pages remember: about a person, about lists, and work on lists that takes longer than a request."""

from __future__ import annotations

from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from crm_site.jobs.models import JobRun
from crm_site.pages.choices import FileKind, Sharing
from crm_site.pages.querysets import ListExportQuerySet, OwnWorkQuerySet, SavedViewQuerySet
from crm_site.staff.models import Team, User


class FirstSteps(models.Model):
    """A newcomer's checklist: which steps are ticked, and whether the person has put it away."""

    user = models.OneToOneField(User, models.CASCADE, primary_key=True, related_name="first_steps")
    ticked: ArrayField[Any, Any] = ArrayField(models.CharField(max_length=40), default=list)
    hidden = models.BooleanField(default=False)

    class Meta:
        verbose_name = _("first steps")
        verbose_name_plural = _("first steps")

    def __str__(self) -> str:
        return f"{self.user_id}: {len(self.ticked)}"


class SavedView(models.Model):
    """A list as somebody wants to find it again: filters, order, columns and shape, as its address spells them.

    A view shows nothing by itself: whoever opens it sees their own rows. `team` is the team it is shared with;
    `default_for` holds the codes of the roles that a list opens with it for.
    """

    access_module = "setup"

    list_code = models.CharField(_("list"), max_length=50)
    name = models.CharField(_("name"), max_length=60)
    params: models.JSONField[Any, Any] = models.JSONField(_("parameters"), default=dict, blank=True)
    owner = models.ForeignKey(User, models.CASCADE, related_name="saved_views", verbose_name=_("owner"), db_index=False)
    sharing = models.CharField(_("shared with"), max_length=10, choices=Sharing.choices, default=Sharing.NOBODY)
    team = models.ForeignKey(Team, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("team"))
    default_for: ArrayField[Any, Any] = ArrayField(
        models.CharField(max_length=50), default=list, blank=True, verbose_name=_("default for roles")
    )
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)

    objects = SavedViewQuerySet.as_manager()

    class Meta:
        verbose_name = _("saved view")
        verbose_name_plural = _("saved views")
        ordering = ("position", "id")
        indexes = (models.Index(fields=("list_code", "owner"), name="saved_view_list"),)
        constraints = (
            models.UniqueConstraint(
                fields=("owner", "list_code", "name"),
                name="saved_view_name_once",
                violation_error_message=_("You have a view of this name already."),
            ),
        )

    def __str__(self) -> str:
        return self.name


class ListPreference(models.Model):
    """How somebody likes one list: the view it opens with, and the widths of its columns in pixels."""

    user = models.ForeignKey(User, models.CASCADE, related_name="list_preferences", db_index=False)
    list_code = models.CharField(_("list"), max_length=50)
    view = models.ForeignKey(SavedView, models.SET_NULL, null=True, blank=True, related_name="+")
    widths: models.JSONField[Any, Any] = models.JSONField(_("widths"), default=dict, blank=True)

    class Meta:
        verbose_name = _("list preference")
        verbose_name_plural = _("list preferences")
        constraints = (models.UniqueConstraint(fields=("user", "list_code"), name="one_preference_per_list"),)

    def __str__(self) -> str:
        return f"{self.user_id}: {self.list_code}"


class BulkChange(models.Model):
    """A bulk action on more records than one request takes; its job reads it, and authorises its actor again.

    `selection` is what was ticked, or the list's state; `data` holds the values as the form sent them.
    """

    list_code = models.CharField(_("list"), max_length=50)
    action = models.CharField(_("action"), max_length=50)
    selection: models.JSONField[Any, Any] = models.JSONField(_("selection"), default=dict)
    data: models.JSONField[Any, Any] = models.JSONField(_("values"), default=dict, blank=True)
    actor = models.ForeignKey(User, models.CASCADE, related_name="+", verbose_name=_("by"))
    run = models.OneToOneField(JobRun, models.SET_NULL, null=True, blank=True, related_name="bulk_change")
    created_at = models.DateTimeField(_("at"), auto_now_add=True)

    objects = OwnWorkQuerySet.as_manager()

    class Meta:
        verbose_name = _("bulk change")
        verbose_name_plural = _("bulk changes")

    def __str__(self) -> str:
        return f"{self.list_code}: {self.action}"


class ListExport(models.Model):
    """A file of a list, written by a job: private to its owner, and gone after `expires_at`."""

    access_module = "setup"

    code = models.SlugField(_("code"), max_length=50, unique=True)
    list_code = models.CharField(_("list"), max_length=50)
    selection: models.JSONField[Any, Any] = models.JSONField(_("selection"), default=dict)
    kind = models.CharField(_("kind"), max_length=4, choices=FileKind.choices)
    language = models.CharField(_("language"), max_length=10)
    owner = models.ForeignKey(User, models.CASCADE, related_name="+", verbose_name=_("owner"))
    run = models.OneToOneField(JobRun, models.SET_NULL, null=True, blank=True, related_name="list_export")
    path = models.CharField(max_length=500, blank=True, editable=False)
    rows = models.PositiveBigIntegerField(_("rows"), default=0)
    created_at = models.DateTimeField(_("at"), auto_now_add=True)
    expires_at = models.DateTimeField(_("until"))

    objects = ListExportQuerySet.as_manager()

    class Meta:
        verbose_name = _("export of a list")
        verbose_name_plural = _("exports of lists")
        indexes = (models.Index(fields=("expires_at",), name="list_export_expiry"),)

    def __str__(self) -> str:
        return f"{self.list_code}.{self.kind}"


class Visit(models.Model):
    """What somebody opened lately: a record by the code of its list, a page of the rail, or a command.

    `key` is the record's key or the code of page and command. Shown only as far as the person may still see it.
    """

    user = models.ForeignKey(User, models.CASCADE, related_name="+", verbose_name=_("person"), db_index=False)
    kind = models.CharField(_("kind"), max_length=50)
    key = models.CharField(_("key"), max_length=50)
    times = models.PositiveIntegerField(_("times"), default=1)
    seen_at = models.DateTimeField(_("opened"))

    class Meta:
        verbose_name = _("visit")
        verbose_name_plural = _("visits")
        constraints = (models.UniqueConstraint(fields=("user", "kind", "key"), name="visit_once"),)

    def __str__(self) -> str:
        return f"{self.user_id}: {self.kind} {self.key}"
