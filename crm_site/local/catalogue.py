"""The message catalogues: what the product says, collected from Python and templates, and what is untranslated.

Babel does the work, so that no machine needs the GNU tools.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import DEFAULT_KEYWORDS, extract
from babel.messages.pofile import read_po, write_po
from django.utils.translation.template import templatize

from crm_site.local.places import PROJECT

CATALOGUE = PROJECT / "locale" / "zh_Hans" / "LC_MESSAGES" / "django.po"
SOURCES = ("crm_site", "customers", "sales", "service", "analytics")
KEYWORDS = DEFAULT_KEYWORDS | {
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext_lazy": (1, 2),
    "npgettext": ((1, "c"), 2, 3),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext_lazy": ((1, "c"), 2, 3),
}
CHINESE = re.compile("[\u4e00-\u9fff]")
# Said the same in both languages: names, codes and signs.
SAME = frozenset(
    {
        "E.164",
        "WhatsApp",
        "English",
        "CSAT",
        "CSAT (1–5)",
        "NPS",
        "NPS (0–10)",
        "RFM",
        "CLV",
        "SKU",
        "API",
        "CSV",
        "XLSX",
        "WeChat",
        "P(alive)",
        "F %(score)s",
        "R %(score)s",
        "n",
        "–",
    }
)


def collect() -> Catalog:
    """Return everything the product says, with the files it is said in."""
    catalogue = Catalog(locale="zh_Hans", project="Guanxi CRM", charset="utf-8")
    for file, _line, message, comments, context in _messages():
        catalogue.add(message, locations=[(file, 0)], auto_comments=comments, context=context)
    return catalogue


def _messages() -> Iterator[tuple[str, int, str | tuple[str, ...], list[str], str | None]]:
    for folder in SOURCES:
        for path in sorted((PROJECT / folder).rglob("*.py")):
            if "migrations" not in path.parts:
                yield from _from(path, extract("python", io.BytesIO(path.read_bytes()), KEYWORDS))
    for path in sorted((PROJECT / "templates").rglob("*.html")) + sorted((PROJECT / "templates").rglob("*.txt")):
        # Brackets keep the tokeniser from minding the indentation of a template.
        lines = (line.strip() for line in templatize(path.read_text("utf-8")).splitlines())
        source = io.BytesIO(("(\n" + "\n".join(lines) + "\n)\n").encode())
        yield from _from(path, extract("python", source, KEYWORDS))


def _from(
    path: Path, found: Iterator[tuple[int, str | tuple[str, ...], list[str], str | None]]
) -> Iterator[tuple[str, int, str | tuple[str, ...], list[str], str | None]]:
    name = path.relative_to(PROJECT).as_posix()
    for line, message, comments, context in found:
        yield name, line, message, comments, context


def stored() -> Catalog:
    """Return the catalogue as it is kept; an empty one when there is none yet."""
    if not CATALOGUE.is_file():
        return Catalog(locale="zh_Hans")
    with CATALOGUE.open("rb") as file:
        return read_po(file, locale="zh_Hans")


def update() -> Catalog:
    """Bring the kept catalogue up to date: new messages come in empty, those no longer said go."""
    catalogue = stored()
    catalogue.update(collect(), no_fuzzy_matching=True)
    catalogue.obsolete.clear()
    # Dates and names of people would change with every run, or say nothing.
    catalogue.revision_date = catalogue.creation_date = datetime(2026, 1, 1, tzinfo=UTC)
    catalogue.project, catalogue.version, catalogue.fuzzy = "Guanxi CRM", "", False
    catalogue.header_comment = "# Simplified Chinese. `manage.py catalogue` brings it up to date."
    catalogue.msgid_bugs_address = catalogue.last_translator = catalogue.language_team = ""
    CATALOGUE.parent.mkdir(parents=True, exist_ok=True)
    with CATALOGUE.open("wb") as file:
        write_po(file, catalogue, sort_by_file=True, include_lineno=False, width=110)
    return catalogue


def problems() -> list[str]:
    """Return what is wrong with the kept catalogue, a sentence a message; an empty list when all is well."""
    kept = stored()
    found: list[str] = []
    wanted = {(message.context, _key(message.id)) for message in collect() if message.id}
    for message in kept:
        if not message.id:
            continue
        if (message.context, _key(message.id)) not in wanted:
            found.append(f"no longer said: {message.id!r}")
        wanted.discard((message.context, _key(message.id)))
        found += [f"{trouble}: {message.id!r}" for trouble in _troubles(message)]
    for message, errors in kept.check():
        found += [f"{error}: {message.id!r}" for error in errors]
    return found + [f"not in the catalogue: {key!r}" for _context, key in sorted(wanted, key=str)]


def _key(message_id: str | list[str] | tuple[str, ...]) -> str:
    return message_id if isinstance(message_id, str) else message_id[0]


def _troubles(message: object) -> Iterator[str]:
    said = getattr(message, "string", "")
    source = getattr(message, "id", "")
    texts = [said] if isinstance(said, str) else list(said)
    if any(not text for text in texts):
        yield "untranslated"
        return
    if "fuzzy" in getattr(message, "flags", ()):
        yield "fuzzy"
    plain = _key(source)
    words = re.sub(r"%\(\w+\)\w", "", plain)
    if plain not in SAME and re.search("[A-Za-z]", words) and not all(CHINESE.search(text) for text in texts):
        yield "copied, not translated"
    places = set(re.findall(r"%\((\w+)\)", plain if isinstance(source, str) else source[-1]))
    if any(set(re.findall(r"%\((\w+)\)", text)) - places for text in texts):
        yield "names a place that the message does not have"
