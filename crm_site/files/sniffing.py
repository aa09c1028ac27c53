"""What a file is, by its first bytes: neither its name nor what the browser says counts."""

from __future__ import annotations

import codecs

import filetype

HEAD = 8192
UNKNOWN = "application/octet-stream"
TEXT = "text/plain"
# Raster images that are drawn anew for a thumbnail; everything else is never shown.
RASTER = frozenset(("image/png", "image/jpeg", "image/webp", "image/gif"))


def sniff(head: bytes) -> str:
    """Return the type that the first bytes tell, plain text for what reads as text (SVG and HTML too)."""
    found = filetype.guess(head)
    if found is not None:
        return str(found.mime)
    return TEXT if _reads_as_text(head) else UNKNOWN


def _reads_as_text(head: bytes) -> bool:
    if b"\x00" in head:
        return False
    try:
        # Not final: the last character may be cut in its middle.
        codecs.getincrementaldecoder("utf-8")().decode(head)
    except UnicodeDecodeError:
        return False
    return True
