"""The grid of targets: texts typed or pasted into its cells, read as people write amounts in any of our languages."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from crm_site.imports.cells import CellError
from crm_site.imports.cells import decimal as decimal_cell
from crm_site.imports.habits import Habits
from crm_site.imports.messages import MESSAGES

if TYPE_CHECKING:
    from sales.selectors.targets import TargetRow

LONGEST_PASTE, PLACES, DIGITS = 100_000, 2, 16
# Nobody writes a target with three decimals: three digits behind a sign are thousands, in whichever style.
_COMMA_DECIMALS = re.compile(r"[^0-9]*[0-9]{1,3}(?:\.[0-9]{3})+(?:,[0-9]+)?[^0-9]*|.*[0-9],[0-9]{1,2}[^0-9]*")
_READERS = {
    comma: decimal_cell(PLACES, DIGITS).within(Habits(decimal="," if comma else ".")) for comma in (True, False)
}


def read_amount(text: str) -> Decimal | None:
    """Return the amount in a cell, None for an empty one; raise ValueError with what is wrong, in words."""
    cell = unicodedata.normalize("NFKC", text).strip()
    try:
        read = _READERS[_COMMA_DECIMALS.fullmatch(cell) is not None](cell)
    except CellError as error:
        raise ValueError(str(MESSAGES[error.code]) % error.params) from error
    amount = Decimal(read) if read is not None else None
    if amount is not None and amount < 0:
        raise ValueError(str(MESSAGES["negative"]))
    return amount


@dataclass
class TargetCell:
    """One cell of the grid: what stands in it, what is wrong with it, and what counts where it is left empty."""

    name: str
    label: str
    month: dt.date
    text: str = ""
    error: str = ""
    below: Decimal | None = None


@dataclass
class TargetGrid:
    """The cells of the rows that may be changed, as they were sent or are stored."""

    rows: Sequence[TargetRow]
    months: Sequence[dt.date]
    cells: dict[str, list[TargetCell]] = field(default_factory=dict)
    unplaced: list[str] = field(default_factory=list)

    def fill(self, data: Mapping[str, str] | None) -> TargetGrid:
        """Put in what was sent, or what is stored."""
        for row in self.rows:
            cells = []
            for month in self.months:
                name = f"{row.code}-{month:%m}"
                amount = row.amounts.get(month)
                stored = f"{amount.normalize():f}" if amount is not None else ""
                text = data.get(name, stored)[:100] if data is not None else stored
                cells.append(TargetCell(name, f"{row.label}, {month:%Y-%m}", month, text, below=row.below.get(month)))
            self.cells[row.code] = cells
        return self

    def paste(self, text: str) -> None:
        """Spread the lines of a spreadsheet over the grid: a name first, or, without names, the rows in their order."""
        lines = [line.split("\t") for line in text[:LONGEST_PASTE].splitlines() if line.strip()]
        known = {name.casefold(): row for row in self.rows for name in (row.label, row.email) if name}
        named = any(line[0].strip().casefold() in known for line in lines)
        for number, line in enumerate(lines):
            row = known.get(line[0].strip().casefold()) if named else None
            if not named and number < len(self.rows):
                row = self.rows[number]
            values = line[1:] if named else line
            if row is None or len(values) > len(self.months):
                # The line of the months' names above the amounts is none of anybody.
                if number or row is not None or any(self._is_amount(value) for value in values):
                    self.unplaced.append("\t".join(line))
                continue
            for cell, value in zip(self.cells[row.code], values, strict=False):
                cell.text = value.strip()[:100]

    @staticmethod
    def _is_amount(text: str) -> bool:
        try:
            return read_amount(text) is not None
        except ValueError:
            return False

    def read(self) -> dict[tuple[tuple[int | None, int | None], dt.date], Decimal | None] | None:
        """Return what differs from what is stored; None where a cell cannot be read, and says why."""
        found: dict[tuple[tuple[int | None, int | None], dt.date], Decimal | None] = {}
        wrong = False
        for row in self.rows:
            whose = (row.owner.pk if row.owner else None, row.team_id)
            for cell in self.cells[row.code]:
                try:
                    amount = read_amount(cell.text)
                except ValueError as error:
                    cell.error, wrong = str(error), True
                    continue
                if amount != row.amounts.get(cell.month):
                    found[whose, cell.month] = amount
        return None if wrong else found

    @property
    def wrong(self) -> list[TargetCell]:
        """The cells that cannot be read."""
        return [cell for cells in self.cells.values() for cell in cells if cell.error]

    @property
    def unplaced_words(self) -> str:
        """Say that lines of what was pasted belong to nobody here."""
        return _("These lines name nobody in the grid, or have too many months; they were left here:")
