"""Facts of a record page, changed in place: one field at a time, guarded by the record's version."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from django import forms
from django.contrib.auth.mixins import LoginRequiredMixin
from django.db.models import Model
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views import View

from crm_site.pages import formatting
from crm_site.pages.lists.columns import follow
from crm_site.pages.requests import posted_version, signed_in
from crm_site.staff.fetching import fetch_editable, fetch_visible
from crm_site.staff.versioning import StaleVersionError

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

    from crm_site.staff.models import User


@dataclass(frozen=True, kw_only=True)
class Fact:
    """One line of facts; `path` leads to the value, and facts with a form field of the same name can be edited."""

    name: str
    label: StrOrPromise
    path: str = ""
    kind: str = "text"
    link: Callable[[Any], str] | None = None
    editable: bool = True

    def shown(self, record: Any) -> Any:
        """Return the value as people read it."""
        if self.path:
            return formatting.words(follow(record, self.path), self.kind)
        display = getattr(record, f"get_{self.name}_display", None)
        return display() if callable(display) else formatting.words(follow(record, self.name), self.kind)


@dataclass(frozen=True)
class FactLine:
    """A fact of one record, with the address to edit it where the reader may."""

    fact: Fact
    record: Any
    edit_url: str

    @property
    def words(self) -> Any:
        """Return the value as people read it."""
        return self.fact.shown(self.record)

    @property
    def link(self) -> str:
        """Return where the value leads, if anywhere."""
        return self.fact.link(self.record) if self.fact.link and self.words else ""


class InlineFieldView(LoginRequiredMixin, View):
    """Edits one field of a record in place: GET shows the line (`?show`) or its form, POST saves.

    Subclasses set `model`, `form_class` (a ModelForm that takes `user` and may hold more fields than facts show),
    `facts`, `url_name` (takes key and field name) and `save_field`, which calls the service and lets
    StaleVersionError pass.
    """

    model: ClassVar[type[Model]]
    form_class: ClassVar[type[forms.ModelForm[Any]]]
    facts: ClassVar[tuple[Fact, ...]]
    url_name: ClassVar[str]

    def save_field(self, record: Any, name: str, value: Any, *, version: int, user: User) -> Any:
        """Save the one value through the app's service and return the record as saved."""
        raise NotImplementedError

    def base(self) -> Any:
        """Return the queryset records are fetched from."""
        return self.model._default_manager.all()

    @classmethod
    def lines(cls, record: Any, *, editable: bool) -> list[FactLine]:
        """Return the record's facts for its page."""
        return [cls._line(fact, record, editable) for fact in cls.facts]

    @classmethod
    def _line(cls, fact: Fact, record: Any, editable: bool) -> FactLine:
        can = editable and fact.editable and fact.name in cls.form_class.base_fields
        return FactLine(fact, record, reverse(cls.url_name, args=[record.pk, fact.name]) if can else "")

    def get(self, request: HttpRequest, pk: int, name: str) -> HttpResponse:
        """Show the line, or the form that edits it."""
        fact = self._fact(name)
        if "show" in request.GET:
            record = fetch_visible(self.base(), signed_in(request), pk=pk)
            return self._show(request, fact, record)
        record = fetch_editable(self.base(), signed_in(request), pk=pk)
        return self._edit(request, fact, record, self._form(request, record, name), record.version)

    def post(self, request: HttpRequest, pk: int, name: str) -> HttpResponse:
        """Save the value; a refused or stale one comes back at the field, with nothing typed lost."""
        fact = self._fact(name)
        record = fetch_editable(self.base(), signed_in(request), pk=pk)
        version = posted_version(request)
        form = self._form(request, record, name, request.POST)
        if not form.is_valid():
            return self._edit(request, fact, self._again(record), form, version)
        try:
            value = form.cleaned_data[name]
            saved = self.save_field(self._again(record), name, value, version=version, user=signed_in(request))
        except StaleVersionError as stale:
            # The typed value stays in the form; saving again, knowingly, carries the version just read.
            current: Any = stale.current
            return self._edit(request, fact, current, form, current.version, stale=True)
        except forms.ValidationError as error:
            form.add_error(name, error.messages)
            return self._edit(request, fact, self._again(record), form, version)
        return self._show(request, fact, saved, saved=True)

    def _again(self, record: Any) -> Any:
        """Read the record anew: checking a ModelForm writes its values into the instance it was given."""
        return self.base().get(pk=record.pk)

    def _fact(self, name: str) -> Fact:
        for fact in self.facts:
            if fact.name == name and fact.editable and name in self.form_class.base_fields:
                return fact
        raise Http404

    def _form(self, request: HttpRequest, record: Any, name: str, data: Any = None) -> forms.ModelForm[Any]:
        make: Any = self.form_class
        form: forms.ModelForm[Any] = make(data, instance=record, auto_id="fact-%s-field", user=signed_in(request))
        for other in [field for field in form.fields if field != name]:
            del form.fields[other]
        return form

    def _show(self, request: HttpRequest, fact: Fact, record: Any, *, saved: bool = False) -> HttpResponse:
        response = render(
            request,
            "components/fact.html",
            {"line": self._line(fact, record, editable=True), "focus": saved or "show" in request.GET},
        )
        if saved:
            response["HX-Trigger"] = "record-saved"
        return response

    def _edit(
        self,
        request: HttpRequest,
        fact: Fact,
        record: Any,
        form: forms.ModelForm[Any],
        version: int,
        *,
        stale: bool = False,
    ) -> HttpResponse:
        context = {
            "line": self._line(fact, record, editable=True),
            "form": form,
            "field": form[fact.name],
            "version": version,
            "stale": stale,
        }
        return render(request, "components/fact_edit.html", context)
