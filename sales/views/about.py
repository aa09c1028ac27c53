"""What is planned and said about a record of sales: cards of its page that write on the customer's timeline."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from crm_site.files.services import FileRefusedError
from crm_site.pages.requests import signed_in, wants_fragment
from crm_site.pages.timeline import by_day
from crm_site.staff.models import User
from customers.choices import TaskKind
from customers.forms import InteractionForm
from customers.forms.tasks import QuickTaskForm
from customers.models import Activity, Customer, Task
from customers.selectors.streams import read_replies
from customers.services import log_interaction
from customers.services.tasking import plan_task
from customers.views.entries_shown import Teller
from customers.views.tasks_panels import tomorrow

SHOWN, ENTRIES = 8, 30
CARD = "about-tasks"


@dataclass(frozen=True)
class About:
    """One record that people plan and talk about: the subject that entries carry, and where its cards answer.

    `changed` is the event by which the head of the page learns that something happened.
    """

    record: Any
    subject: tuple[str, int]
    customer_id: int | None
    tasks_url: str
    talk_url: str
    changed: str
    is_live: bool


def tasks_card(request: HttpRequest, about: About) -> HttpResponse:
    """Show the open tasks about a record, the next one first, and plan another in one line."""
    user = signed_in(request)
    form, status, planned = QuickTaskForm(initial={"day": tomorrow(), "kind": TaskKind.TASK}), 200, False
    kind, pk = about.subject
    if request.method == "POST":
        if not user.access.can_edit(Task.access_module):
            raise PermissionDenied
        posted = QuickTaskForm(request.POST)
        if posted.is_valid():
            facts = {**posted.cleaned_data, "kind": posted.cleaned_data["kind"] or TaskKind.TASK}
            plan_task({**facts, "customer_id": about.customer_id, "subject_kind": kind, "subject_id": pk}, user)
            planned = True
            if not wants_fragment(request):
                return redirect(about.record)
        else:
            form, status = posted, 422
    found = Task.objects.visible_to(user).open().filter(subject_kind=kind, subject_id=pk)
    tasks = list(found.with_people().order_by("due_at", "id")[:SHOWN])
    mine = set(Task.objects.editable_by(user).filter(pk__in=[one.pk for one in tasks]).values_list("pk", flat=True))
    context = {
        "record": about.record,
        "tasks": [(one, one.pk in mine) for one in tasks],
        "target": about.tasks_url,
        "form": form,
        "can_plan": about.is_live and user.access.can_edit(Task.access_module),
    }
    response = render(request, "sales/about_tasks.html", context, status=status)
    # The head of a page plans too, perhaps before this card has come: it swaps nothing and tells the card.
    from_card = request.headers.get("HX-Target") == CARD
    if planned:
        response["HX-Trigger"] = about.changed if from_card else "tasks-changed"
    elif status == 422 and not from_card:
        response["HX-Retarget"], response["HX-Reswap"] = f"#{CARD}", "outerHTML"
    return response


def timeline_card(request: HttpRequest, about: About) -> HttpResponse:
    """Show what the customer's timeline tells of a record, with the composer."""
    return render(request, "sales/about_timeline.html", _told(about, signed_in(request)))


def talk(request: HttpRequest, about: About) -> HttpResponse:
    """Write down a note, call, meeting, mail or chat about a record: it stands on the customer's timeline too."""
    user = signed_in(request)
    customer = _customer(about, user)
    if customer is None:
        raise Http404
    files = request.FILES.getlist("files")
    form = InteractionForm(request.POST, customer=customer, user=user, with_files=bool(files))
    if form.is_valid():
        facts = dict(form.cleaned_data)
        try:
            log_interaction(customer, facts.pop("kind"), facts, user, files, about.subject)
        except FileRefusedError as error:
            form.add_error(None, str(error))
    if not form.errors and not wants_fragment(request):
        return redirect(about.record)
    context = _told(about, user, form if form.errors else None)
    if form.errors:
        response = render(request, "customers/composer.html", {**context, "record": customer}, status=422)
        response["HX-Retarget"] = "#composer"
        return response
    response = render(request, "sales/about_timeline.html", context)
    response["HX-Trigger"] = about.changed
    return response


def _told(about: About, user: User, form: InteractionForm | None = None) -> dict[str, Any]:
    """Return the entries about a record by day; none where the reader does not see its customer."""
    customer = _customer(about, user)
    context: dict[str, Any] = {"about": about, "customer": customer, "days": []}
    if customer is None:
        return context
    kind, pk = about.subject
    told = Activity.objects.filter(subject_kind=kind, subject_id=pk, customer=customer, thread=None)
    entries = list(told.order_by("-occurred_at", "-id")[:ENTRIES])
    replies = read_replies([one.pk for one in entries])
    teller = Teller(user, customer, entries, [one for found in replies.values() for one in found])
    return context | {
        "days": by_day(teller.tell(one, replies.get(one.pk, ())) for one in entries),
        "composer": form or InteractionForm(customer=customer, user=user),
        "note_url": about.talk_url,
        "composer_target": "#about-timeline",
    }


def _customer(about: About, user: User) -> Customer | None:
    if about.customer_id is None:
        return None
    return Customer.objects.visible_to(user).filter(pk=about.customer_id).first()
