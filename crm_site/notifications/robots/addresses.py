"""Which addresses of robots this site calls: the team chats' own, and those that the settings name."""

from __future__ import annotations

import ipaddress
import socket
from dataclasses import dataclass
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

KNOWN = frozenset(
    ("qyapi.weixin.qq.com", "oapi.dingtalk.com", "open.feishu.cn", "open.larksuite.com", "hooks.slack.com")
)
# Networks that embed or translate to IPv4 addresses, which their own check would not see.
EMBEDDING = tuple(
    ipaddress.ip_network(one) for one in ("64:ff9b::/96", "64:ff9b:1::/48", "2002::/16", "2001::/32", "::/96")
)


@dataclass(frozen=True)
class Target:
    """An address taken apart; `inside` hosts may be in the own network and speak plain HTTP."""

    host: str
    port: int
    path: str
    secure: bool
    inside: bool


def read_target(url: str) -> Target:
    """Take an address apart; raise ValidationError, in words for an administrator, when it must not be called."""
    try:
        parts = urlsplit(url.strip())
        host, port = (parts.hostname or "").lower(), parts.port
    except ValueError as error:
        raise ValidationError(_("This is no address.")) from error
    if any(letter.isspace() or not letter.isprintable() for letter in url.strip()) or parts.username or parts.password:
        raise ValidationError(_("This is no address."))
    inside = host in settings.ROBOT_INSIDE_HOSTS
    if parts.scheme not in (("https", "http") if inside else ("https",)):
        raise ValidationError(_("The address must begin with https://."))
    if host not in KNOWN and host not in settings.ROBOT_HOSTS and not inside:
        raise ValidationError(
            _("“%(host)s” is not among the hosts that robots may call; ROBOT_HOSTS in the settings adds it.")
            % {"host": host}
        )
    secure = parts.scheme == "https"
    if port not in (None, 443) and not inside:
        raise ValidationError(_("The address must not name another port."))
    path = f"{parts.path or '/'}{'?' + parts.query if parts.query else ''}"
    return Target(host, port or (443 if secure else 80), path, secure, inside)


class ForbiddenAddressError(OSError):
    """The host's name leads to an address that must not be called."""


def connect(target: Target, timeout: float) -> socket.socket:
    """Open a connection to an address of the host that was checked itself: no second look-up can change it.

    Raises ForbiddenAddressError when any address of the host is not a public one, and OSError.
    """
    found = socket.getaddrinfo(target.host, target.port, type=socket.SOCK_STREAM)
    addresses = [str(place[0]) for _family, _type, _protocol, _name, place in found]
    if not target.inside and not all(is_public(address) for address in addresses):
        raise ForbiddenAddressError(f"{target.host} leads into a private network")
    refused: OSError | None = None
    for family, kind, protocol, _name, place in found:
        line = socket.socket(family, kind, protocol)
        line.settimeout(timeout)
        try:
            line.connect(place)
        except OSError as error:
            line.close()
            refused = error
        else:
            return line
    raise refused or OSError(f"{target.host} has no address")


def is_public(address: str) -> bool:
    """Tell whether an address belongs to the public network, also in its IPv4-mapped and embedding forms."""
    try:
        parsed = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if isinstance(parsed, ipaddress.IPv6Address):
        if parsed.ipv4_mapped is not None:
            return is_public(str(parsed.ipv4_mapped))
        if any(parsed in network for network in EMBEDDING):
            return False
    return parsed.is_global and not parsed.is_multicast and not parsed.is_reserved
