"""How often anybody may send: counted in the cache, by address and by form."""

from __future__ import annotations

import ipaddress
import time
from contextlib import suppress

from allauth.account.adapter import get_adapter
from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest
from django.utils.crypto import salted_hmac

WINDOW = 600
"""Seconds over which posts are counted."""
DAY = 86_400
MAILS_A_DAY = 3
"""How many mails that ask for a confirmation one address gets."""


def address_of(request: HttpRequest) -> str:
    """Return the address that asks, as the trusted proxies tell it, not as a client writes it in a header.

    Of IPv6 the network counts, since everybody there has billions of addresses.
    """
    text = str(get_adapter().get_client_ip(request))
    with suppress(ValueError):
        found = ipaddress.ip_address(text)
        if found.version == 6:
            return str(ipaddress.ip_network(f"{found}/64", strict=False).network_address)
    return text


def hashed_address(request: HttpRequest) -> str:
    """Return the address that asks under a keyed hash, to tell senders apart without knowing them."""
    return _hashed(address_of(request))


def may_post(request: HttpRequest, what: str, *, by_sender: bool = True) -> bool:
    """Count a post to `what`, and tell whether its sender and everybody together stay within their limits."""
    if by_sender and _count(f"sender:{_hashed(address_of(request))}", WINDOW) > settings.FORM_POSTS_PER_SENDER:
        return False
    return bool(_count(f"to:{_hashed(what)}", WINDOW) <= settings.FORM_POSTS_PER_FORM)


def may_be_mailed(email: str) -> bool:
    """Count a mail to an address that somebody typed in, and tell whether it does not get too many."""
    return _count(f"mail:{_hashed(email.lower())}", DAY) <= MAILS_A_DAY


def _count(name: str, seconds: int) -> int:
    key = f"forms:{name}:{int(time.time()) // seconds}"
    cache.add(key, 0, seconds * 2)
    try:
        return int(cache.incr(key))
    except ValueError:  # it went from the cache between the two
        return 1


def _hashed(text: str) -> str:
    return salted_hmac("forms.sender", text, algorithm="sha256").hexdigest()[:40]
