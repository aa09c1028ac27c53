"""Custom fields in files: a column of a file may fill one as it fills any other field."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from crm_site.fields.choices import FieldKind
from crm_site.fields.definitions import all_fields_of
from crm_site.fields.hosts import Host, hosts
from crm_site.fields.models import CustomField
from crm_site.imports import cells
from crm_site.imports.kinds import Field, ImportKind, register_field_provider

if TYPE_CHECKING:
    from crm_site.imports.chunks import Chunk

PREFIX = "custom_"
LONGEST = 500
DIGITS, PLACES = 20, 6


def fields_in_files(kind: ImportKind) -> list[Field]:
    """Return the custom fields that files of this kind can fill; those out of use keep their place, hidden."""
    host = host_of(kind)
    # By their age, so that a new field never moves the cells of rows that were read before.
    return [_field(one) for one in sorted(all_fields_of(host.code), key=lambda one: one.pk)] if host else []


def host_of(kind: ImportKind) -> Host | None:
    """Return the records with custom fields that a kind of file makes, if they are such."""
    return next((host for host in hosts() if host.model is kind.model), None)


def _field(one: CustomField) -> Field:
    return Field(
        one.key,
        one.label,
        _reader(one),
        _SQL.get(FieldKind(one.kind), "text"),
        aliases=tuple(word for word in (one.name, one.label_en, one.label_zh) if word),
        choices=tuple(one.options()) if one.kind == FieldKind.CHOICE else (),
        hidden=not one.is_active,
    )


_SQL = {FieldKind.YES_NO: "boolean", FieldKind.CHOICES: "text[]"}


def _reader(one: CustomField) -> cells.Reader | cells.FileReader:
    if one.kind == FieldKind.NUMBER:
        return cells.FileReader(lambda habits: _plain(cells.decimal(PLACES, DIGITS).within(habits)))
    if one.kind == FieldKind.DATE:
        return cells.date()
    if one.kind == FieldKind.YES_NO:
        return cells.flag()
    words = _words(one)
    if one.kind == FieldKind.CHOICE:
        return cells.choice(words)
    if one.kind == FieldKind.CHOICES:
        return cells.choices(words)
    return cells.text(LONGEST)


def _plain(read: cells.Reader) -> cells.Reader:
    """Return numbers without zeros behind them, as they are kept."""

    def without_zeros(cell: str) -> str | None:
        number = read(cell)
        return None if number is None else number.rstrip("0").rstrip(".") or "0"

    return without_zeros


def _words(one: CustomField) -> dict[str, str]:
    """Return code by code and by its words in both languages."""
    found: dict[str, str] = {}
    for choice in one.choices:
        if not choice.get("off"):
            code = str(choice["code"])
            found |= {str(word): code for word in (choice.get("en"), choice.get("zh"), code) if word}
    return found


def write_custom(chunk: Chunk) -> int:
    """Merge the custom fields of the chunk's rows into their records; empty cells leave values as they are."""
    mapped = [field for field in _mapped(chunk) if not field.hidden]
    if not mapped:
        return 0
    pairs = ", ".join(f"'{field.name.removeprefix(PREFIX)}', to_jsonb(\"{field.name}\")" for field in mapped)
    table = chunk.kind.model._meta.db_table
    return chunk.execute(
        "WITH said AS (SELECT DISTINCT ON (record_id) record_id, is_new, "
        f"jsonb_strip_nulls(jsonb_build_object({pairs})) AS custom "
        "FROM chunk WHERE record_id IS NOT NULL ORDER BY record_id, line DESC), "
        f"done AS (UPDATE {table} t SET custom = t.custom || said.custom, "
        "version = t.version + CASE WHEN said.is_new THEN 0 ELSE 1 END, updated_at = now() FROM said "
        "WHERE t.id = said.record_id AND NOT t.custom @> said.custom RETURNING t.id) "
        "UPDATE chunk SET changed = true FROM done WHERE done.id = chunk.record_id"
    )


def _mapped(chunk: Chunk) -> Sequence[Field]:
    return [field for field in chunk.kind.fields if field.name.startswith(PREFIX) and chunk.is_mapped(field.name)]


register_field_provider(fields_in_files)
