"""Paths into JSON: which value of another service's message is which field of a form."""

from __future__ import annotations

import re
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

MOST_STEPS = 12
MOST_LINES = 60
_STEP = re.compile(r"(?P<name>[^.\[\]=]+)?(?:\[(?P<key>[^.\[\]=]+)=(?P<value>[^\[\]=]*)\])?")


def dig(data: Any, path: str) -> Any:
    """Return what a path leads to, None where there is nothing.

    `lead.answers.0.text` goes by names and places; `field_data[name=email].values.0` looks in a list for the one
    whose `name` is `email`.
    """
    for step in path.split(".")[:MOST_STEPS]:
        found = _STEP.fullmatch(step)
        if found is None or not step:
            return None
        if found["name"]:
            data = _child(data, found["name"])
        if found["key"]:
            data = _chosen(data, found["key"], found["value"])
    return data


def gather(data: Any, path: str) -> list[Any]:
    """Return everything that a path leads to; lists on its way are gone through: `entry.changes` of each entry."""
    found = _spread(data)
    for step in path.split(".")[:MOST_STEPS]:
        found = [one for item in found for one in _spread(dig(item, step))]
    return found


def mapped(data: Any, mapping: dict[str, str]) -> dict[str, Any]:
    """Return the values that a message has for the fields; a list of one is taken for its only value."""
    found = {name: dig(data, path) for name, path in mapping.items()}
    single = {name: value[0] if isinstance(value, list) and len(value) == 1 else value for name, value in found.items()}
    return {name: value for name, value in single.items() if value is not None and not isinstance(value, dict)}


def read_mapping(text: str, offered: set[str]) -> dict[str, str]:
    """Return the mapping that lines `field = path` spell; raise ValidationError for a line that says nothing."""
    found: dict[str, str] = {}
    for line in (one.strip() for one in text.splitlines()):
        name, equals, path = (part.strip() for part in line.partition("="))
        if not line:
            continue
        if not equals or name not in offered:
            raise ValidationError(_("“%(line)s” names no field of this form.") % {"line": line[:80]})
        if not is_path(path):
            raise ValidationError(_("“%(path)s” is no path.") % {"path": path[:80]})
        found[name] = path
    if len(found) > MOST_LINES:
        raise ValidationError(_("At most %(count)d fields.") % {"count": MOST_LINES})
    return found


def is_path(path: str) -> bool:
    """Tell whether a text is a path."""
    steps = path.split(".")
    return len(path) <= 200 and len(steps) <= MOST_STEPS and all(one and _STEP.fullmatch(one) for one in steps)


def _spread(data: Any) -> list[Any]:
    return data if isinstance(data, list) else [] if data is None else [data]


def _child(data: Any, name: str) -> Any:
    if isinstance(data, dict):
        return data.get(name)
    if isinstance(data, list) and name.isascii() and name.isdigit() and int(name) < len(data):
        return data[int(name)]
    return None


def _chosen(data: Any, key: str, value: str) -> Any:
    if not isinstance(data, list):
        return None
    return next((one for one in data if isinstance(one, dict) and str(one.get(key, "")) == value), None)
