"""Handing submissions over to their targets: once each, and what goes wrong is kept for people to look at."""

from __future__ import annotations

from dataclasses import dataclass

import structlog
from django.core.exceptions import ValidationError
from django.db import InterfaceError, OperationalError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from crm_site.forms.models import Submission
from crm_site.forms.receiving import received_of
from crm_site.forms.targets import find_target

log = structlog.get_logger(__name__)


class NoTargetError(Exception):
    """The app that took the answers of this form is gone."""


@dataclass(frozen=True)
class Trial:
    """What the target would have made of a submission: its name, or what it would have said against it."""

    made: str = ""
    problem: str = ""


def deliver(pk: int) -> Submission | None:
    """Hand a submission over unless its target has had it, and return it as it stands.

    The row stays locked meanwhile, so that of two deliveries one does nothing. Only a database that is not there
    is raised: then the outbox comes again.
    """
    with transaction.atomic():
        found = (
            Submission.objects.select_for_update(of=("self",)).select_related("form", "wording").filter(pk=pk).first()
        )
        if found is None or not found.is_owed:
            return found
        try:
            with transaction.atomic():
                _receive(found)
        except (OperationalError, InterfaceError):
            raise
        except Exception as error:
            log.warning("submission_not_handed_over", submission=pk, error=type(error).__name__)
            found.error = said(error)
            found.save(update_fields=["error"])
    return found


def try_out(submission: Submission) -> Trial:
    """Let the target do all its work on a submission and take everything back again."""
    try:
        with transaction.atomic():
            target = find_target(submission.form.target)
            if target is None:
                raise NoTargetError(_("Nobody takes the answers of this form any more."))
            subject = target.receive(received_of(submission))
            trial = Trial(made=f"{subject._meta.verbose_name}: {subject}" if subject is not None else _("nothing"))
            transaction.set_rollback(True)
    except (OperationalError, InterfaceError):
        raise
    except Exception as error:
        return Trial(problem=said(error))
    return trial


def said(error: Exception) -> str:
    """Return an error for the people who look after the forms."""
    if isinstance(error, ValidationError):
        return " ".join(error.messages)[:2000]
    if isinstance(error, NoTargetError):
        return str(error)
    return f"{type(error).__name__}: {error}"[:2000]


def _receive(submission: Submission) -> None:
    target = find_target(submission.form.target)
    if target is None:
        raise NoTargetError(_("Nobody takes the answers of this form any more."))
    subject = target.receive(received_of(submission))
    submission.handled_at, submission.error = timezone.now(), ""
    if subject is not None:
        submission.subject_kind, submission.subject_id = target.subject_kind, subject.pk
    submission.save(update_fields=["handled_at", "error", "subject_kind", "subject_id"])
