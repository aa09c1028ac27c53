"""What a bulk change would do, said before it is done: how many rows, and why not the others."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django import forms
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, QueryDict
from django.utils.translation import gettext

from crm_site.pages.lists.bulk_fields import BulkField

if TYPE_CHECKING:
    from crm_site.pages.lists.declaration import ListPage
    from crm_site.staff.models import User


@dataclass(frozen=True)
class Reason:
    """Why some of the selected rows stay as they are."""

    words: str
    count: int


@dataclass(frozen=True)
class Preview:
    """How many rows are selected, how many of them change, and why the others do not."""

    total: int
    changing: int
    reasons: list[Reason] = field(default_factory=list)


class ValueForm(forms.Form):
    """The one value of a bulk change, typed into the field that the list's form has for it."""

    def __init__(self, page: ListPage[Any], change: BulkField, user: User, data: Any = None) -> None:
        super().__init__(data, auto_id="bulk-%s")
        make: Any = page.form_class
        value = change.field(user) if change.field else make(user=user).fields[change.form_field or change.name]
        value.label = change.label
        if change.place == "tag":
            value.required = True
        self.fields["value"] = value


def change_of(page: ListPage[Any], name: str, user: User) -> BulkField:
    """Return the bulk change of that name; raise Http404 without one, PermissionDenied for those who only read."""
    change = next((one for one in page.changes() if one.name == name), None)
    if change is None:
        raise Http404
    if not user.access.can_edit(page.module):
        raise PermissionDenied
    return change


def editable(rows: QuerySet[Any], user: User) -> QuerySet[Any]:
    """Keep the rows that the user may change."""
    scoped: Any = rows
    kept: QuerySet[Any] = scoped.editable_by(user)
    return kept


def changing_rows(rows: QuerySet[Any], change: BulkField, value: Any, user: User) -> QuerySet[Any]:
    """Return those of the rows that the change concerns: the user's to change, different, and not blocked."""
    left = editable(rows, user)
    left = left.exclude(pk__in=change.same(rows, value).order_by().values("pk"))
    for block in change.blocks:
        left = left.exclude(block.condition(value))
    return left


def preview_change(rows: QuerySet[Any], change: BulkField, value: Any, user: User) -> Preview:
    """Count what the change would do, and why it leaves rows alone; each row has its first reason."""
    rows = rows.order_by()
    total, mine = rows.count(), editable(rows, user)
    left = mine.exclude(pk__in=change.same(rows, value).order_by().values("pk"))
    counts = [(gettext("not yours to change"), total - (may := mine.count()))]
    counts.append((gettext("already so"), may - (remaining := left.count())))
    for block in change.blocks:
        left = left.exclude(block.condition(value))
        counts.append((str(block.reason), remaining - (now := left.count())))
        remaining = now
    return Preview(total, remaining, [Reason(words, count) for words, count in counts if count])


def value_words(form: ValueForm) -> str:
    """Return the checked value as people read it."""
    value = form.cleaned_data["value"]
    shown: Any = form.fields["value"]
    if isinstance(value, QuerySet):
        return gettext(", ").join(str(one) for one in value)
    if isinstance(value, bool):
        return gettext("Yes") if value else gettext("No")
    choices = dict(getattr(shown, "choices", ())) if isinstance(shown, forms.TypedChoiceField) else {}
    return str(choices.get(value, value)) if value not in (None, "") else gettext("nothing")


def read_value(page: ListPage[Any], change: BulkField, user: User, data: QueryDict) -> ValueForm:
    """Return the checked form of a value; raise ValidationError where it is refused."""
    form = ValueForm(page, change, user, data)
    if not form.is_valid():
        raise forms.ValidationError([message for messages in form.errors.values() for message in messages])
    return form
