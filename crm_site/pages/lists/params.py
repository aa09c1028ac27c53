"""Query parameters made harmless: a list survives whatever stands in its address."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from django.http import QueryDict

MAX_VALUES = 50
MAX_LENGTH = 200

ParamSource = Mapping[str, str | Iterable[str]] | QueryDict
Params = dict[str, list[str]]


def clean(text: str, length: int = MAX_LENGTH) -> str:
    """Drop what PostgreSQL and UTF-8 refuse (NUL, lone surrogates) and cut overlong values."""
    return text.replace("\x00", "").encode("utf-8", "ignore").decode().strip()[:length]


def read_params(source: ParamSource, lengths: Mapping[str, int] | None = None) -> Params:
    """Return the parameters as plain lists of clean text, from a request or from keyword values.

    `lengths` lets some parameters be longer than others.
    """
    allowed = lengths or {}
    if isinstance(source, QueryDict):
        pairs: Iterable[tuple[str, Iterable[str]]] = source.lists()
    else:
        pairs = ((key, [value] if isinstance(value, str) else value) for key, value in source.items())
    return {
        key: [clean(str(value), allowed.get(key, MAX_LENGTH)) for value in list(values)[:MAX_VALUES]]
        for key, values in pairs
    }


def write_params(params: Params) -> str:
    """Return the parameters as a query string in a stable order, without the question mark."""
    query = QueryDict(mutable=True)
    for key, values in params.items():
        query.setlist(key, values)
    return query.urlencode()
