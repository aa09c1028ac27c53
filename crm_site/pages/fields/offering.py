"""Letting a kind of record have custom fields, everywhere at once."""

from __future__ import annotations

from functools import partial

from crm_site.fields.hosts import Host, register_host
from crm_site.pages.fields.columns import changes_of, columns_of, filters_of
from crm_site.pages.lists.providers import (
    register_change_provider,
    register_column_provider,
    register_filter_provider,
)
from crm_site.rules.custom import rule_fields
from crm_site.rules.registry import register_field_provider


def offer_custom_fields(host: Host) -> None:
    """Let the records of a host have custom fields in lists and rules; forms, files and the API ask for themselves."""
    register_host(host)
    register_column_provider(host.list_code, partial(columns_of, host))
    register_filter_provider(host.list_code, partial(filters_of, host))
    register_change_provider(host.list_code, partial(changes_of, host))
    if host.subject:
        register_field_provider(host.subject, partial(rule_fields, host))
