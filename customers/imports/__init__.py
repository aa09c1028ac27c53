"""Importing customers, notes on them, and what was had with them."""

from crm_site.imports.kinds import register_kind
from customers.imports.customers import CompanyImport, CustomerImport, PersonImport
from customers.imports.interactions import InteractionImport
from customers.imports.notes import NoteImport

__all__ = ["CompanyImport", "CustomerImport", "InteractionImport", "NoteImport", "PersonImport"]

for kind in (CustomerImport(), CompanyImport(), PersonImport(), NoteImport(), InteractionImport()):
    register_kind(kind)
