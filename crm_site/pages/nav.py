"""The rail: which pages exist, grouped by job, and which of them a user may see."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext_lazy as _

from crm_site.pages.registry import Registry

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

    from crm_site.staff.models import User


class Group(Enum):
    """The jobs people do here, in the order of the rail."""

    TOP = ""
    SELL = _("Sell")
    SERVE = _("Serve")
    MARKET = _("Market")
    UNDERSTAND = _("Understand")
    SETUP = _("Set up")


@dataclass(frozen=True, kw_only=True)
class NavItem:
    """One page of the rail; a `phone` item also stands in the tab bar of small screens (the first four do)."""

    code: str
    label: StrOrPromise
    icon: str
    url_name: str
    group: Group = Group.TOP
    module: str = ""
    allowed: Callable[[User], bool] | None = None
    order: int = 100
    phone: bool = False

    def visible_to(self, user: User) -> bool:
        """Tell whether the user's roles open this page."""
        if self.module and not user.access.can_view(self.module):
            return False
        return self.allowed is None or self.allowed(user)


@dataclass(frozen=True)
class NavLink:
    """A rail item with its address, as the template needs it."""

    item: NavItem
    url: str
    active: bool


items: Registry[NavItem] = Registry()
register_nav = items.register


def links_for(user: User, path: str) -> list[NavLink]:
    """Return the pages that exist and that the user may open; the longest address leading to `path` is active."""
    found: list[tuple[NavItem, str]] = []
    for item in items:
        try:
            url = reverse(item.url_name)
        except NoReverseMatch:
            continue
        if item.visible_to(user):
            found.append((item, url))
    leading = [url for _item, url in found if path == url or (url != "/" and path.startswith(url))]
    current = max(leading, key=len, default=None)
    first = next((item for item, url in found if url == current), None)
    return [NavLink(item, url, item is first) for item, url in found]


def grouped(links: list[NavLink]) -> list[tuple[Group, list[NavLink]]]:
    """Sort the links under their groups, leaving out groups with nothing in them."""
    groups = [(group, [link for link in links if link.item.group is group]) for group in Group]
    return [(group, members) for group, members in groups if members]
