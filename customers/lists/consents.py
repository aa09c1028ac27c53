"""The consent ledger as a list: every line about customers whom the reader may see."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from crm_site.pages.lists import ChoiceFilter, Column, DateRangeFilter, ListPage
from customers.choices import Channel, ConsentSource, ConsentState, Purpose
from customers.models import ConsentEntry


class ConsentList(ListPage[ConsentEntry]):
    """What customers gave, refused and withdrew, the latest first."""

    code = "consents"
    title = _("Consent ledger")
    noun = ngettext_lazy("line", "lines")
    model = ConsentEntry
    module = "customers"
    url_name = "customers:consent-list"
    icon = "shield-check"
    search_column = ""
    columns = (
        Column(name="customer", label=_("Customer"), kind="title"),
        Column(name="purpose", label=_("Purpose"), path="get_purpose_display", phone="detail"),
        Column(name="channel", label=_("Channel"), path="get_channel_display", phone="side"),
        Column(name="state", label=_("State"), path="get_state_display", phone="value"),
        Column(name="at", label=_("When"), kind="moment", path="at", sort="at"),
        Column(name="expires", label=_("Valid until"), kind="date", path="expires_at"),
        Column(name="confirmed", label=_("Confirmed"), kind="date", path="confirmed_at", shown=False),
        Column(name="source", label=_("Source"), path="get_source_display"),
        Column(name="basis", label=_("Lawful basis"), path="get_basis_display", shown=False),
        Column(name="wording", label=_("Wording"), shown=False),
        Column(name="evidence", label=_("Evidence"), shown=False),
        Column(name="address", label=_("Only for the address"), shown=False),
        Column(name="by", label=_("By"), kind="person", path="recorded_by", shown=False),
    )
    filters = (
        ChoiceFilter(name="channel", label=_("Channel"), choices=Channel.choices),
        ChoiceFilter(name="purpose", label=_("Purpose"), choices=Purpose.choices),
        ChoiceFilter(name="state", label=_("State"), choices=ConsentState.choices),
        ChoiceFilter(name="source", label=_("Source"), choices=ConsentSource.choices),
        DateRangeFilter(name="at", label=_("When"), path="at", moments=True),
        DateRangeFilter(name="expires", label=_("Valid until"), path="expires_at", moments=True),
    )
    default_sort = "-at"
    select_related = ("customer", "wording", "recorded_by")
    empty_text = _("What customers allow is recorded on their pages, by forms and through the API.")


consent_list = ConsentList()
