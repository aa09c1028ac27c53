"""The kinds of files that can be imported, by code."""

from __future__ import annotations

from typing import Any

KINDS: dict[str, Any] = {}
