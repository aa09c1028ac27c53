"""What every step of the wizard begins with: the import, its reader's rights, and the steps on top."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from crm_site.imports.kinds import KINDS, kind_of
from crm_site.imports.models import Import
from crm_site.imports.trials import is_tried
from crm_site.pages.requests import signed_in
from crm_site.staff.fetching import fetch_visible

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


@dataclass(frozen=True)
class WizardStep:
    """One step on top of the page: a link where one can go."""

    number: int
    title: StrOrPromise
    url: str = ""
    current: bool = False
    done: bool = False


TITLES = (_("File"), _("Columns"), _("Check"), _("Run"), _("Report"))


def wizard_steps(current: int, job: Import | None = None) -> list[WizardStep]:
    """Return the steps; before the start, what was done can be opened again."""
    links: dict[int, str] = {}
    if job is not None and job.is_open:
        links = {
            1: reverse("imports:import-file", args=[job.pk]),
            2: reverse("imports:import-columns", args=[job.pk]),
        }
        if is_tried(job):
            links[3] = reverse("imports:import-check", args=[job.pk])
    return [
        WizardStep(
            number, title, links.get(number, "") if number != current else "", number == current, number < current
        )
        for number, title in enumerate(TITLES, 1)
    ]


def fetch_import(request: HttpRequest, pk: int) -> Import:
    """Return an import that the reader may see."""
    return fetch_visible(Import.objects.select_related("run", "trial_run", "move_in__run"), signed_in(request), pk=pk)


def fetch_open_import(request: HttpRequest, pk: int) -> Import:
    """Return an import whose settings may still change; raise PermissionDenied when not by this reader."""
    job = fetch_import(request, pk)
    if not signed_in(request).access.can_import(KINDS[job.kind].module):
        raise PermissionDenied
    return job


def page_context(job: Import, step: int, **more: Any) -> dict[str, Any]:
    """Return what every step shows."""
    return {
        "job": job,
        "kind": kind_of(job.kind),
        "steps": wizard_steps(step, job),
        "page_title": job.file_name,
        **more,
    }
