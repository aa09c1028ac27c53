"""Facts changed in place: access, refusal, and two people at once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django import forms
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.test import RequestFactory
from django.urls import reverse

from crm_site.pages import facts
from crm_site.pages.facts import Fact, InlineFieldView
from crm_site.staff.models import User
from crm_site.staff.versioning import save_versioned
from customers.models import Customer


class PlainForm(forms.ModelForm[Customer]):
    """A form with more fields than facts show."""

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user

    class Meta:
        model = Customer
        fields = ("name", "country", "stage")


class FieldView(InlineFieldView):
    """The view under test."""

    model = Customer
    form_class = PlainForm
    url_name = "customers:customer-field"
    facts = (
        Fact(name="name", label="Name", link=lambda one: "/there/"),
        Fact(name="stage", label="Stage"),
        Fact(name="created_at", label="Created", kind="date", editable=False),
    )

    def save_field(self, record: Any, name: str, value: Any, *, version: int, user: User) -> Any:
        if value == "Forbidden":
            raise forms.ValidationError("Not this one.")
        save_versioned(record, version, {name: value})
        return record


def ask(user: User, record: Customer, name: str, data: dict[str, Any] | None = None, query: str = "") -> HttpResponse:
    """Ask the view as a person; with data, post it."""
    path = reverse("customers:customer-field", args=[record.pk, name]) + query
    request = RequestFactory().get(path) if data is None else RequestFactory().post(path, data)
    request.user = user
    return FieldView.as_view()(request, pk=record.pk, name=name)  # type: ignore[return-value]  # a view answers at once


def test_a_value_is_saved_under_the_version_it_was_read_at(manager: User, customer: Callable[..., Customer]) -> None:
    record = customer("Ada")
    form = ask(manager, record, "name").content.decode()
    assert '<input type="hidden" name="version" value="1">' in form
    assert 'value="Ada"' in form
    assert 'name="country"' not in form
    response = ask(manager, record, "name", {"name": "Ada L", "version": "1", "country": "France"})
    record.refresh_from_db()
    assert (record.name, record.version, record.country) == ("Ada L", 2, "")
    assert '<a href="/there/">Ada L</a>' in response.content.decode()
    assert response["HX-Trigger"] == "record-saved"


def test_a_stale_save_changes_nothing_and_shows_both_values(manager: User, customer: Callable[..., Customer]) -> None:
    record = customer("Ada")
    save_versioned(Customer.objects.get(pk=record.pk), 1, {"name": "Theirs"})
    page = ask(manager, record, "name", {"name": "Mine", "version": "1"}).content.decode()
    record.refresh_from_db()
    assert (record.name, record.version) == ("Theirs", 2)
    assert "<b>Theirs</b>" in page
    assert 'value="Mine"' in page
    assert 'name="version" value="2"' in page
    ask(manager, record, "name", {"name": "Mine", "version": "2"})
    record.refresh_from_db()
    assert (record.name, record.version) == ("Mine", 3)


@pytest.mark.parametrize("version", ["", "x", "-1", "99999999999999", "²"])
def test_a_nonsense_version_is_stale(manager: User, customer: Callable[..., Customer], version: str) -> None:
    record = customer("Ada")
    assert "Ada" in ask(manager, record, "name", {"name": "Mine", "version": version}).content.decode()
    record.refresh_from_db()
    assert record.name == "Ada"


@pytest.mark.parametrize(("typed", "said"), [("", "This field is required."), ("Forbidden", "Not this one.")])
def test_a_refused_value_stays_with_its_reason(
    manager: User, customer: Callable[..., Customer], typed: str, said: str
) -> None:
    record = customer("Ada")
    page = ask(manager, record, "name", {"name": typed, "version": "1"}).content.decode()
    record.refresh_from_db()
    assert (record.name, record.version) == ("Ada", 1)
    assert said in page
    assert "field-invalid" in page


def test_somebody_elses_record_does_not_exist(rep: User, customer: Callable[..., Customer]) -> None:
    record = customer("Ada")
    for data in (None, {"name": "Mine", "version": "1"}):
        with pytest.raises(Http404):
            ask(rep, record, "name", data)
    record.refresh_from_db()
    assert record.name == "Ada"


def test_seen_but_not_editable_is_refused(person: Callable[..., User], customer: Callable[..., Customer]) -> None:
    reader = person("Rea", "agent")
    reader.roles.get().grants.filter(module="customers").update(edit="none")
    reader = User.objects.get(pk=reader.pk)
    record = customer("Ada")
    for data in (None, {"name": "Mine", "version": "1"}):
        with pytest.raises(PermissionDenied):
            ask(reader, record, "name", data)
    record.refresh_from_db()
    assert (record.name, record.version) == ("Ada", 1)
    assert "Ada" in ask(reader, record, "name", query="?show").content.decode()


@pytest.mark.parametrize("name", ["created_at", "country", "owner", "nonsense"])
def test_only_declared_facts_can_be_changed(manager: User, customer: Callable[..., Customer], name: str) -> None:
    with pytest.raises(Http404):
        ask(manager, customer("Ada"), name)


def test_lines_show_words_and_an_address_only_for_those_who_may_change(customer: Callable[..., Customer]) -> None:
    record = customer("Ada")
    lines = FieldView.lines(record, editable=True)
    assert [(line.fact.name, bool(line.edit_url)) for line in lines] == [
        ("name", True),
        ("stage", True),
        ("created_at", False),
    ]
    assert lines[1].words == "New"
    assert not any(line.edit_url for line in FieldView.lines(record, editable=False))
    assert facts.FactLine(Fact(name="country", label="", link=lambda one: "/x/"), record, "").link == ""
