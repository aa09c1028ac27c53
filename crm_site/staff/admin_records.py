"""Administration of records: saving goes through the same services as the pages, so nothing is skipped."""

from __future__ import annotations

from typing import Any, ClassVar, TypeVar

from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest

_M = TypeVar("_M", bound=Model)


class RecordAdmin(admin.ModelAdmin[_M]):
    """Creates and changes records by their services; removing is not offered, since figures rest on them.

    Subclasses list in `record_fields` what the services take.
    """

    record_fields: ClassVar[tuple[str, ...]]
    show_full_result_count = False

    def create_record(self, facts: dict[str, Any], user: Any) -> Any:
        """Create the record through its service."""
        raise NotImplementedError

    def change_record(self, record: Any, facts: dict[str, Any], user: Any) -> None:
        """Change the record through its service."""
        raise NotImplementedError

    def get_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        """Return what the services take."""
        return self.record_fields

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Hand what was typed to the service."""
        facts = {name: form.cleaned_data[name] for name in self.record_fields if name in form.cleaned_data}
        if change:
            stored = self.model._default_manager.get(pk=obj.pk)
            changed = {name: value for name, value in facts.items() if name in form.changed_data}
            self.change_record(stored, changed, request.user)
        else:
            obj.pk = self.create_record(facts, request.user).pk
            obj._state.adding = False

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """Leave relations to the service, which has written them."""

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Refuse removal."""
        return False


class ReadOnlyAdmin(admin.ModelAdmin[_M]):
    """Shows rows that other code writes: nobody adds, changes or removes them by hand."""

    show_full_result_count = False

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Refuse hand-made rows."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Refuse changes."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Refuse removal."""
        return False
