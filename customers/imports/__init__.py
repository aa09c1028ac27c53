"""Importing customers and their notes."""

from crm_site.imports.kinds import register_kind
from customers.imports.customers import CompanyImport, CustomerImport, PersonImport
from customers.imports.notes import NoteImport

__all__ = ["CompanyImport", "CustomerImport", "NoteImport", "PersonImport"]

for kind in (CustomerImport(), CompanyImport(), PersonImport(), NoteImport()):
    register_kind(kind)
