"""Facts of a record page, changed in place: one field at a time, guarded by the record's version."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar

from django import forms
from django.contrib.auth.mixins import LoginRequiredMixin
from django.db.models import Model
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views import View

from crm_site.history.choices import OperationKind
from crm_site.history.operations import operation
from crm_site.pages import formatting
from crm_site.pages.cells import saved_toast, show_cell
from crm_site.pages.fields.facts import custom_fields_of, custom_words
from crm_site.pages.lists.columns import follow
from crm_site.pages.requests import posted_version, signed_in
from crm_site.staff.fetching import fetch_editable, fetch_visible
from crm_site.staff.versioning import StaleVersionError

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

    from crm_site.history.models import Operation
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
    words: Callable[[Any], str] | None = None
    applies: Callable[[Any], bool] | None = None
    """Tells whether records without a value show the line all the same; they do where nothing is said."""

    def stands_on(self, record: Any) -> bool:
        """Tell whether the line stands on a record's page."""
        return self.applies is None or self.applies(record) or bool(self.shown(record))

    def shown(self, record: Any) -> Any:
        """Return the value as people read it."""
        if self.words is not None:
            return self.words(record)
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
    """Edits one field of a record in place: GET shows the line (`?show`) or its form, POST saves and offers an undo.

    With `?cell=<list>.<column>` the place is a cell of that list instead of a line of facts.

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
        facts = [*cls.facts, *cls._custom_facts()]
        return [cls._line(fact, record, editable) for fact in facts if fact.stands_on(record)]

    @classmethod
    def _custom_facts(cls) -> list[Fact]:
        """Return a fact for every custom field."""
        fields = custom_fields_of(cls.model)
        return [Fact(name=field.key, label=field.label, words=partial(custom_words, field)) for field in fields]

    @classmethod
    def _is_editable(cls, fact: Fact) -> bool:
        return fact.editable and (fact.words is not None or fact.name in cls.form_class.base_fields)

    @classmethod
    def _line(cls, fact: Fact, record: Any, editable: bool) -> FactLine:
        can = editable and cls._is_editable(fact)
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
        if not form.has_changed():
            return self._show(request, fact, self._again(record))
        try:
            saved, done = self._save(request, fact, self._again(record), _typed(form, name), version)
        except StaleVersionError as stale:
            # The typed value stays in the form; saving again, knowingly, carries the version just read.
            current: Any = stale.current
            return self._edit(request, fact, current, form, current.version, stale=True)
        except forms.ValidationError as error:
            form.add_error(name, error.messages)
            return self._edit(request, fact, self._again(record), form, version)
        return self._show(request, fact, saved, done=done)

    def _save(self, request: HttpRequest, fact: Fact, record: Any, value: Any, version: int) -> tuple[Any, Operation]:
        """Save the value as an operation that can be undone."""
        user, title = signed_in(request), f"{record}: {fact.label}"
        module = record.access_module
        with operation(OperationKind.EDIT, actor=user, module=module, title=title, count=1) as done:
            name = "custom" if fact.words is not None else fact.name
            return self.save_field(record, name, value, version=version, user=user), done

    def _again(self, record: Any) -> Any:
        """Read the record anew: checking a ModelForm writes its values into the instance it was given."""
        return self.base().get(pk=record.pk)

    def _fact(self, name: str) -> Fact:
        for fact in (*self.facts, *self._custom_facts()):
            if fact.name == name and self._is_editable(fact):
                return fact
        raise Http404

    def _form(self, request: HttpRequest, record: Any, name: str, data: Any = None) -> forms.ModelForm[Any]:
        make: Any = self.form_class
        form: forms.ModelForm[Any] = make(data, instance=record, auto_id="fact-%s-field", user=signed_in(request))
        for other in [field for field in form.fields if field != name]:
            del form.fields[other]
        return form

    def _show(self, request: HttpRequest, fact: Fact, record: Any, *, done: Operation | None = None) -> HttpResponse:
        arrivals = [saved_toast(done)] if done else []
        if "cell" in request.GET:
            response = show_cell(request, record.pk, request.GET["cell"], arrivals)
        else:
            focus = done is not None or "show" in request.GET
            line = self._line(fact, record, editable=True)
            response = render(request, "components/fact.html", {"line": line, "focus": focus, "arrivals": arrivals})
        if done:
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
            "cell": request.GET.get("cell", ""),
        }
        template = "pages/list/cell_edit.html" if "cell" in request.GET else "components/fact_edit.html"
        return render(request, template, context)


def _typed(form: Any, name: str) -> Any:
    """Return the value of the one field: custom fields come out of a form together."""
    return form.cleaned_data[name] if name in form.cleaned_data else form.cleaned_data.get("custom", {})
