"""Names of files as other people's programs give them, made harmless for lists, headers and disks."""

from __future__ import annotations

import re
import unicodedata

LONGEST = 200
# What no file system or header takes well.
AWKWARD = re.compile(r'[<>:"|?*\x00-\x1f\x7f]')


def safe_name(given: str) -> str:
    """Return a file's own name: no folders, no control or direction marks, no leading dots, and never empty.

    Marks that turn the direction of writing make `gpj.exe` read as `exe.jpg`.
    """
    name = unicodedata.normalize("NFC", given.encode(errors="replace").decode())
    name = name.replace("\\", "/").rpartition("/")[2]
    name = "".join(
        letter for letter in name if unicodedata.category(letter) not in ("Cc", "Cf", "Cs", "Co", "Zl", "Zp")
    )
    name = AWKWARD.sub("_", name)
    name = " ".join(name.split()).strip(". ")
    stem, dot, ending = name.rpartition(".")
    if dot and len(ending) <= 20:
        name = f"{stem[: LONGEST - len(ending) - 1]}.{ending}"
    return name[:LONGEST] or "file"
