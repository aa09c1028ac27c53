"""The list of imports."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from crm_site.imports.kinds import KINDS
from crm_site.imports.models import Import
from crm_site.pages.lists import Action, Column, ListPage

if TYPE_CHECKING:
    from crm_site.staff.models import User


def may_import(user: User) -> bool:
    """Tell whether the user may import anything at all."""
    return any(user.access.can_import(kind.module) for kind in KINDS.values())


NEW_IMPORT = Action(
    label=_("Import a file"),
    icon="upload",
    url_name="imports:import-create",
    primary=True,
    shortcut="c",
    for_readers=True,
    allowed=may_import,
)


class ImportList(ListPage[Import]):
    """Files that came in, latest first."""

    code = "imports"
    title = _("Imports")
    noun = ngettext_lazy("import", "imports")
    model = Import
    module = "customers"
    url_name = "imports:import-list"
    icon = "upload"
    search_column = ""
    columns = (
        Column(name="file_name", label=_("File"), kind="title", context="kind_title"),
        Column(name="state", label=_("State"), template="imports/cells/state.html", phone="value"),
        Column(name="counts", label=_("Counts"), path="counts_line"),
        Column(name="started_by", label=_("Started by"), kind="person", phone="side"),
        Column(name="created", label=_("Uploaded"), kind="moment", path="created_at", sort="created_at"),
    )
    default_sort = "-created"
    select_related = ("run", "started_by")
    actions = (NEW_IMPORT,)
    empty_text = _("Bring customers, products, orders and survey answers in from files.")
    empty_action = NEW_IMPORT

    def record_url(self, record: Import) -> str:
        """Lead to the import."""
        return reverse("imports:import-detail", args=[record.pk])


import_list = ImportList()
