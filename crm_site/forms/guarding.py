"""What every post from outside must pass before anything in it is read."""

from __future__ import annotations

from urllib.parse import urlsplit

from django.http import HttpRequest
from django.utils.translation import gettext as _

from crm_site.forms.limiting import may_post

MOST_BYTES = 64 * 1024
"""The largest body a form sends; text in every field is far below."""
HONEYPOT = "contact_reason_2"
"""A field that people don't see and machines fill in."""


class RefusedError(Exception):
    """A post is not taken; `title` and `words` say why to people, `status` to programs."""

    def __init__(self, status: int, title: str, words: str) -> None:
        super().__init__(title)
        self.status, self.title, self.words = status, title, words


def check_request(request: HttpRequest, what: str, *, most: int = MOST_BYTES, from_page: bool = True) -> None:
    """Raise RefusedError for a post that is too large, comes from another site's page, or comes too often.

    What only reads passes. `from_page` is off for services, which send no origin, and
    from one address whatever their many users filled in.
    """
    if request.method != "POST":
        return
    if _length(request) > most:
        raise RefusedError(413, _("Too much"), _("This is more than the form can take."))
    if from_page and not is_own_page(request):
        raise RefusedError(403, _("Not from here"), _("This form can only be sent from its own page."))
    if not may_post(request, what, by_sender=from_page):
        raise RefusedError(429, _("One moment, please"), _("Too much is being sent. Please try again in some minutes."))


def is_own_page(request: HttpRequest) -> bool:
    """Tell whether a post comes from a page of ours, as browsers say of every post; an embedded page is ours too.

    `null` is what pages say that hide where they are: it is none of ours.
    """
    said = request.headers.get("Origin") or request.headers.get("Referer")
    if not said:
        # No browser of today leaves out both; the stamp still has to be ours.
        return request.headers.get("Sec-Fetch-Site", "same-origin") == "same-origin"
    return bool(urlsplit(said).netloc) and urlsplit(said).netloc.lower() == request.get_host().lower()


def _length(request: HttpRequest) -> int:
    text = str(request.META.get("CONTENT_LENGTH") or "0")
    return int(text) if text.isascii() and text.isdigit() else MOST_BYTES + 1
