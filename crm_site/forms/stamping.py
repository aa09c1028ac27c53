"""The stamp of a page: signed by us, good for one sending, neither too soon nor too late.

It takes the place of a cookie, which browsers withhold from forms inside pages of other sites.
"""

from __future__ import annotations

import secrets
import time
from dataclasses import dataclass

from django.core import signing

from crm_site.forms.models import Form

SALT = "forms.stamp"
GOOD_FOR = 12 * 3600
"""Seconds until a page that was left open is asked for again."""


class StampError(Exception):
    """The stamp is missing, forged, of another form, or too old."""


@dataclass(frozen=True)
class Stamp:
    """When a page was made, its nonce, and the version of the consent it shows."""

    nonce: str
    made_at: float
    wording: int

    @property
    def age(self) -> float:
        """Seconds since the page was made."""
        return time.time() - self.made_at


def make_stamp(form: Form) -> str:
    """Return the stamp of a page that is being made."""
    facts = {"f": form.pk, "n": secrets.token_urlsafe(12), "t": time.time(), "w": form.consent_version}
    return signing.dumps(facts, salt=SALT, compress=False)


def read_stamp(form: Form, text: str) -> Stamp:
    """Return what a stamp says; raise StampError for one that this form cannot take."""
    try:
        facts = signing.loads(text, salt=SALT, max_age=GOOD_FOR)
    except signing.BadSignature as error:
        raise StampError from error
    if facts["f"] != form.pk:
        raise StampError
    return Stamp(str(facts["n"]), float(facts["t"]), int(facts["w"]))
