"""What browsers are told about public pages: run nothing, load nothing from elsewhere, stand only where allowed."""

from __future__ import annotations

from typing import TypeVar

from django.http import HttpResponse

from crm_site.forms.choices import Via
from crm_site.forms.hosts import origin_of
from crm_site.forms.models import Form

_R = TypeVar("_R", bound=HttpResponse)


def sealed(response: _R, form: Form | None = None, via: Via = Via.PAGE) -> _R:
    """Put the policy of a public page on its answer; only the embedded page may stand on the form's web sites."""
    # Chrome holds where a form leads on to against the same directive as the form itself.
    onward = f" {origin_of(form.redirect_url)}" if form is not None and form.redirect_url else ""
    frames = " ".join(form.hosts) if form is not None and via == Via.EMBED and form.hosts else "'none'"
    script = "script-src 'self'; " if via == Via.EMBED else ""
    response["Content-Security-Policy"] = (
        f"default-src 'none'; style-src 'self'; img-src 'self' data:; {script}base-uri 'none'; "
        f"form-action 'self'{onward}; frame-ancestors {frames}"
    )
    response["X-Robots-Tag"] = "noindex"
    response["Cache-Control"] = "no-store"
    return response
