"""The administration: every page opens for the superuser, and none for people without leave."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.apps import apps
from django.contrib import admin
from django.test import Client
from django.urls import reverse

from crm_site.staff.models import User
from tests.architecture.test_models import BROUGHT_ALONG, FACTORIES
from tests.conftest import Cast
from tests.database_digest import database_digest

SignIn = Callable[[User], Client]
LABELS = sorted(model._meta.label for model in admin.site._registry)


def pages(label: str) -> list[str]:
    """Return the addresses of a model's list, of adding, and of its latest row when it has one."""
    model: Any = apps.get_model(label)
    name = f"admin:{model._meta.app_label}_{model._meta.model_name}"
    found = [reverse(f"{name}_changelist"), f"{reverse(f'{name}_changelist')}?q=wang", reverse(f"{name}_add")]
    row = model._default_manager.order_by("pk").last()
    return [*found, reverse(f"{name}_change", args=[row.pk])] if row is not None else found


def make(label: str) -> None:
    """Make a row of the model, if it is one of ours."""
    model = apps.get_model(label)
    if label in BROUGHT_ALONG:
        BROUGHT_ALONG[label]()
    elif model in FACTORIES:
        FACTORIES[model].create()


@pytest.mark.parametrize("label", LABELS)
def test_every_page_opens_for_the_superuser(label: str, cast: Cast, signed_in: SignIn) -> None:
    make(label)
    client = signed_in(cast.admin)
    for address in pages(label):
        refused_by_design = address.endswith("/add/") and not admin.site.get_model_admin(
            apps.get_model(label)
        ).has_add_permission(client.get("/").wsgi_request)
        assert client.get(address).status_code == (403 if refused_by_design else 200), address


@pytest.mark.parametrize("label", LABELS)
def test_no_page_opens_for_a_rep_and_nothing_changes(label: str, cast: Cast, signed_in: SignIn) -> None:
    make(label)
    User.objects.filter(pk=cast.teammate.pk).update(is_staff=True)
    rep, staff_without_leave = signed_in(cast.owner), signed_in(cast.teammate)
    before = database_digest()
    for address in pages(label):
        assert rep.get(address).status_code == 302, address
        assert rep.post(address, {"name": "changed"})["Location"].startswith("/admin/login/")
        assert staff_without_leave.get(address).status_code == 403, address
        assert staff_without_leave.post(address, {"name": "changed"}).status_code == 403, address
    assert database_digest() == before
