"""The list of segments."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from crm_site.pages.lists import Action, ChoiceFilter, Column, ListPage, OwnerFilter
from customers.choices import SegmentKind
from customers.forms.segments import SegmentForm
from customers.models import Segment

NEW_SEGMENT = Action(
    label=_("New segment"), icon="plus", url_name="customers:segment-create", primary=True, shortcut="c"
)


class SegmentList(ListPage[Segment]):
    """Sets of customers that colleagues have named."""

    code = "segments"
    title = _("Segments")
    noun = ngettext_lazy("segment", "segments")
    model = Segment
    module = "customers"
    url_name = "customers:segment-list"
    icon = "users-group"
    search_column = ""
    columns = (
        Column(name="name", label=_("Name"), kind="title", context="description"),
        Column(name="kind", label=_("Kind"), path="get_kind_display", phone="detail"),
        Column(name="size", label=_("Customers"), kind="number", path="state.size", phone="value"),
        Column(name="checked", label=_("Last computed"), kind="moment", path="state.checked_at"),
        Column(name="created", label=_("Created"), kind="date", path="created_at", sort="created_at", phone="side"),
        Column(name="owner", label=_("Owner"), kind="person", head=False),
    )
    filters = (
        OwnerFilter(),
        ChoiceFilter(name="kind", label=_("Kind"), choices=SegmentKind.choices),
    )
    default_sort = "-created"
    select_related = ("owner", "state")
    form_class = SegmentForm
    deletable = True
    actions = (NEW_SEGMENT,)
    empty_text = _("Name the customers that belong together: by a rule that is always up to date, or picked by hand.")
    empty_action = NEW_SEGMENT


segment_list = SegmentList()
