"""Forms of a move-in: the files, what each holds, and who the old system's people are."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext_lazy as _

from crm_site.imports.forms import ACCEPTED, allowed_kinds, check_size
from crm_site.imports.models import Import, MoveIn
from crm_site.imports.moving import MOST_FILES
from crm_site.staff.models import User

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

UNSAID = ""
OWNERS_SHOWN = 200


class SeveralFiles(forms.ClearableFileInput):
    """An input that takes several files at once."""

    allow_multiple_selected = True


class FilesField(forms.FileField):
    """Several uploaded files."""

    widget = SeveralFiles

    def clean(self, data: Any, initial: Any = None) -> list[Any]:
        """Return the files, each within its bound."""
        files = data if isinstance(data, list | tuple) else [data]
        cleaned = [check_size(super(FilesField, self).clean(file, initial)) for file in files]
        if len(cleaned) > MOST_FILES:
            raise forms.ValidationError(_("At most %(count)s files at once."), params={"count": MOST_FILES})
        return cleaned


class MoveInForm(forms.Form):
    """The old system, and the files it exported."""

    source = forms.CharField(
        label=_("Where you come from"),
        max_length=60,
        help_text=_(
            "A name for the old system, such as HubSpot. Ids are remembered under it, so that you can come again."
        ),
    )
    files = FilesField(  # type: ignore[assignment]  # the field of that name, not the bound files
        label=_("Files"),
        help_text=_(
            "Companies, people, products, orders, notes, answers: all that belong together. "
            "What each holds is told by its columns."
        ),
        widget=SeveralFiles(attrs={"accept": ACCEPTED, "multiple": True}),
    )


class KindsForm(forms.Form):
    """What each file of a move-in holds."""

    def __init__(self, data: Any, *, files: list[Import], user: User) -> None:
        super().__init__(data)
        self.imports = files
        choices: list[tuple[str, StrOrPromise]] = allowed_kinds(user)
        for job in files:
            known = choices if job.kind in dict(choices) else [*choices, (job.kind, job.kind_title)]
            self.fields[f"kind-{job.pk}"] = forms.ChoiceField(label=job.file_name, choices=known)
            self.initial[f"kind-{job.pk}"] = job.kind

    @property
    def rows(self) -> list[tuple[Import, Any]]:
        """The files with their bound fields."""
        return [(job, self[f"kind-{job.pk}"]) for job in self.imports]

    def changed_kinds(self) -> list[tuple[Import, str]]:
        """Return the files whose kind was changed."""
        chosen = ((job, self.cleaned_data[f"kind-{job.pk}"]) for job in self.imports)
        return [(job, kind) for job, kind in chosen if kind != job.kind]


class OwnersForm(forms.Form):
    """Who the people of the old system are, once for all files."""

    def __init__(self, data: Any, *, move: MoveIn) -> None:
        super().__init__(data)
        self.move = move
        people = [(user.email.lower(), str(user)) for user in User.objects.filter(is_active=True).order_by("name")]
        self._words: dict[str, str] = {}
        self.rows: list[dict[str, Any]] = []
        for place, one in enumerate(move.trial.get("owners", [])[:OWNERS_SHOWN]):
            name = f"owner-{place}"
            self.fields[name] = forms.ChoiceField(
                label=one["word"], choices=[(UNSAID, _("— whoever moves in —")), *people], required=False
            )
            self.initial[name] = move.owners.get(one["word"], UNSAID)
            self._words[name] = one["word"]
            self.rows.append({"field": self[name], "count": one["count"]})

    @property
    def owners(self) -> dict[str, str]:
        """The chosen people by the words of the old system."""
        said = dict(self.move.owners)
        for name, word in self._words.items():
            said.pop(word, None)
            if self.cleaned_data.get(name):
                said[word] = self.cleaned_data[name]
        return said
