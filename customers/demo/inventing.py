"""Inventing one customer after the other: who they are, where, and how to reach them."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np

from crm_site.lib.text import fold
from crm_site.lib.text.romanising import readings
from customers.choices import ContactKind, CustomerKind
from customers.demo import names
from customers.demo.places import COUNTRIES, Country

if TYPE_CHECKING:
    from numpy.random import Generator

ORGANISATIONS = 0.26
MEMBERS = 0.36
_NOT_LETTERS = re.compile(r"[^a-z0-9]+")
_CODE_SIGNS = "0123456789ABCDEFGHJKLMNPQRTUWXY"


@dataclass
class Invented:
    """A customer on the way to the tables; `home` is the position of the organisation a person works for."""

    kind: str
    country: Country
    name: str
    domain: str = ""
    home: int | None = None
    given: str = ""
    family: str = ""
    industry: str = ""
    job_title: str = ""
    identifier: str = ""
    birth_date: str | None = None
    points: list[tuple[str, str]] = field(default_factory=list)
    city: tuple[str, str, str, str] = ("", "", "", "")
    street: str = ""
    postal_code: str = ""


class Inventor:
    """Draws customers from a stream of chance; people who work somewhere get an organisation drawn before."""

    def __init__(self, chance: Generator) -> None:
        self.chance = chance
        self.organisations: list[tuple[int, Country, str]] = []
        shares = np.array([country.share for country in COUNTRIES])
        self._edges = np.cumsum(shares / shares.sum())
        weights = 1 / (np.arange(len(names.CHINESE_SURNAMES)) + 6)
        self._surnames = np.cumsum(weights / weights.sum())

    def invent(self, position: int) -> Invented:
        """Return the next customer, the one at `position` of the company."""
        draw = self.chance.random()
        if draw < ORGANISATIONS or not self.organisations:
            one = self._organisation(self._country(), position)
        elif draw < ORGANISATIONS + MEMBERS:
            one = self._member()
        else:
            one = self._consumer(position)
        self._place(one)
        return one

    def pick(self, options: Any) -> Any:
        """Return one of the options, all equally likely."""
        return options[int(self.chance.random() * len(options))]

    def digits(self, pattern: str) -> str:
        """Return the pattern with each x replaced by a digit."""
        return "".join(str(int(self.chance.random() * 10)) if sign == "x" else sign for sign in pattern)

    def _country(self) -> Country:
        place = int(np.searchsorted(self._edges, self.chance.random(), side="right"))
        return COUNTRIES[min(place, len(COUNTRIES) - 1)]

    def _organisation(self, country: Country, position: int) -> Invented:
        if country.code == "CN":
            city = self.pick(country.cities)
            trade, industry = self.pick(names.CHINESE_TRADES)
            brand = self.pick(names.CHINESE_BRANDS)
            name, slug = f"{city[0]}{brand}{trade}有限公司", romanised(city[0] + brand)
        else:
            legal, trades = names.LATIN_TRADES[country.code]
            trade, industry = self.pick(trades)
            founder = self.pick(names.LATIN_NAMES[country.code][1])
            name, slug = f"{founder} {trade} {legal}", romanised(f"{founder}-{trade}")
        domain = f"{slug}{position}.example"
        self.organisations.append((position, country, domain))
        one = Invented(CustomerKind.ORGANISATION, country, name, domain, industry=industry)
        if country.code == "CN":
            one.identifier = self._credit_code()
            one.city = city
        one.points = [
            (ContactKind.EMAIL, f"info@{domain}"),
            (ContactKind.PHONE, self.digits(self.pick(country.phones))),
        ]
        return one

    def _member(self) -> Invented:
        home, country, domain = self.pick(self.organisations)
        one = self._person(country)
        one.home = home
        one.job_title = self.pick(names.CHINESE_JOB_TITLES if country.code == "CN" else names.JOB_TITLES)
        one.points = [(ContactKind.EMAIL, f"{romanised(one.given)}.{romanised(one.family)}@{domain}")]
        if self.chance.random() < 0.7:
            one.points.append((ContactKind.PHONE, self.digits(self.pick(country.phones))))
        return one

    def _consumer(self, position: int) -> Invented:
        country = self._country()
        one = self._person(country)
        post = "qqpost" if country.code == "CN" else "post"
        box = f"{romanised(one.given)}.{romanised(one.family)}{position}"
        one.points = [(ContactKind.EMAIL, f"{box}@{post}.example")]
        if self.chance.random() < 0.85:
            one.points.append((ContactKind.PHONE, self.digits(self.pick(country.phones))))
        if country.code == "CN" and self.chance.random() < 0.6:
            one.points.append((ContactKind.WECHAT, f"wx_{romanised(one.family + one.given)}{position}"))
        if self.chance.random() < 0.5:
            year, month, day = 1955 + int(self.chance.random() * 50), self.pick(range(1, 13)), self.pick(range(1, 29))
            one.birth_date = f"{year}-{month:02d}-{day:02d}"
        return one

    def _person(self, country: Country) -> Invented:
        if country.code == "CN":
            place = int(np.searchsorted(self._surnames, self.chance.random(), side="right"))
            family = names.CHINESE_SURNAMES[min(place, len(names.CHINESE_SURNAMES) - 1)]
            length = 1 if self.chance.random() < 0.25 else 2
            given = "".join(self.pick(names.CHINESE_GIVEN) for _sign in range(length))
            return Invented(CustomerKind.PERSON, country, family + given, given=given, family=family)
        given, family = (self.pick(pool) for pool in names.LATIN_NAMES[country.code])
        return Invented(CustomerKind.PERSON, country, f"{given} {family}", given=given, family=family)

    def _place(self, one: Invented) -> None:
        country = one.country
        one.city = one.city if one.city[0] else self.pick(country.cities)
        street, number = self.pick(country.streets), 1 + int(self.chance.random() * 180)
        if country.code == "CN":
            one.street = f"{street}{number}号"
        else:
            one.street = f"{number} {street}" if country.number_first else f"{street} {number}"
        one.postal_code = self.digits(one.city[3])

    def _credit_code(self) -> str:
        """Return a unified social credit code whose check character is right (GB 32100-2015)."""
        body = "91310000" + "".join(self.pick(_CODE_SIGNS) for _sign in range(9))
        total = sum(_CODE_SIGNS.index(sign) * 3**place % 31 for place, sign in enumerate(body))
        return body + _CODE_SIGNS[(31 - total % 31) % 31]


@lru_cache(maxsize=50_000)
def romanised(text: str) -> str:
    """Return a name in the letters of an address: pinyin for Chinese, plain letters otherwise."""
    if not text.isascii() and "一" <= text[0] <= "鿿":
        return "".join(syllable.rstrip("12345") for syllable in readings(text)[0])
    return _NOT_LETTERS.sub("", fold(text.replace("ß", "ss")))
