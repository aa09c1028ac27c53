"""The OpenAPI schema: complete, valid, and it names every endpoint."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from django.core.management import call_command

from crm_site.api.urls import router


@pytest.fixture(scope="module")
def schema(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the schema as written by the command, which fails on any warning."""
    path = tmp_path_factory.mktemp("schema") / "schema.yml"
    call_command("spectacular", fail_on_warn=True, validate=True, file=str(path))
    return path


def test_the_schema_is_valid_and_names_every_endpoint(schema: Path) -> None:
    paths = yaml.safe_load(schema.read_text())["paths"]
    assert {f"/api/v1/{prefix}/" for prefix, _viewset, _name in router.registry} <= set(paths)
    assert {"/api/v1/kpis/", "/api/v1/kpis/{code}/"} <= set(paths)


def test_every_operation_needs_a_token_or_a_session(schema: Path) -> None:
    document = yaml.safe_load(schema.read_text())
    open_to_all = [
        f"{method} {path}"
        for path, operations in document["paths"].items()
        for method, operation in operations.items()
        if {"token": []} not in operation.get("security", []) or {} in operation["security"]
    ]
    assert open_to_all == []
