"""The lists of the history: operations that can be undone, and the trash."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from crm_site.history.choices import OperationKind
from crm_site.history.models import Operation, TrashedRecord
from crm_site.pages.lists import ChoiceFilter, Column, DateRangeFilter, ListPage

if TYPE_CHECKING:
    from crm_site.staff.models import User


class OperationList(ListPage[Operation]):
    """What was done to many records, the latest first."""

    code = "operations"
    title = _("Operations")
    noun = ngettext_lazy("operation", "operations")
    model = Operation
    module = "customers"
    url_name = "history:operation-list"
    icon = "history"
    search_column = ""
    columns = (
        Column(name="title", label=_("What"), kind="title", path="__str__"),
        Column(name="count", label=_("Records"), kind="number", phone="value"),
        Column(name="state", label=_("State"), template="pages/history/state_cell.html", phone="detail"),
        Column(name="actor", label=_("By"), kind="person", phone="side"),
        Column(name="created", label=_("When"), kind="moment", path="created_at", sort="created_at"),
    )
    filters = (
        ChoiceFilter(name="kind", label=_("Kind"), choices=OperationKind.choices, several=True),
        DateRangeFilter(name="created", label=_("When"), path="created_at", moments=True),
    )
    default_sort = "-created"
    select_related = ("actor", "undone_by")
    empty_text = _("Bulk edits, imports and deletions will stand here, and can be undone from here.")

    def record_url(self, record: Operation) -> str:
        """Lead to the operation."""
        return record.get_absolute_url()


class TrashList(ListPage[TrashedRecord]):
    """Deleted records that can come back."""

    code = "trash"
    title = _("Trash")
    noun = ngettext_lazy("deleted record", "deleted records")
    model = TrashedRecord
    module = "customers"
    url_name = "history:trash"
    icon = "trash"
    columns = (
        Column(name="label", label=_("Name"), kind="title", template="pages/history/trash_cell.html"),
        Column(name="kind", label=_("Kind"), path="kind_words", phone="detail"),
        Column(name="rows", label=_("Rows with it"), kind="number"),
        Column(name="deleted_by", label=_("Deleted by"), kind="person", phone="side"),
        Column(name="deleted", label=_("Deleted"), kind="moment", path="deleted_at", sort="deleted_at"),
        Column(name="expires", label=_("Kept until"), kind="date", path="expires_at"),
        Column(
            name="restore", label=_("Restore"), template="pages/history/restore_cell.html", head=False, phone="value"
        ),
    )
    default_sort = "-deleted"
    select_related = ("deleted_by",)
    empty_text = _("What you delete stays here for a while, and can come back.")

    def base(self, user: User) -> QuerySet[TrashedRecord]:
        """Return what the reader could see before it was deleted."""
        return TrashedRecord.objects.visible_to(user)

    def record_url(self, record: TrashedRecord) -> str:
        """Lead to the operation that deleted it, which tells everything."""
        return reverse("history:trashed", args=[record.pk])


operation_list = OperationList()
trash_list = TrashList()
