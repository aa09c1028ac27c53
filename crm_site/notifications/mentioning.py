"""The box in which people are mentioned: what the browser needs to offer colleagues and to show their names."""

from __future__ import annotations

import json
from typing import Any

from django import forms
from django.urls import reverse
from django.utils.translation import gettext, ngettext

from crm_site.notifications.mentions import mentioned_ids, names_of, read_mentions


class MentionBox(forms.Textarea):
    """A text box that offers colleagues after an @; without scripts the tokens can be typed."""

    def __init__(self, attrs: dict[str, Any] | None = None, *, subject: tuple[str, int] | None = None) -> None:
        super().__init__(attrs)
        self.subject = subject

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        """Add the address that offers people, and the names of those already in the text."""
        context: dict[str, Any] = super().get_context(name, value, attrs)
        if self.subject is not None:
            more = context["widget"]["attrs"]
            more["data-mentions"] = reverse("notifications:people", args=self.subject)
            more["data-people"] = json.dumps(names_of(mentioned_ids(str(value or ""))))
            more["data-offered"] = gettext("Colleagues to mention")
        return context


def refuse_blind_mentions(text: str, kind: str, pk: int) -> None:
    """Raise ValidationError naming the people who may not see the record: a mention would not reach them."""
    blind = [one.short_name for one in read_mentions(text, kind, pk).blind]
    if blind:
        raise forms.ValidationError(
            ngettext(
                "%(names)s can't see this record and would not hear of it. Take the mention out, "
                "or hand the record to somebody they work with.",
                "%(names)s can't see this record and would not hear of it. Take the mentions out, "
                "or hand the record to somebody they work with.",
                len(blind),
            )
            % {"names": ", ".join(blind)}
        )
