"""What follows after the commit: the target gets what came in."""

from __future__ import annotations

from crm_site.events.handling import handles
from crm_site.forms.delivering import deliver
from crm_site.forms.events import FormSubmitted, SubmissionConfirmed


@handles(FormSubmitted, SubmissionConfirmed, after_commit=True)
def hand_over(event: FormSubmitted | SubmissionConfirmed) -> None:
    """Hand the submission over, unless that has happened."""
    deliver(event.submission_id)
