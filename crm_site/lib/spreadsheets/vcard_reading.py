"""Reader of address books: vCard 2.1, 3.0 and 4.0 as a table, one card a row."""

from __future__ import annotations

import io
import re
from collections.abc import Generator, Iterator
from pathlib import Path

from crm_site.lib.spreadsheets.csv_reading import open_text, sample_encoding
from crm_site.lib.spreadsheets.limits import Limits
from crm_site.lib.spreadsheets.refusals import Refusal, Row, RowFault, RowProblem, SpreadsheetRefused
from crm_site.lib.spreadsheets.unpacking import open_unpacked
from crm_site.lib.spreadsheets.vcard_values import Property, parse_property, split_unescaped, unescaped

HEADER = (
    "Name", "Given name", "Family name", "Kind", "Organisation", "Job title", "E-mail", "Phone", "Website", "Birthday",
    "Street", "City", "Region", "Postal code", "Country", "Note", "UID",
)  # fmt: skip
SEVERAL = " ::: "
_BEGIN = re.compile(r"\ufeff?\s*BEGIN\s*:\s*VCARD\s*$", re.IGNORECASE)
_END = re.compile(r"END\s*:\s*VCARD\s*$", re.IGNORECASE)
# Pictures, sounds and keys are passed over without being held in memory.
_HEAVY = frozenset(("PHOTO", "LOGO", "SOUND", "KEY", "X-ABCROP-RECTANGLE"))
_HEAVY_START = re.compile(r"(?:[\w-]+\.)?(?:PHOTO|LOGO|SOUND|KEY)\b", re.IGNORECASE)
_NOT_CALLED = frozenset(("FAX", "PAGER", "MODEM", "TELEX"))
_CARD_CHARACTERS = 200_000
_BIRTHDAY = re.compile(r"(\d{4})-?(\d\d)-?(\d\d)")


def is_vcard(sample: bytes) -> bool:
    """Tell whether the bytes at the start of a file begin a card, in whatever encoding."""
    plain = sample.replace(b"\0", b"").lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n")
    return plain[:5].upper() == b"BEGIN" and b"VCARD" in plain[:40].upper()


def read_vcards(
    path: Path, limits: Limits, encoding: str | None
) -> tuple[str, Generator[Row | RowProblem, None, None]]:
    """Return the encoding and the lazily read cards; a row stands on the line of its BEGIN.

    Values of one kind stand in one cell, the preferred first, parted by ` ::: `. Faxes and pagers are left out.
    """
    encoding = encoding or sample_encoding(path, limits)
    return encoding, _cards(path, encoding, limits)


def _cards(path: Path, encoding: str, limits: Limits) -> Generator[Row | RowProblem, None, None]:
    codec = "utf-8" if encoding in ("utf-8", "utf-8-sig") else encoding
    with open_unpacked(path, limits) as stream, open_text(stream, encoding) as text:
        start, properties, cards = 0, None, 0
        try:
            for number, line in _logical_lines(text, limits):
                if _BEGIN.match(line):
                    start, properties, held = number, list[Property](), 0
                elif properties is None:
                    continue
                elif _END.match(line):
                    cards += 1
                    if cards > limits.rows:
                        raise SpreadsheetRefused(Refusal.TOO_MANY_ROWS, limits.rows)
                    yield _row(start, properties, held, limits)
                    properties = None
                elif line.strip():
                    held += len(line)
                    found = parse_property(line, codec) if held <= _CARD_CHARACTERS else None
                    if found is not None and found.name not in _HEAVY:
                        properties.append(found)
        except UnicodeError as error:
            raise SpreadsheetRefused(Refusal.ENCODING) from error
    if properties is not None:
        yield RowProblem(start, RowFault.TOO_FEW_CELLS)


def _logical_lines(text: io.TextIOWrapper, limits: Limits) -> Iterator[tuple[int, str]]:
    """Yield unfolded lines with the number of their first physical line."""
    pending, first, soft, heavy = "", 0, False, False
    for number, raw in enumerate(iter(lambda: text.readline(limits.line_length + 1), ""), 1):
        if len(raw) > limits.line_length:
            raise SpreadsheetRefused(Refusal.LINE_TOO_LONG, limits.line_length)
        line = raw.rstrip("\r\n")
        if soft:
            pending = pending[:-1] + line.lstrip(" \t") if line.startswith((" ", "\t")) else pending[:-1] + line
        elif line.startswith((" ", "\t")) and first:
            if not heavy:
                pending += line[1:]
        else:
            if first:
                yield first, pending
            pending, first = line, number
            heavy = _HEAVY_START.match(line) is not None
        if len(pending) > limits.line_length:
            raise SpreadsheetRefused(Refusal.LINE_TOO_LONG, limits.line_length)
        soft = pending.endswith("=") and "QUOTED-PRINTABLE" in pending.partition(":")[0].upper()
    if first:
        yield first, pending


def _row(line: int, properties: list[Property], held: int, limits: Limits) -> Row | RowProblem:
    if held > _CARD_CHARACTERS:
        return RowProblem(line, RowFault.CELL_TOO_LONG)
    cells = [cell[: limits.cell_length] for cell in _cells(properties)]
    if any("\0" in cell for cell in cells):
        return RowProblem(line, RowFault.NUL)
    return Row(line, [cell.encode("utf-8", "replace").decode() for cell in cells])


def _cells(properties: list[Property]) -> list[str]:
    named: dict[str, list[Property]] = {}
    for one in properties:
        named.setdefault(one.name, []).append(one)
    parts = [*_parts(named, "N"), "", ""]
    organisation = next(iter(_parts(named, "ORG")), "")
    name = _first(named, "FN") or " ".join(part for part in (parts[1], parts[0]) if part)
    company = _first(named, "KIND").lower() == "org" or _first(named, "X-ABSHOWAS").upper() == "COMPANY"
    address = [*_parts(named, "ADR"), *[""] * 7]
    birthday = _BIRTHDAY.match(_first(named, "BDAY"))
    phones = [one for one in named.get("TEL", ()) if not one.types & _NOT_CALLED]
    return [
        " ".join(name.split()),
        parts[1],
        parts[0],
        "company" if company else "",
        organisation,
        _first(named, "TITLE") or _first(named, "ROLE"),
        _all(named.get("EMAIL", ())),
        _all(phones),
        _first(named, "URL"),
        "-".join(birthday.groups()) if birthday else "",
        ", ".join(
            " ".join(part.split()).strip(" ,") for part in (address[1], address[2], address[0]) if part.strip(" ,")
        ),
        *(" ".join(part.split()) for part in address[3:7]),
        "\n".join(unescaped(one.value) for one in named.get("NOTE", ())),
        _first(named, "UID")[:64],
    ]


def _preferred(found: list[Property]) -> Property:
    return min(found, key=lambda one: one.preference)


def _first(named: dict[str, list[Property]], name: str) -> str:
    return unescaped(_preferred(named[name]).value).strip() if name in named else ""


def _parts(named: dict[str, list[Property]], name: str) -> list[str]:
    """Return the parts of a structured value: of the preferred one that says anything."""
    for one in sorted(named.get(name, ()), key=lambda one: one.preference):
        parts = [unescaped(part).strip() for part in split_unescaped(one.value, ";")]
        if any(parts):
            return parts
    return []


def _all(found: list[Property] | tuple[()]) -> str:
    values = (unescaped(one.value).strip() for one in sorted(found, key=lambda one: one.preference))
    return SEVERAL.join(dict.fromkeys(value for value in values if value))
