"""Indexes that let lists sort by a custom field, made while everybody goes on writing."""

from __future__ import annotations

from typing import Any

from django.db import connection, models
from django.utils.translation import gettext_lazy as _

from crm_site.fields.choices import IndexState
from crm_site.fields.hosts import get_host
from crm_site.fields.models import CustomField
from crm_site.fields.values import is_sortable, sort_expression
from crm_site.jobs.context import JobContext
from crm_site.jobs.parameters import Parameter
from crm_site.jobs.registry import job
from crm_site.jobs.starting import start_job


def index_names(field: CustomField) -> tuple[str, str]:
    """Return the names of the field's indexes: over all records, and within one owner's."""
    return f"custom_{field.pk}_sort", f"custom_{field.pk}_owner"


def request_index(field: CustomField) -> None:
    """Have the indexes of a new field made, or those of a field out of use removed."""
    if not is_sortable(field):
        return
    if field.is_active and field.index_state == IndexState.NONE:
        CustomField.objects.filter(pk=field.pk).update(index_state=IndexState.WAITING)
    start_job("custom_field_index", {"field": str(field.pk)})


@job(
    "custom_field_index",
    _("Prepare sorting by a custom field"),
    module="customers",
    parameters={"field": Parameter(int, _("field"))},
    listed=False,
)
def index_field(context: JobContext, field: int) -> dict[str, Any]:
    """Create the field's indexes without locking anybody out, or drop them; safe to repeat after a crash."""
    found = CustomField.objects.filter(pk=field).first()
    if found is None:
        return {"state": "gone"}
    if not found.is_active:
        for name in index_names(found):
            _drop(name)
        CustomField.objects.filter(pk=field).update(index_state=IndexState.NONE)
        return {"state": "dropped"}
    model = get_host(found.host).model
    for index in _indexes(found, model):
        context.raise_if_cancelled()
        if not _is_valid(index.name):
            _drop(index.name)  # an interrupted build leaves an index that serves nobody
            with connection.schema_editor(atomic=False) as editor:
                editor.execute(index.create_sql(model, editor, concurrently=True), params=None)
    CustomField.objects.filter(pk=field).update(index_state=IndexState.READY)
    return {"state": "ready"}


def _indexes(field: CustomField, model: type[models.Model]) -> list[models.Index]:
    order, _type = sort_expression(field)
    everywhere, within = index_names(field)
    found = [models.Index(order, "id", name=everywhere)]
    if any(one.name == "owner" for one in model._meta.fields):
        found.append(models.Index("owner", order, "id", name=within))
    return found


def _is_valid(name: str) -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT indisvalid FROM pg_index WHERE indexrelid = to_regclass(%s)", [name])
        row = cursor.fetchone()
    return bool(row and row[0])


def _drop(name: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f'DROP INDEX CONCURRENTLY IF EXISTS "{name}"')
