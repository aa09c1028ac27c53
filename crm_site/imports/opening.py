"""Opening the file of an import, as it was agreed to be read."""

from __future__ import annotations

from crm_site.imports.models import Import
from crm_site.lib.spreadsheets import Sheet, open_sheet


def open_file(job: Import) -> Sheet:
    """Open the file with the encoding, delimiter and header line that the import has; raise SpreadsheetRefused."""
    return open_sheet(
        job.file,
        encoding=job.encoding or None,
        delimiter=job.delimiter or None,
        header_line=job.header_line or None,
    )
