"""The lists of web forms and of what came in."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from django.db.models import BooleanField, Count, ExpressionWrapper, IntegerField, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from crm_site.forms.choices import SubmissionState, Via
from crm_site.forms.models import Form, Submission
from crm_site.forms.panels import may_build
from crm_site.forms.targets import target_choices
from crm_site.pages.lists import (
    Action,
    BooleanFilter,
    ChoiceFilter,
    Column,
    DateRangeFilter,
    ListPage,
    RelatedFilter,
    TextFilter,
)

if TYPE_CHECKING:
    from crm_site.staff.models import User

NEW_FORM = Action(
    label=_("New form"),
    icon="plus",
    url_name="forms:form-create",
    primary=True,
    shortcut="c",
    for_readers=True,
    allowed=may_build,
)
ALL_SUBMISSIONS = Action(
    label=_("Submissions"), icon="inbox", url_name="forms:submission-list", for_readers=True, allowed=may_build
)
FAILED = Q(handled_at=None) & ~Q(error="")


def forms_of(user: User) -> Iterable[tuple[Any, str]]:
    """Return the forms that the user may see, for a filter."""
    return Form.objects.visible_to(user).order_by("name").values_list("pk", "name")


def _count(rows: QuerySet[Submission]) -> Coalesce:
    """Return how many of the rows belong to a form, as a column of it."""
    counted = rows.filter(form=OuterRef("pk")).order_by().values("form").annotate(count=Count("pk")).values("count")
    return Coalesce(Subquery(counted, output_field=IntegerField()), 0)


class FormList(ListPage[Form]):
    """The forms."""

    code = "web-forms"
    title = _("Web forms")
    noun = ngettext_lazy("form", "forms")
    model = Form
    module = "customers"
    url_name = "forms:form-list"
    icon = "forms"
    search_column = ""
    columns = (
        Column(name="name", label=_("Name"), kind="title"),
        Column(name="target", label=_("Becomes"), path="get_target_display", phone="detail"),
        Column(
            name="state", label=_("State"), path="is_published", template="forms/cells/published.html", phone="value"
        ),
        Column(name="submissions", label=_("Submissions"), kind="number", path="count_all"),
        Column(name="problems", label=_("To look at"), kind="number", path="count_open"),
        Column(name="changed", label=_("Changed"), kind="moment", path="updated_at", sort="updated_at", phone="side"),
    )
    filters = (
        ChoiceFilter(name="target", label=_("Becomes"), choices=target_choices),
        BooleanFilter(name="published", label=_("Published"), path="is_published"),
    )
    default_sort = "-changed"
    actions = (NEW_FORM, ALL_SUBMISSIONS)
    empty_text = _("A form on your web site brings enquiries in by themselves: build it here, and copy it there.")
    empty_action = NEW_FORM

    def base(self, user: User) -> QuerySet[Form]:
        """Return the forms with how much came in, and how much of it waits for somebody."""
        rows: QuerySet[Any] = Form.objects.visible_to(user).annotate(
            count_all=_count(Submission.objects.all()),
            count_open=_count(Submission.objects.filter(FAILED | Q(state=SubmissionState.SPAM))),
        )
        return rows


class SubmissionList(ListPage[Submission]):
    """What came in, latest first."""

    code = "submissions"
    title = _("Submissions")
    noun = ngettext_lazy("submission", "submissions")
    model = Submission
    module = "customers"
    url_name = "forms:submission-list"
    icon = "inbox"
    search_column = ""
    columns = (
        Column(name="who", label=_("Who"), kind="title"),
        Column(name="form", label=_("Form"), path="form.name", phone="detail"),
        Column(name="state", label=_("State"), template="forms/cells/state.html", phone="value"),
        Column(name="via", label=_("Through"), path="get_via_display"),
        Column(name="utm_source", label=_("Source")),
        Column(name="utm_campaign", label=_("Campaign"), wide=True),
        Column(name="language", label=_("Language"), shown=False),
        Column(name="error", label=_("Error"), shown=False),
        Column(
            name="received", label=_("Received"), kind="moment", path="received_at", sort="received_at", phone="side"
        ),
    )
    filters = (
        ChoiceFilter(name="state", label=_("State"), choices=SubmissionState.choices),
        ChoiceFilter(name="via", label=_("Through"), choices=Via.choices),
        BooleanFilter(name="failed", label=_("Could not be handed over"), path="failed"),
        TextFilter(name="source", label=_("Source"), path="utm_source"),
        DateRangeFilter(name="received", label=_("Received"), path="received_at", moments=True),
        RelatedFilter(name="form", label=_("Form"), choices=forms_of),
    )
    default_sort = "-received"
    select_related = ("form",)
    empty_text = _("What people fill in on your forms will stand here.")

    def base(self, user: User) -> QuerySet[Submission]:
        """Return what came in, with whether it waits for somebody because of an error."""
        failed = ExpressionWrapper(FAILED, output_field=BooleanField())
        rows: QuerySet[Any] = Submission.objects.visible_to(user).annotate(failed=failed)
        return rows


form_list = FormList()
submission_list = SubmissionList()
