"""Spreadsheets: the one bounded reader and the one formula-defusing writer."""

from crm_site.lib.spreadsheets.defusing import defuse, undo_defusing
from crm_site.lib.spreadsheets.limits import DEFAULT_LIMITS, Limits
from crm_site.lib.spreadsheets.opening import Sheet, open_sheet
from crm_site.lib.spreadsheets.refusals import Refusal, Row, RowFault, RowProblem, SpreadsheetRefused
from crm_site.lib.spreadsheets.writing import stream_csv, write_csv, write_xlsx

__all__ = [
    "DEFAULT_LIMITS",
    "Limits",
    "Refusal",
    "Row",
    "RowFault",
    "RowProblem",
    "Sheet",
    "SpreadsheetRefused",
    "defuse",
    "open_sheet",
    "stream_csv",
    "undo_defusing",
    "write_csv",
    "write_xlsx",
]
