"""Invitations to meetings: who was asked and what they said, sending them, and the page on which guests answer."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext, ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from crm_site.lib.local_times import zone_of
from crm_site.pages.requests import signed_in
from crm_site.staff.fetching import fetch_editable, fetch_visible
from customers.choices import REPLY_PROBLEMS, Attendance
from customers.models import Task
from customers.services.tasking import (
    ReplyError,
    TaskStateError,
    answer_invitation,
    digest_of,
    invitation_behind,
    people_to_ask,
    read_reply,
    send_invitations,
)
from customers.services.tasking.replying import MOST_BYTES
from customers.services.tasking.telling import when_words

ANSWERS = (Attendance.ACCEPTED, Attendance.TENTATIVE, Attendance.DECLINED)
TONES = {Attendance.ACCEPTED: "good", Attendance.TENTATIVE: "warn", Attendance.DECLINED: "bad"}


@require_safe
@login_required
def task_invitations(request: HttpRequest, pk: int) -> HttpResponse:
    """Show who was asked to a meeting and what they said, as a card of its page."""
    return _panel(request, fetch_visible(Task.objects.meetings(), signed_in(request), pk=pk))


@require_POST
@login_required
def task_invite(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask everybody who takes part by mail."""
    user = signed_in(request)
    task = fetch_editable(Task.objects.meetings(), user, pk=pk)
    try:
        left = send_invitations(task, user)
    except TaskStateError:
        messages.error(request, gettext("“%(record)s” is closed: nobody is asked any more.") % {"record": task})
        return redirect(task)
    asked = task.invitations.filter(withdrawn=False).count()
    words = ngettext("%(number)s person is asked by mail.", "%(number)s people are asked by mail.", asked)
    messages.success(request, words % {"number": asked})
    for one in left:
        messages.warning(request, f"{one.name}: {one.why}")
    return redirect(task)


@require_POST
@login_required
def task_reply(request: HttpRequest, pk: int) -> HttpResponse:
    """Read the answer that a calendar program sent to the organiser."""
    task = fetch_editable(Task.objects.meetings(), signed_in(request), pk=pk)
    file = request.FILES.get("file")
    try:
        content = file.read(MOST_BYTES + 1) if file is not None else b""
        read_reply(content, task.pk)
    except ReplyError as error:
        return _panel(request, task, error=str(REPLY_PROBLEMS[error.code]), status=422)
    return _panel(request, task)


@require_http_methods(["GET", "HEAD", "POST"])
def invitation_answer(request: HttpRequest, token: str) -> HttpResponse:
    """Let whoever was asked answer without signing in; programs that follow links change nothing."""
    invitation = invitation_behind(token)
    if invitation is None:
        raise Http404
    answer = request.POST.get("answer", "")
    task, them = invitation.task, invitation.user or invitation.guest
    closed = invitation.withdrawn or not task.is_open
    if request.method == "POST" and not closed and answer in ANSWERS:
        answer_invitation(invitation, answer)
        return redirect(request.path)
    zone = (them.time_zone if them is not None else "") or task.zone
    with timezone.override(zone_of(zone)):
        context = {
            "page_title": task.title,
            "task": task,
            "when": when_words(task),
            "zone": "" if task.all_day else timezone.get_current_timezone_name(),
            "invitation": invitation,
            "closed": closed,
            "answers": ANSWERS,
        }
        response = render(request, "customers/invitation_answer.html", context)
    # The secret in the address leaves for nobody else; with "no-referrer" browsers would hide who posts the answer.
    response["Referrer-Policy"] = "same-origin"
    response["X-Robots-Tag"] = "noindex"
    response["Cache-Control"] = "no-store"
    return response


def _panel(request: HttpRequest, task: Task, *, error: str = "", status: int = 200) -> HttpResponse:
    user = signed_in(request)
    invitations = list(task.invitations.order_by("name", "pk"))
    facts = digest_of(task)
    told = {one.email for one in invitations if one.told == facts and not one.withdrawn}
    people, left = people_to_ask(task)
    context = {
        "record": task,
        "lines": [(one, TONES.get(Attendance(one.answer), "flat")) for one in invitations],
        "waiting": [one for one in people if one.email not in told],
        "left": left,
        "can_edit": task.is_open and Task.objects.editable_by(user).filter(pk=task.pk).exists(),
        "error": error,
    }
    return render(request, "customers/task_invitations.html", context, status=status)
