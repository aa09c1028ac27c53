"""Bytes on the disk: each content once, under its digest, in a folder that no address leads to."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings

from crm_site.files.sniffing import HEAD


@dataclass(frozen=True)
class Kept:
    """What is known of bytes once they are kept."""

    sha256: str
    size: int
    head: bytes


class TooLargeError(ValueError):
    """A file has more bytes than the settings allow."""


def folder() -> Path:
    """Return the folder of attachments."""
    return Path(settings.MEDIA_ROOT) / "attachments"


def path_of(sha256: str) -> Path:
    """Return where content lies."""
    return folder() / sha256[:2] / sha256


def thumbnail_of(sha256: str) -> Path:
    """Return where the thumbnail of content lies."""
    return folder() / sha256[:2] / f"{sha256}.webp"


def keep(chunks: Iterable[bytes]) -> Kept:
    """Write bytes under their digest, and return what they are; raise TooLargeError and keep nothing when too many."""
    digest, size, head = hashlib.sha256(), 0, b""
    folder().mkdir(parents=True, exist_ok=True)
    arriving = folder() / f"{uuid.uuid4().hex}.part"
    try:
        with arriving.open("wb") as target:
            for chunk in chunks:
                size += len(chunk)
                if size > settings.FILE_MAX_BYTES:
                    raise TooLargeError
                digest.update(chunk)
                head = head if len(head) >= HEAD else (head + chunk)[:HEAD]
                target.write(chunk)
        kept = Kept(digest.hexdigest(), size, head)
        path = path_of(kept.sha256)
        path.parent.mkdir(exist_ok=True)
        # Also over the same content: its age tells the sweep of orphans that somebody needs it now.
        arriving.replace(path)
    finally:
        arriving.unlink(missing_ok=True)
    return kept


def every_kept() -> Iterator[Path]:
    """Go through everything that lies in the folder."""
    return (path for path in folder().rglob("*") if path.is_file()) if folder().is_dir() else iter(())
