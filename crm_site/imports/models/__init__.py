"""Tables of imports."""

from crm_site.imports.models.imports import BadCells, DuplicatePolicy, Import, ImportMode, RowState, StagedRow
from crm_site.imports.models.learning import LearnedMapping
from crm_site.imports.models.moving import ExternalId, MoveIn

__all__ = [
    "BadCells",
    "DuplicatePolicy",
    "ExternalId",
    "Import",
    "ImportMode",
    "LearnedMapping",
    "MoveIn",
    "RowState",
    "StagedRow",
]
