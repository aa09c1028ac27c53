"""Web sites that may embed a form, and to which it may lead back."""

from __future__ import annotations

import re
from collections.abc import Iterable
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

MOST = 20
_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_HOST = re.compile(rf"(?:\*\.)?{_LABEL}(?:\.{_LABEL})*(?::[0-9]{{1,5}})?")


def read_hosts(text: str) -> list[str]:
    """Return the hosts that lines of text name, `*.` before one for everything below it.

    Whole addresses are cut down to their host. Raises ValidationError for what is none.
    """
    found: list[str] = []
    for line in (one.strip().lower() for one in text.replace(",", "\n").splitlines()):
        host = urlsplit(line).netloc if "://" in line else line.rstrip("/")
        if not line or host in found:
            continue
        if not _HOST.fullmatch(host) or (host.startswith("*.") and host.count(".") < 2):
            raise ValidationError(_("“%(host)s” is no web site.") % {"host": line[:80]})
        found.append(host)
    if len(found) > MOST:
        raise ValidationError(_("At most %(count)d web sites.") % {"count": MOST})
    return found


def is_among(address: str, hosts: Iterable[str]) -> bool:
    """Tell whether an http(s) address lies on one of the hosts or on those the settings name."""
    try:
        parts = urlsplit(address)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return False
    # What a browser reads otherwise than we do leads nowhere: backslashes, names before an @, controls.
    if parts.scheme not in ("http", "https") or parts.username is not None or re.search(r"[\\\s\x00-\x20]", address):
        return False
    named = f"{host}:{port}" if port else host
    for one in (*hosts, *settings.FORM_REDIRECT_HOSTS):
        if one.startswith("*.") and named.endswith(one[1:]):
            return True
        if named == one:
            return True
    return False


def origin_of(address: str) -> str:
    """Return scheme and host of an address, as policies name them."""
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc}"
