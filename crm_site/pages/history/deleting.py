"""The page that deletes a record: it says what goes along and what stands in the way, and offers undo afterwards."""

from __future__ import annotations

from typing import Any, ClassVar

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.mixins import LoginRequiredMixin
from django.db.models import Model
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views import View

from crm_site.history.deleting import delete_records, preview_deletion
from crm_site.pages.requests import signed_in
from crm_site.staff.fetching import fetch_editable


class DeleteRecordView(LoginRequiredMixin, View):
    """Moves one record to the trash. Subclasses set `model` and `list_url_name`."""

    model: ClassVar[type[Model]]
    list_url_name: ClassVar[str]

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Show what deleting would do."""
        record = self._record(request, pk)
        return self._page(request, record)

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Delete, unless something rests on the record."""
        record = self._record(request, pk)
        user = signed_in(request)
        manager: Any = self.model._default_manager
        done = delete_records(manager.filter(pk=pk), actor=user, title=str(record))
        if not done.count:
            return self._page(request, record, status=409)
        messages.success(
            request,
            _("“%(record)s” was deleted.") % {"record": record},
            extra_tags=reverse("history:operation-undo", args=[done.pk]),
        )
        return redirect(self.list_url_name)

    def _record(self, request: HttpRequest, pk: int) -> Any:
        manager: Any = self.model._default_manager
        return fetch_editable(manager.all(), signed_in(request), pk=pk)

    def _page(self, request: HttpRequest, record: Any, *, status: int = 200) -> HttpResponse:
        manager: Any = self.model._default_manager
        going = preview_deletion(manager.filter(pk=record.pk), signed_in(request))
        title = _("Delete “%(record)s”?") % {"record": record}
        context = {"record": record, "going": going, "page_title": title, "trash_days": settings.TRASH_DAYS}
        return render(request, "pages/history/delete.html", context, status=status)
