"""How reminders and repetition read."""

from __future__ import annotations

from babel.dates import get_day_names
from django.utils.translation import gettext, ngettext

from crm_site.lib.recurrence import Recurrence
from crm_site.pages import formatting
from customers.forms.tasks import REMINDERS
from customers.models import Task


def reminder_words(task: Task) -> str:
    """Say how long before a task its people are reminded."""
    if task.remind_minutes is None:
        return ""
    known = dict(REMINDERS)
    if task.remind_minutes in known:
        return str(known[task.remind_minutes])
    return ngettext("%(n)s minute before", "%(n)s minutes before", task.remind_minutes) % {"n": task.remind_minutes}


def repetition_words(task: Task) -> str:
    """Say how a task repeats, and until when."""
    if task.series is None or task.series.ended:
        return ""
    rule = task.series.recurrence
    parts = [_every(rule)]
    if rule.weekdays:
        names = get_day_names("wide", locale=formatting.locale())
        days = gettext(", ").join(names[day] for day in rule.weekdays)
        parts.append(_nth(rule.nth) % {"day": days} if rule.nth else days)
    if rule.until is not None:
        parts.append(gettext("until %(day)s") % {"day": formatting.date(rule.until)})
    if rule.count is not None:
        parts.append(ngettext("%(n)s time", "%(n)s times", rule.count) % {"n": rule.count})
    return " · ".join(parts)


def _every(rule: Recurrence) -> str:
    n = rule.interval
    words = {
        "DAILY": ngettext("every day", "every %(n)s days", n),
        "WEEKLY": ngettext("every week", "every %(n)s weeks", n),
        "MONTHLY": ngettext("every month", "every %(n)s months", n),
        "YEARLY": ngettext("every year", "every %(n)s years", n),
    }
    return words[rule.frequency] % {"n": n}


def _nth(nth: int) -> str:
    return {
        1: gettext("the first %(day)s"),
        2: gettext("the second %(day)s"),
        3: gettext("the third %(day)s"),
        4: gettext("the fourth %(day)s"),
        -1: gettext("the last %(day)s"),
    }[nth]
