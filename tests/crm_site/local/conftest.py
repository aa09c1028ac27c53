"""Homes for embedded servers, each removed with its test."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from crm_site.local.places import Home, home_at, make_home


@pytest.fixture
def home() -> Iterator[Home]:
    """A data folder of its own, on a path short enough for sockets."""
    with tempfile.TemporaryDirectory(prefix="gx-") as root:
        made = home_at(Path(root))
        make_home(made)
        yield made
