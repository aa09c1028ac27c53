"""The custom fields in use, read at most once a request, so that a new field is there at once, everywhere."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

from django.core.signals import request_finished, request_started

from crm_site.fields.models import CustomField

if TYPE_CHECKING:
    from crm_site.staff.models import User

# Kept for the length of one request in its thread; outside requests every question is asked anew.
_kept = threading.local()


def fields_of(host: str) -> list[CustomField]:
    """Return the fields in use on records of that kind, in their order."""
    return [one for one in _all() if one.host == host and one.is_active]


def all_fields_of(host: str) -> list[CustomField]:
    """Return every field that records of that kind ever had: histories still tell of those out of use."""
    return [one for one in _all() if one.host == host]


def is_required(field: CustomField, user: User | None) -> bool:
    """Tell whether the user must fill the field in."""
    asked = {role.pk for role in field.required_for.all()}
    return bool(asked) and user is not None and any(role.pk in asked for role in user.roles.all())


def forget() -> None:
    """Ask the database again from now on; called when a field was changed within a request."""
    if getattr(_kept, "on", False):
        _kept.fields = None


def _all() -> list[CustomField]:
    if not getattr(_kept, "on", False):
        return _read()
    if _kept.fields is None:
        _kept.fields = _read()
    found: list[CustomField] = _kept.fields
    return found


def _read() -> list[CustomField]:
    return list(CustomField.objects.prefetch_related("required_for"))


def _begin(**_signal: Any) -> None:
    _kept.on, _kept.fields = True, None


def _end(**_signal: Any) -> None:
    _kept.on, _kept.fields = False, None


request_started.connect(_begin, dispatch_uid="fields.begin")
request_finished.connect(_end, dispatch_uid="fields.end")
