"""Errors of the API: problems by field, and a stale version as a conflict with what is stored now."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from rest_framework import exceptions
from rest_framework.response import Response
from rest_framework.views import exception_handler as drf_handler

from crm_site.staff.versioning import StaleVersionError


def exception_handler(error: Exception, context: dict[str, Any]) -> Response | None:
    """Turn the services' refusals into answers: 400 by field, 409 for a stale version."""
    if isinstance(error, StaleVersionError):
        current: Any = error.current
        return Response({"version": ["stale"], "current_version": current.version}, status=409)
    if isinstance(error, ValidationError):
        detail: Any = error.message_dict if hasattr(error, "error_dict") else {"non_field_errors": error.messages}
        error = exceptions.ValidationError(detail)
    return drf_handler(error, context)
