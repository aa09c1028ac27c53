"""The form that says once for all rows what the words of a file mean."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from crm_site.imports.kinds import Field, kind_of
from crm_site.imports.models import Import
from crm_site.staff.models import User

UNSAID, EMPTY = "?", ""
SHOWN = 100


class ValuesForm(forms.Form):
    """One select for every word that means nothing to us: our value, nothing, or still unsaid."""

    def __init__(self, data: Any, *, job: Import) -> None:
        super().__init__(data)
        self.job = job
        kind = kind_of(job.kind)
        self.groups: list[dict[str, Any]] = []
        self._words: dict[str, tuple[str, str]] = {}
        for name, words in job.trial.get("values", {}).items():
            field = kind.field(name)
            choices = _choices(field)
            rows = []
            for place, one in enumerate(words[:SHOWN]):
                label = f"value-{name}-{place}"
                said = job.values.get(name, {}).get(one["word"], UNSAID)
                self.fields[label] = forms.ChoiceField(label=one["word"], choices=choices, required=False)
                self.initial[label] = said
                self._words[label] = (name, one["word"])
                rows.append({"field": self[label], "count": one["count"]})
            self.groups.append({"title": field.label, "rows": rows, "is_person": field.is_person})

    @property
    def values(self) -> dict[str, dict[str, str]]:
        """What was said, by field and word, with what had been said of words not shown."""
        said = {name: dict(words) for name, words in self.job.values.items()}
        for label, (name, word) in self._words.items():
            chosen = self.cleaned_data.get(label, UNSAID)
            said.setdefault(name, {}).pop(word, None)
            if chosen != UNSAID:
                said[name][word] = chosen
        return {name: words for name, words in said.items() if words}


def _choices(field: Field) -> list[tuple[str, Any]]:
    if field.is_person:
        people = User.objects.filter(is_active=True).order_by("name")
        return [(UNSAID, _("— whoever imports —")), *((user.email.lower(), str(user)) for user in people)]
    return [(UNSAID, _("— refuse these rows —")), (EMPTY, _("Leave empty")), *field.choices]
