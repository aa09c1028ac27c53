"""What each person opened last: a short list, written with one statement."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from django.db import connection
from django.utils import timezone

from crm_site.pages import nav
from crm_site.pages.models import Visit
from crm_site.pages.palette.hits import commands, sources

if TYPE_CHECKING:
    from crm_site.staff.models import User

# So many records, and so many commands and pages, are kept per person.
KEPT = 30
OFFERED = ("commands", "pages")
# Counting starts anew for what nobody uses any more: it falls out of the list.
REMEMBER = """
WITH opened AS (
    INSERT INTO pages_visit (user_id, kind, key, times, seen_at) VALUES (%(user)s, %(kind)s, %(key)s, 1, %(now)s)
    ON CONFLICT (user_id, kind, key) DO UPDATE SET times = pages_visit.times + 1, seen_at = EXCLUDED.seen_at
)
DELETE FROM pages_visit WHERE id IN (
    SELECT id FROM pages_visit
    WHERE user_id = %(user)s AND (kind = ANY(%(offered)s)) = (%(kind)s = ANY(%(offered)s))
    AND NOT (kind = %(kind)s AND key = %(key)s)
    ORDER BY seen_at DESC, id DESC OFFSET %(others)s
)
"""


def remember_visit(user: User, kind: str, key: str) -> bool:
    """Note that the user opened this just now; False for what the palette does not know.

    Whether the user may see it is asked when it is shown: until then it is a number among the user's own.
    """
    if not _is_known(kind, key):
        return False
    values: dict[str, Any] = {
        "user": user.pk,
        "kind": kind,
        "key": key,
        "now": timezone.now(),
        "offered": list(OFFERED),
        "others": KEPT - 1,
    }
    with connection.cursor() as cursor:
        cursor.execute(REMEMBER, values)
    return True


def _is_known(kind: str, key: str) -> bool:
    if kind == "commands":
        return commands.get(key) is not None
    if kind == "pages":
        return nav.items.get(key) is not None
    source = sources.get(kind)
    return source is not None and source.fetch is not None and key.isascii() and key.isdigit() and len(key) < 19


def visits_of(user: User) -> list[Visit]:
    """Return what the user opened, the latest first."""
    return list(Visit.objects.filter(user=user).order_by("-seen_at", "-pk"))


def as_seen(visits: list[Visit]) -> dict[tuple[str, str], dt.datetime]:
    """Return when each was opened last."""
    return {(visit.kind, visit.key): visit.seen_at for visit in visits}
