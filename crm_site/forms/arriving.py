"""Reading where somebody came from: what a browser says of itself, cut to size and kept as words."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import parse_qs, urlsplit

from django.http import HttpRequest

from crm_site.forms.models import MAX_ADDRESS, MAX_UTM, UTM
from crm_site.lib.text import clean_text


def origin_asked(request: HttpRequest) -> dict[str, str]:
    """Return what is known when a form is shown: campaign and page from the address, the page before from the header.

    The script that embeds a form names the page around it; its campaign counts where the address says nothing.
    """
    given = request.GET
    around = web_address(given.get("page", ""))
    campaign = parse_qs(urlsplit(around).query) if around else {}
    found = {name: given.get(name, "") or (campaign.get(name) or [""])[0] for name in UTM}
    referrer = given.get("ref", "") or request.headers.get("Referer", "")
    return origin_kept({**found, "page": around or request.build_absolute_uri(), "referrer": referrer})


def origin_kept(given: Mapping[str, str]) -> dict[str, str]:
    """Return the origin as it is stored, whatever was sent."""
    found = {name: clean_text(str(given.get(name, "")))[:MAX_UTM] for name in UTM}
    return {**found, "page": web_address(given.get("page", "")), "referrer": web_address(given.get("referrer", ""))}


def web_address(text: object) -> str:
    """Return an http(s) address without its fragment, cut to size; empty for anything else."""
    plain = clean_text(str(text))[:MAX_ADDRESS].partition("#")[0]
    return plain if plain.lower().startswith(("http://", "https://")) else ""
