"""Cell types: each reads the text of one cell and returns its normal form, or says why it cannot.

Normal forms are texts that PostgreSQL casts without failing; an empty cell is None.
"""

from crm_site.imports.cells.contacts import email, phone, url
from crm_site.imports.cells.figures import decimal, integer
from crm_site.imports.cells.moments import date, moment
from crm_site.imports.cells.reading import CellError, FileReader, Reader
from crm_site.imports.cells.words import choice, choices, code, flag, person, text

__all__ = [
    "CellError",
    "FileReader",
    "Reader",
    "choice",
    "choices",
    "code",
    "date",
    "decimal",
    "email",
    "flag",
    "integer",
    "moment",
    "person",
    "phone",
    "text",
    "url",
]
