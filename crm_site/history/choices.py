"""Choices of the history."""

from __future__ import annotations

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class OperationKind(TextChoices):
    """What somebody did that may concern many records."""

    EDIT = "edit", _("Edit")
    BULK_EDIT = "bulk_edit", _("Bulk edit")
    DELETE = "delete", _("Deletion")
    IMPORT = "import", _("Import")
    RESTORE = "restore", _("Restoring")
    UNDO = "undo", _("Undo")


class Action(TextChoices):
    """What happened to a row."""

    UPDATE = "U", _("Changed")
    DELETE = "D", _("Deleted")


class Via(TextChoices):
    """Which way a change came in."""

    PAGE = "page", _("page")
    API = "api", _("API")
    ADMIN = "admin", _("administration")
    JOB = "job", _("job")
    COMMAND = "command", _("command line")
    UNKNOWN = "", _("directly in the database")
