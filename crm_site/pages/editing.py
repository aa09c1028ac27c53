"""Pages that create and change a record: shape checked by the form, everything else by one service."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any, ClassVar

from django import forms
from django.contrib import messages
from django.contrib.auth.mixins import LoginRequiredMixin
from django.core.exceptions import PermissionDenied
from django.db.models import Model
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views import View

from crm_site.pages import formatting
from crm_site.pages.requests import posted_version, signed_in
from crm_site.staff.fetching import fetch_editable
from crm_site.staff.versioning import StaleVersionError

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

    from crm_site.staff.models import User


def changed_facts(form: Any) -> dict[str, Any]:
    """Return what differs from the stored record, checked and cleaned."""
    changed = {name: value for name, value in form.cleaned_data.items() if name in form.changed_data}
    custom = form.cleaned_data.get("custom")
    return {**changed, "custom": custom} if custom else changed


class RecordFormView(LoginRequiredMixin, View):
    """Creates a record, or changes one when the address has its key.

    Subclasses set `model`, `form_class` (takes `user`), `module`, titles and `list_url_name`, and write
    `create` and `change`, which call the services. A stale save shows both values and loses nothing.
    """

    model: ClassVar[type[Model]]
    form_class: ClassVar[Any]
    module: ClassVar[str]
    create_title: ClassVar[StrOrPromise]
    list_url_name: ClassVar[str]
    template_name: ClassVar[str] = "pages/form.html"

    def create(self, form: Any, user: User) -> Any:
        """Create the record from the checked form and return it."""
        raise NotImplementedError

    def change(self, record: Any, version: int, form: Any, user: User) -> None:
        """Change the record that was read at `version`; StaleVersionError passes."""
        raise NotImplementedError

    def context(self, form: Any, record: Any) -> dict[str, Any]:
        """Return what the page needs beside the form."""
        return {}

    def get(self, request: HttpRequest, pk: int | None = None) -> HttpResponse:
        """Show the form, empty or with the record's values; the address may bring initial values."""
        record = self._record(request, pk)
        form = self._form(request, record, None)
        return self._page(request, form, record)

    def post(self, request: HttpRequest, pk: int | None = None) -> HttpResponse:
        """Save, or show the form again with what is wrong."""
        record = self._record(request, pk)
        form = self._form(request, record, request.POST)
        if not self.is_valid(form):
            return self._page(request, form, record, status=422)
        user = signed_in(request)
        try:
            if record is None:
                saved = self.create(form, user)
            else:
                saved = self._again(record)
                self.change(saved, posted_version(request), form, user)
        except StaleVersionError as stale:
            return self._page(request, form, stale.current, stale=self._differences(form, stale.current), status=409)
        except forms.ValidationError as error:
            form.add_error(None, error)
            return self._page(request, form, record, status=422)
        messages.success(request, _("“%(record)s” was saved.") % {"record": saved})
        return redirect(saved.get_absolute_url())

    def is_valid(self, form: Any) -> bool:
        """Tell whether everything typed can be saved."""
        return bool(form.is_valid())

    def _record(self, request: HttpRequest, pk: int | None) -> Any:
        user = signed_in(request)
        if pk is None:
            if not user.access.can_edit(self.module):
                raise PermissionDenied
            return None
        manager: Any = self.model._default_manager
        return fetch_editable(manager.all(), user, pk=pk)

    def _form(self, request: HttpRequest, record: Any, data: Any) -> Any:
        instance = record if data is None else self._again(record)
        form = self.form_class(data, instance=instance, user=signed_in(request))
        for name, value in request.GET.items():
            # Only what the field would take as typed: anything else in the address is nobody's business.
            if name in form.fields:
                with suppress(forms.ValidationError):
                    form.initial[name] = form.fields[name].clean(value)
        return form

    def _again(self, record: Any) -> Any:
        """Read the record anew: checking a ModelForm writes its values into the instance it was given."""
        return None if record is None else self.model._default_manager.get(pk=record.pk)

    def _differences(self, form: Any, current: Any) -> list[tuple[Any, str]]:
        """Return (field, value now) for every field whose stored value is not the typed one."""
        stored = self.form_class(instance=current, user=form.user)
        return [
            (form[name], formatting.words(stored.initial.get(name), "text"))
            for name in form.fields
            if name in stored.initial and form[name].value() != stored[name].value()
        ]

    def _page(
        self, request: HttpRequest, form: Any, record: Any, *, stale: Any = None, status: int = 200
    ) -> HttpResponse:
        title = self.create_title if record is None else _("Change “%(record)s”") % {"record": record}
        cancel = reverse(self.list_url_name) if record is None else record.get_absolute_url()
        context = {
            "form": form,
            "record": record,
            "version": getattr(record, "version", ""),
            "page_title": title,
            "cancel_url": cancel,
            "stale": stale,
            **self.context(form, record),
        }
        return render(request, self.template_name, context, status=status)
