"""The habits of a file: how it writes days and numbers, and whose telephone numbers it means."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from django.conf import settings

from crm_site.lib.phones import is_valid
from crm_site.lib.text import fold

SAMPLED_ROWS = 5_000
_SLASHED = re.compile(r"(\d{1,2})[/-](\d{1,2})[/-](?:\d{4}|\d\d)(?![\d/-])")
_COMMA = re.compile(r"[+-]?\d{1,3}(?:\.\d{3})+,\d+|[+-]?\d+,\d{1,2}")
_POINT = re.compile(r"[+-]?\d{1,3}(?:,\d{3})+\.\d+|[+-]?\d+\.\d{1,2}")
_NATIONAL_PHONE = re.compile(r"\(?\d[\d\s()./-]{6,18}")

# Words of headers that tell a language, and where its speakers telephone.
_LANGUAGES = {
    "DE": "vorname nachname firma telefon strasse plz ort geburtsdatum umsatz kunde datum land anrede mobil handy",
    "FR": "prenom nom societe entreprise telephone adresse ville naissance courriel client pays",
    "ES": "nombre apellido apellidos empresa telefono direccion ciudad correo fecha cliente pais movil",
    "IT": "nome cognome azienda telefono indirizzo citta data cliente paese cellulare",
    "BR": "sobrenome telefone endereco cidade celular nascimento",
    "NL": "voornaam achternaam bedrijf telefoon straat postcode plaats geboortedatum klant",
}
_WORDS = {region: frozenset(words.split()) for region, words in _LANGUAGES.items()}


@dataclass(frozen=True)
class Habits:
    """`date_order` is dmy or mdy, `decimal` the sign, `phone_region` a country; empty means unknown."""

    date_order: str = ""
    decimal: str = ""
    phone_region: str = ""

    @classmethod
    def of(cls, stored: Mapping[str, Any]) -> Habits:
        """Return the habits kept with an import; unknown names are passed over."""
        return cls(**{name: str(stored[name]) for name in cls.__dataclass_fields__ if stored.get(name)})

    def stored(self) -> dict[str, str]:
        """Return the form that is kept with an import."""
        return asdict(self)


def guess_habits(header: Sequence[str], rows: Iterable[Sequence[str]], phones: Sequence[int] = ()) -> Habits:
    """Return the habits that sampled rows show; `phones` are the columns that hold telephone numbers."""
    language = _language(header)
    days: Counter[str] = Counter()
    signs: Counter[str] = Counter()
    numbers: list[str] = []
    for cells in rows:
        for cell in cells:
            if cell[:1].isdigit() or cell[:1] in "+-":
                _look(cell, days, signs)
        numbers.extend(cells[at].strip() for at in phones if at < len(cells))
    return Habits(
        date_order=_order(days, language),
        decimal="," if signs[","] > signs["."] or (signs[","] == signs["."] and language) else ".",
        phone_region=_region(numbers, language),
    )


def _look(cell: str, days: Counter[str], signs: Counter[str]) -> None:
    cell = cell[:60].strip()
    found = _SLASHED.match(cell)
    if found:
        one, two = int(found[1]), int(found[2])
        days["dmy"] += one > 12 >= two
        days["mdy"] += two > 12 >= one
        return
    signs[","] += _COMMA.fullmatch(cell) is not None
    signs["."] += _POINT.fullmatch(cell) is not None


def _order(days: Counter[str], language: str) -> str:
    """Return what more days can only mean; without a witness, only English is read months first."""
    if days["dmy"] == days["mdy"]:
        return "dmy" if language else "mdy"
    return "dmy" if days["dmy"] > days["mdy"] else "mdy"


def _language(header: Sequence[str]) -> str:
    """Return the country of the language that most words of the header are in; none for English and Chinese."""
    words = [word for name in header for word in re.split(r"[\W\d_]+", fold(name)) if word]
    told = {region: sum(word in known for word in words) for region, known in _WORDS.items()}
    best = max(told, key=lambda region: told[region])
    return best if told[best] >= 2 else ""


def _region(numbers: Sequence[str], language: str) -> str:
    """Return the language's country when more of the numbers are valid there than where we are."""
    home = str(settings.DEFAULT_PHONE_REGION)
    national = [number for number in numbers if _NATIONAL_PHONE.fullmatch(number)][:200]
    if not language or language == home or not national:
        return home
    there = sum(is_valid(number, language) for number in national)
    return language if there > sum(is_valid(number, home) for number in national) else home
