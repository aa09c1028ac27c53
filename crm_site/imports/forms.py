"""Forms of the import wizard: the upload, and the mapping."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from crm_site.imports.kinds import KINDS
from crm_site.imports.models import DuplicatePolicy, Import, ImportMode

if TYPE_CHECKING:
    from crm_site.staff.models import User

NO_COLUMN = ""


class UploadForm(forms.Form):
    """Which file, and what it holds."""

    kind = forms.ChoiceField(label=_("What the file holds"))
    file = forms.FileField(
        label=_("File"),
        help_text=_("CSV or XLSX. Encoding, delimiter and header are found by themselves."),
        widget=forms.ClearableFileInput(attrs={"accept": ".csv,.tsv,.txt,.xlsx,.gz"}),
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        allowed = [(one.code, one.title) for one in KINDS.values() if user.access.can_import(one.module)]
        kind: Any = self.fields["kind"]
        kind.choices = allowed

    def clean_file(self) -> Any:
        """Refuse files beyond the bound."""
        file = self.cleaned_data["file"]
        if file.size > settings.IMPORT_MAX_BYTES:
            limit = settings.IMPORT_MAX_BYTES // 1024**2
            raise forms.ValidationError(_("The file is larger than %(limit)s MB."), params={"limit": limit})
        return file


class MappingForm(forms.Form):
    """Which column fills which field, and what may happen to records."""

    mode = forms.ChoiceField(label=_("What may happen"), choices=ImportMode.choices)
    key = forms.ChoiceField(label=_("Known records are found by"))
    duplicates = forms.ChoiceField(label=_("When a key stands in several rows"), choices=DuplicatePolicy.choices)

    def __init__(self, data: Any, *, job: Import) -> None:
        super().__init__(data)
        self.job = job
        self.kind = KINDS[job.kind]
        labels = {field.name: field.label for field in self.kind.fields}
        key: Any = self.fields["key"]
        key.choices = [(name, labels[name]) for name in self.kind.keys]
        self.initial = {"mode": job.mode, "key": job.key, "duplicates": job.duplicates}
        if self.kind.groups_rows:
            del self.fields["duplicates"]
        if len(self.kind.keys) == 1:
            del self.fields["key"]
        for option in self.kind.options:
            field_class = forms.BooleanField if option.is_flag else forms.CharField
            field = field_class(label=option.label, help_text=option.help_text, required=False)
            self.fields[f"option-{option.name}"] = field
            self.initial[f"option-{option.name}"] = job.options.get(option.name, option.default)
        columns = [(NO_COLUMN, _("— not in the file —")), *((str(at), name) for at, name in enumerate(job.header))]
        for one in self.kind.fields:
            name = f"field-{one.name}"
            self.fields[name] = forms.ChoiceField(label=one.label, choices=columns, required=one.required)
            self.initial[name] = str(job.mapping.get(one.name, NO_COLUMN))

    @property
    def field_rows(self) -> list[Any]:
        """The bound fields that choose columns."""
        return [self[f"field-{one.name}"] for one in self.kind.fields]

    @property
    def option_rows(self) -> list[Any]:
        """The other bound fields."""
        return [self[name] for name in self.fields if not name.startswith("field-")]

    def clean(self) -> dict[str, Any]:
        """Refuse one column for two fields."""
        cleaned: dict[str, Any] = super().clean() or {}
        taken: dict[str, str] = {}
        for one in self.kind.fields:
            column = cleaned.get(f"field-{one.name}") or NO_COLUMN
            if column != NO_COLUMN and column in taken:
                self.add_error(f"field-{one.name}", _("This column fills another field already."))
            taken[column] = one.name
        return cleaned

    @property
    def mapping(self) -> dict[str, int]:
        """The chosen columns by field."""
        chosen = {one.name: self.cleaned_data.get(f"field-{one.name}") for one in self.kind.fields}
        return {name: int(column) for name, column in chosen.items() if column}

    @property
    def options(self) -> dict[str, Any]:
        """The chosen options of the kind."""
        return {option.name: self.cleaned_data[f"option-{option.name}"] for option in self.kind.options}
