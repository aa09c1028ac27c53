"""One line of a vCard: its name, parameters and value."""

from __future__ import annotations

import codecs
import quopri
import re
from dataclasses import dataclass

_HEAD = re.compile(r'(?:[\w-]+\.)?([\w-]+)((?:;(?:"[^"]*"|[^:;"])*)*):', re.ASCII)
_PARAMETER = re.compile(r';((?:"[^"]*"|[^:;"])*)')
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)
_LATER = 100


@dataclass(frozen=True, slots=True)
class Property:
    """`types` are in capitals; a smaller `preference` is preferred; `value` is decoded but still escaped."""

    name: str
    types: frozenset[str]
    preference: int
    value: str


def parse_property(line: str, codec: str) -> Property | None:
    """Return the property of an unfolded line, or None when it is none; `codec` is the file's encoding."""
    head = _HEAD.match(line)
    if head is None:
        return None
    types: set[str] = set()
    encoding = charset = ""
    preference = _LATER
    for parameter in _PARAMETER.findall(head[2]):
        name, given, value = parameter.partition("=")
        name, value = name.strip().upper(), value.strip().strip('"')
        if not given:
            name, value = ("ENCODING", name) if name in ("QUOTED-PRINTABLE", "BASE64") else ("TYPE", name)
        if name == "TYPE":
            types.update(word.strip().upper() for word in value.split(","))
        elif name == "ENCODING":
            encoding = value.upper()
        elif name == "CHARSET":
            charset = value
        elif name == "PREF" and value.isdecimal():
            preference = int(value)
    if "PREF" in types:
        preference = min(preference, 0)
    value = line[head.end() :]
    if encoding == "QUOTED-PRINTABLE":
        value = _unquoted(value, charset or codec, codec)
    return Property(head[1].upper(), frozenset(types), preference, value)


def _unquoted(value: str, charset: str, codec: str) -> str:
    try:
        codecs.lookup(charset)
    except LookupError:
        charset = "utf-8"
    # Signs beyond ASCII may stand between the quoted ones, in the encoding of the file.
    raw = quopri.decodestring(value.encode(codec if codec.startswith("utf-8") else "utf-8", "surrogateescape"))
    return raw.decode(charset, "replace")


def split_unescaped(value: str, sign: str) -> list[str]:
    """Split at a sign that no backslash precedes; the parts stay escaped."""
    parts, start, at = [], 0, 0
    while at < len(value):
        if value[at] == "\\":
            at += 1
        elif value[at] == sign:
            parts.append(value[start:at])
            start = at + 1
        at += 1
    return [*parts, value[start:]]


def unescaped(value: str) -> str:
    """Return a value with its backslashes resolved; `\\n` is a line feed."""
    return _ESCAPED.sub(lambda found: "\n" if found[1] in "nN" else found[1], value)
