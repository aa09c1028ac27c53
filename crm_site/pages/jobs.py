"""Pages of jobs: what runs, how far it is, what came of it, and starting one."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext, ngettext_lazy
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST, require_safe

from crm_site.jobs.models import JobRun, JobState
from crm_site.jobs.parameters import ParameterError
from crm_site.jobs.registry import JOBS, JobDefinition
from crm_site.jobs.starting import cancel_job, start_job
from crm_site.pages import formatting
from crm_site.pages.first_steps import Step, register_step
from crm_site.pages.lists import Action, ChoiceFilter, Column, DateRangeFilter, ListPage
from crm_site.pages.nav import Group, NavItem, register_nav
from crm_site.pages.requests import signed_in
from crm_site.staff.choices import Scope
from crm_site.staff.fetching import fetch_editable, fetch_visible

if TYPE_CHECKING:
    from crm_site.staff.models import User


START = Action(
    label=_("Start a job"),
    icon="player-play",
    url_name="pages:job-new",
    primary=True,
    for_readers=True,
    allowed=lambda user: bool(startable_jobs(user)),
)


class JobList(ListPage[JobRun]):
    """Runs, latest first."""

    code = "jobs"
    title = _("Jobs")
    noun = ngettext_lazy("run", "runs")
    model = JobRun
    module = "analytics"
    url_name = "pages:job-list"
    icon = "player-play"
    search_column = ""
    columns = (
        Column(name="title", label=_("Job"), kind="title", context="params_line"),
        Column(name="state", label=_("State"), template="pages/cells/job_state.html", phone="value"),
        Column(name="seconds", label=_("Seconds"), kind="decimal"),
        Column(name="counts_line", label=_("Counts")),
        Column(name="started_by", label=_("Started by"), kind="person", phone="side"),
        Column(name="created", label=_("Requested"), kind="moment", path="created_at", sort="id"),
    )
    filters = (
        ChoiceFilter(name="state", label=_("State"), choices=JobState.choices, several=True),
        DateRangeFilter(name="created", label=_("Requested"), path="created_at", moments=True),
    )
    default_sort = "-created"
    select_related = ("started_by",)
    actions = (START,)
    empty_text = _("Nothing has run yet. Jobs run every night, and whenever you start one.")
    empty_action = START

    def base(self, user: User) -> QuerySet[JobRun]:
        """Return the runs the reader may see."""
        return JobRun.objects.visible_to(user)

    def record_url(self, record: JobRun) -> str:
        """Lead to the run."""
        return reverse("pages:job-detail", args=[record.pk])


job_list = JobList()


def startable_jobs(user: User) -> list[JobDefinition]:
    """Return the jobs the user may start: those of modules in which the user may change everything."""
    return [one for one in JOBS.values() if one.listed and user.access.edit_scope(one.module) is Scope.ALL]


def progress_context(run: JobRun) -> dict[str, Any]:
    """Return what the progress component shows of a run."""
    words = formatting.words(run.done, "number")
    if run.total:
        words = gettext("%(done)s of %(total)s") % {"done": words, "total": formatting.words(run.total, "number")}
    notes = []
    if run.rate and run.is_active:
        notes.append(gettext("%(rate)s a second") % {"rate": formatting.words(round(run.rate), "number")})
    if run.seconds_left is not None:
        notes.append(gettext("about %(seconds)s s to go") % {"seconds": round(run.seconds_left)})
    return {
        "run": run,
        "phase": PHASES.get(run.phase, run.phase) or run.get_state_display(),
        "words": words,
        "done": run.done,
        "total": run.total if run.is_active else run.total or 1,
        "note": " · ".join(notes),
        "poll_url": reverse("pages:job-progress", args=[run.pk]) if run.is_active else "",
    }


PHASES = {"reading": _("Reading and checking"), "writing": _("Writing")}


@require_safe
@login_required
def job_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """Show one run."""
    user = signed_in(request)
    run = fetch_visible(JobRun.objects.select_related("started_by"), user, pk=pk)
    can_cancel = run.is_active and JobRun.objects.editable_by(user).filter(pk=pk).exists()
    result = json.dumps(run.result, indent=2, ensure_ascii=False)
    context = {
        "run": run,
        "page_title": run.title,
        "can_cancel": can_cancel,
        "progress": progress_context(run),
        "result": result,
    }
    return render(request, "pages/job_detail.html", context)


@require_safe
@login_required
def job_progress(request: HttpRequest, pk: int) -> HttpResponse:
    """Return the progress bar; when the run has ended, the page that shows it is told to load again."""
    run = fetch_visible(JobRun.objects.all(), signed_in(request), pk=pk)
    response = render(request, "components/progress.html", progress_context(run))
    if not run.is_active:
        response["HX-Refresh"] = "true"
    return response


@require_POST
@login_required
def job_cancel(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask a run to stop."""
    run = fetch_editable(JobRun.objects.all(), signed_in(request), pk=pk)
    cancel_job(run)
    messages.success(request, gettext("“%(job)s” will stop.") % {"job": run.title})
    return redirect("pages:job-detail", pk=pk)


@require_safe
@login_required
def job_new(request: HttpRequest) -> HttpResponse:
    """Show the jobs the reader may start, with their parameters."""
    jobs = startable_jobs(signed_in(request))
    if not jobs:
        raise PermissionDenied
    return render(request, "pages/job_new.html", {"jobs": jobs, "page_title": gettext("Start a job")})


@require_POST
@login_required
def job_start(request: HttpRequest, name: str) -> HttpResponse:
    """Start a job, or join the run of the same work, and return to where it was asked for."""
    user = signed_in(request)
    definition = JOBS.get(name)
    if definition is None or not user.access.can_view(definition.module):
        raise Http404
    if definition not in startable_jobs(user):
        raise PermissionDenied
    given = {key: value for key, value in request.POST.items() if key in definition.parameters}
    try:
        run = start_job(name, given, user)
    except ParameterError as error:
        context = {"jobs": startable_jobs(user), "page_title": gettext("Start a job"), "refused": name}
        return render(request, "pages/job_new.html", {**context, "error": str(error), "given": given}, status=422)
    return redirect("pages:job-detail", pk=run.pk)


def register() -> None:
    """Put the Jobs page on the rail."""
    register_nav(
        NavItem(
            code="jobs",
            label=_("Jobs"),
            icon="player-play",
            url_name="pages:job-list",
            group=Group.UNDERSTAND,
            module="analytics",
            order=90,
        )
    )
    register_step(
        Step(
            code="run-job",
            label=_("Run a job"),
            icon="player-play",
            url_name="pages:job-new",
            order=80,
            evidence=lambda user: JobRun.objects.filter(
                started_by=user, name__in=[one.name for one in JOBS.values() if one.listed]
            ),
            allowed=lambda user: bool(startable_jobs(user)),
        )
    )
