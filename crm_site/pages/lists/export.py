"""A list as a file: the same rows in the same order, through the one writer."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, BinaryIO

from django.db import transaction
from django.http import FileResponse, StreamingHttpResponse
from django.utils import timezone, translation

from crm_site.events.publishing import publish
from crm_site.lib.spreadsheets import stream_csv, write_xlsx
from crm_site.pages.events import ListExported

if TYPE_CHECKING:
    from crm_site.pages.lists.declaration import ListPage
    from crm_site.pages.lists.state import ListState
    from crm_site.staff.models import User

# Larger workbooks wait on disk, smaller ones in memory.
SPOOL_BYTES = 4 * 1024 * 1024
TYPES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
# Above, a file is written by a job: streaming takes minutes, and a workbook is held whole until it is sent.
AT_ONCE = {"csv": 20_000, "xlsx": 2_000}


@dataclass(frozen=True)
class Extract:
    """The rows that go into a file, in the order and columns of a state; `keys` keeps only ticked ones."""

    page: ListPage[Any]
    user: User
    state: ListState
    keys: tuple[int, ...] | None = None

    @property
    def heads(self) -> list[str]:
        """The first line."""
        return [str(column.label) for column in self.state.columns]

    def count(self, limit: int) -> int:
        """Return how many rows there are, counting no further than one beyond the limit."""
        rows = self.page.narrowed(self.user, self.state) if self.keys is None else self._ticked()
        return rows.order_by()[: limit + 1].count()

    def lines(self, heed: Callable[[int], None] = lambda done: None) -> Iterator[list[Any]]:
        """Yield the rows as cells; `heed` hears how many have gone out."""
        rows = None if self.keys is None else self._ticked()
        for done, record in enumerate(self.page.rows_in_order(self.user, self.state, rows=rows), 1):
            yield [column.exported(record) for column in self.state.columns]
            if not done % 500:
                heed(done)

    def _ticked(self) -> Any:
        return self.page.base(self.user).filter(pk__in=self.keys or ())

    def announce(self, kind: str, rows: int) -> None:
        """Write down who took what out."""
        with transaction.atomic():
            address = self.state.address(self.page)
            publish(ListExported(list_code=self.page.code, kind=kind, rows=rows, address=address[:2000]), self.user)

    def file_name(self, kind: str) -> str:
        """Return what the file is called."""
        return f"{self.page.code}-{timezone.localdate():%Y-%m-%d}.{kind}"

    def write(self, file: BinaryIO, kind: str, heed: Callable[[int], None]) -> None:
        """Write the whole file."""
        if kind == "xlsx":
            write_xlsx(file, self.heads, self.lines(heed), title=str(self.page.title))
            return
        for part in stream_csv(self.heads, self.lines(heed)):
            file.write(part)


def export_file(extract: Extract, kind: str) -> StreamingHttpResponse | FileResponse:
    """Return the file as the answer to a request."""
    extract.announce(kind, extract.count(AT_ONCE[kind]))
    if kind == "xlsx":
        book = tempfile.SpooledTemporaryFile(max_size=SPOOL_BYTES)  # noqa: SIM115  # the response closes it
        extract.write(book, kind, lambda done: None)  # type: ignore[arg-type]  # a spooled file is binary
        book.seek(0)
        return FileResponse(book, as_attachment=True, filename=extract.file_name(kind), content_type=TYPES[kind])
    stream = _in_force(stream_csv(extract.heads, extract.lines()))
    response = StreamingHttpResponse(stream, content_type=TYPES[kind])
    response["Content-Disposition"] = f'attachment; filename="{extract.file_name(kind)}"'
    return response


def _in_force(chunks: Iterator[bytes]) -> Iterator[bytes]:
    """Keep the reader's language and zone: the stream is read after the request's middleware has let go of them."""
    language, zone = translation.get_language(), timezone.get_current_timezone()
    while True:
        with translation.override(language), timezone.override(zone):
            chunk = next(chunks, None)
        if chunk is None:
            return
        yield chunk
