"""What people have said of files of one shape, to be proposed the next time."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from crm_site.imports.kinds import KINDS


class LearnedMapping(models.Model):
    """How an importer last read files with this set of headers.

    `columns` is header → field, so that columns may stand in another order; `settings` holds mode, key, habits and
    what else was chosen; `values` what the file's words meant.
    """

    kind = models.CharField(_("kind"), max_length=30)
    header_digest = models.CharField(max_length=64, editable=False)
    header: models.JSONField[Any, Any] = models.JSONField(_("headers"), default=list)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("importer"),
    )
    columns: models.JSONField[Any, Any] = models.JSONField(_("mapping"), default=dict)
    values: models.JSONField[Any, Any] = models.JSONField(_("values"), default=dict, blank=True)
    settings: models.JSONField[Any, Any] = models.JSONField(_("settings"), default=dict, blank=True)
    used_at = models.DateTimeField(_("last used"), auto_now=True)

    class Meta:
        verbose_name = _("learned mapping")
        verbose_name_plural = _("learned mappings")
        constraints = (
            models.UniqueConstraint(
                fields=("kind", "header_digest", "user"), name="learned_once", nulls_distinct=False
            ),
        )

    def __str__(self) -> str:
        return f"{self.kind_title}: {', '.join(self.header)[:100]}"

    @property
    def kind_title(self) -> str:
        """What the files hold, in the active language."""
        return str(KINDS[self.kind].title) if self.kind in KINDS else self.kind
