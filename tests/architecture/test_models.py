"""Every model has a factory and an administration page, and says who may see its rows."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

import pytest
from django.apps import apps
from django.contrib import admin
from django.db.models import Model
from factory.django import DjangoModelFactory

from crm_site.staff.choices import Module
from tests.conftest import Cast
from tests.factories import (
    contacts,
    deals,
    fields,
    forecast,
    forms,
    history,
    leads,
    needs,
    notifications,
    records,
    staff,
    standing,
    tasks,
    worktime,
)

PACKAGES = ("crm_site", "customers", "sales", "service", "analytics")
OURS = sorted(
    (model for model in apps.get_models() if model.__module__.partition(".")[0] in PACKAGES),
    key=lambda model: model._meta.label,
)
MODULES = (
    records, deals, forecast, leads,
    needs, staff, history, notifications, fields, standing, tasks, contacts, worktime, forms,
)  # fmt: skip
MADE: list[Any] = [one for module in MODULES for one in vars(module).values() if inspect.isclass(one)]
FACTORIES = {one._meta.model: one for one in MADE if issubclass(one, DjangoModelFactory)}
# Rows that another model's factory makes, as its service does.
BROUGHT_ALONG: dict[str, Callable[[], Any]] = {
    "customers.CustomerMetrics": lambda: records.CustomerFactory().metrics,
    "customers.CustomerScore": lambda: records.CustomerFactory().score,
    "customers.SegmentState": lambda: standing.SegmentFactory().state,
}
# Without a page of their own in the administration, and why.
NOT_ADMINISTERED = {
    "calendars.OpeningHours": "shown on its calendar's page",
    "calendars.CalendarException": "shown on its calendar's page",
    "assignment.AssignmentMember": "shown on its rule's page",
    "staff.RoleGrant": "edited on its role's page",
    "customers.ContactPoint": "shown on its customer's page",
    "customers.Address": "shown on its customer's page",
    "sales.OrderLine": "shown on its order's page",
    "pages.FirstSteps": "a person's own ticks on a checklist",
    "demo.DemoRange": "the demo room's own notes, removed with the demo data",
    "demo.DemoLoad": "the demo room's own notes, removed with the demo data",
}
LABELS = [model._meta.label for model in OURS]


def by_label(label: str) -> type[Model]:
    """Return the model of that label."""
    return apps.get_model(label)


@pytest.mark.parametrize("label", LABELS)
def test_every_model_has_a_factory_that_makes_a_valid_row(label: str, db: None) -> None:
    model = by_label(label)
    assert (model in FACTORIES) != (label in BROUGHT_ALONG), f"add a factory of {label} to tests/factories"
    made: Any = BROUGHT_ALONG[label]() if label in BROUGHT_ALONG else FACTORIES[model].create()
    assert model._default_manager.filter(pk=made.pk).exists()
    assert str(made)
    made.validate_unique()
    made.validate_constraints()


@pytest.mark.parametrize("label", LABELS)
def test_every_model_stands_in_the_administration(label: str) -> None:
    registered = admin.site.is_registered(by_label(label))
    assert registered != (label in NOT_ADMINISTERED), NOT_ADMINISTERED.get(label, f"register {label}")


def test_no_exception_outlives_its_model() -> None:
    assert sorted(set(NOT_ADMINISTERED) - set(LABELS)) == []


OWNED = [label for label in LABELS if {"owner", "team"} & {field.name for field in by_label(label)._meta.fields}]
SCOPED = [label for label in LABELS if hasattr(by_label(label), "access_module")]


# A user is no record; what lies in the trash names its module row by row.
UNSCOPED = {"staff.User", "history.TrashedRecord"}


def test_the_sweep_finds_the_owned_models() -> None:
    assert {"customers.Customer", "sales.Order", "service.SurveyAnswer"} <= set(OWNED)


@pytest.mark.parametrize("label", sorted({*OWNED, *SCOPED} - UNSCOPED))
def test_every_owned_model_names_its_module_and_narrows_its_rows(label: str, cast: Cast) -> None:
    model: Any = by_label(label)
    assert model.access_module in Module.values
    rows = model._default_manager.all()
    for person in cast:
        seen = rows.visible_to(person)
        assert seen.model is model
        if hasattr(rows, "editable_by"):
            assert rows.editable_by(person).count() <= seen.count()


@pytest.mark.parametrize("label", sorted({*OWNED, *SCOPED} - UNSCOPED))
def test_people_without_roles_see_no_row(label: str, db: None) -> None:
    FACTORIES[by_label(label)].create()
    model: Any = by_label(label)
    assert model._default_manager.exists()
    assert not model._default_manager.all().visible_to(staff.UserFactory()).exists()
