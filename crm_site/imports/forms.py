"""Forms of the import wizard: the upload, how the file is read, and the columns."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from crm_site.imports.habits import Habits
from crm_site.imports.kinds import KINDS, Field, kind_of
from crm_site.imports.mapping import Columns, missing_fields
from crm_site.imports.models import BadCells, DuplicatePolicy, Import, ImportMode

if TYPE_CHECKING:
    from crm_site.staff.models import User

LEFT_OUT = ""
ACCEPTED = ".csv,.tsv,.txt,.xlsx,.gz,.xz,.vcf"
ENCODINGS = (
    ("", _("Found by itself")), ("utf-8", "UTF-8"), ("utf-16", "UTF-16"), ("gb18030", "GB18030 (简体中文)"),
    ("cp1252", "Windows 1252"), ("iso-8859-1", "ISO 8859-1"), ("big5", "Big5 (繁體中文)"), ("shift_jis", "Shift JIS"),
)  # fmt: skip
DELIMITERS = (
    ("", _("Found by itself")), (",", _("comma")), (";", _("semicolon")), ("\t", _("tab")), ("|", _("vertical bar")),
)  # fmt: skip
DATE_ORDERS = (("dmy", _("day / month / year")), ("mdy", _("month / day / year")))
DECIMALS = ((".", _("point: 1,234.50")), (",", _("comma: 1.234,50")))


def allowed_kinds(user: User) -> list[tuple[str, Any]]:
    """Return the kinds of files that the user may import."""
    return [(one.code, one.title) for one in KINDS.values() if user.access.can_import(one.module)]


def check_size(file: Any) -> Any:
    """Return an uploaded file, or raise ValidationError when it is beyond the bound."""
    if file.size > settings.IMPORT_MAX_BYTES:
        limit = settings.IMPORT_MAX_BYTES // 1024**2
        raise forms.ValidationError(_("The file is larger than %(limit)s MB."), params={"limit": limit})
    return file


class UploadForm(forms.Form):
    """Which file, and what it holds."""

    kind = forms.ChoiceField(label=_("What the file holds"))
    file = forms.FileField(
        label=_("File"),
        help_text=_("CSV, XLSX or vCard. Encoding, delimiter and header are found by themselves."),
        widget=forms.ClearableFileInput(attrs={"accept": ACCEPTED}),
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kind: Any = self.fields["kind"]
        kind.choices = allowed_kinds(user)

    def clean_file(self) -> Any:
        """Refuse files beyond the bound."""
        return check_size(self.cleaned_data["file"])


class ReadingForm(forms.Form):
    """How an uploaded file is read, where the guess is wrong; a new file may take its place."""

    file = forms.FileField(
        label=_("Another file instead"),
        required=False,
        widget=forms.ClearableFileInput(attrs={"accept": ACCEPTED}),
    )
    encoding = forms.ChoiceField(label=_("Characters"), choices=ENCODINGS, required=False)
    delimiter = forms.ChoiceField(label=_("Columns are parted by"), choices=DELIMITERS, required=False)
    header_line = forms.IntegerField(
        label=_("Line of the column names"),
        required=False,
        min_value=1,
        max_value=1000,
        help_text=_("Lines above it are passed over."),
    )

    def __init__(self, data: Any, files: Any, *, job: Import) -> None:
        initial = {"encoding": job.encoding, "delimiter": job.delimiter, "header_line": job.header_line or None}
        super().__init__(data, files, initial=initial)
        encodings: Any = self.fields["encoding"]
        if job.encoding not in dict(ENCODINGS):
            encodings.choices = [*ENCODINGS, (job.encoding, job.encoding)]
        if not job.delimiter:  # a workbook or an address book
            del self.fields["delimiter"], self.fields["encoding"]
        if not job.header_line:
            del self.fields["header_line"]

    def clean_file(self) -> Any:
        """Refuse files beyond the bound."""
        file = self.cleaned_data["file"]
        return check_size(file) if file else None


class ColumnsForm(forms.Form):
    """Which field each column fills, and what may happen to records."""

    mode = forms.ChoiceField(label=_("What may happen"), choices=ImportMode.choices)
    key = forms.ChoiceField(label=_("Known records are found by"))
    duplicates = forms.ChoiceField(label=_("When a key stands in several rows"), choices=DuplicatePolicy.choices)
    bad_cells = forms.ChoiceField(label=_("When a cell cannot be read"), choices=BadCells.choices)
    date_order = forms.ChoiceField(label=_("Dates such as 1/2/2026 are"), choices=DATE_ORDERS)
    decimal = forms.ChoiceField(label=_("Decimals are written with a"), choices=DECIMALS)
    phone_region = forms.RegexField(
        r"^[A-Z]{2}$",
        label=_("Phone numbers without a country are in"),
        help_text=_("Two letters, such as CN or DE."),
        widget=forms.TextInput(attrs={"maxlength": 2, "autocapitalize": "characters"}),
    )

    def __init__(self, data: Any, *, job: Import) -> None:
        super().__init__(data)
        self.job = job
        self.kind = kind_of(job.kind)
        key: Any = self.fields["key"]
        key.choices = [(name, self.kind.field(name).label) for name in self.kind.keys]
        self.initial = {"mode": job.mode, "key": job.key, "duplicates": job.duplicates, "bad_cells": job.bad_cells}
        habits = Habits.of(job.habits)
        self.initial |= {
            "date_order": habits.date_order or "dmy",
            "decimal": habits.decimal or ".",
            "phone_region": habits.phone_region or settings.DEFAULT_PHONE_REGION,
        }
        if self.kind.groups_rows:
            del self.fields["duplicates"]
        if len(self.kind.keys) == 1:
            del self.fields["key"]
        self._add_options()
        self._add_columns()

    def _add_options(self) -> None:
        for option in self.kind.options:
            field_class = forms.BooleanField if option.is_flag else forms.CharField
            field = field_class(label=option.label, help_text=option.help_text, required=False)
            self.fields[f"option-{option.name}"] = field
            self.initial[f"option-{option.name}"] = self.job.options.get(option.name, option.default)

    def _add_columns(self) -> None:
        filled = {position: name for name, positions in self.job.mapping.items() for position in positions}
        choices = [(LEFT_OUT, _("— leave out —")), *((one.name, _labelled(one)) for one in self.kind.offered)]
        for position, name in enumerate(self.job.header):
            self.fields[f"column-{position}"] = forms.ChoiceField(
                label=name or _("Column %(number)s") % {"number": position + 1}, choices=choices, required=False
            )
            self.initial[f"column-{position}"] = filled.get(position, LEFT_OUT)

    @property
    def columns(self) -> list[Any]:
        """The bound fields of the columns, in the order of the file."""
        return [self[f"column-{position}"] for position in range(len(self.job.header))]

    @property
    def habit_rows(self) -> list[Any]:
        """The bound fields that say how the file writes days and numbers."""
        return [self[name] for name in ("date_order", "decimal", "phone_region")]

    @property
    def option_rows(self) -> list[Any]:
        """The other bound fields."""
        apart = {"date_order", "decimal", "phone_region"}
        return [self[name] for name in self.fields if not name.startswith("column-") and name not in apart]

    def clean(self) -> dict[str, Any]:
        """Refuse two columns for a field that takes one, and required fields without any."""
        cleaned: dict[str, Any] = super().clean() or {}
        taken: dict[str, str] = {}
        for position, header in enumerate(self.job.header):
            name = cleaned.get(f"column-{position}") or LEFT_OUT
            if name and name in taken and not self.kind.field(name).takes_columns:
                words = _("“%(column)s” fills this field already.") % {"column": taken[name]}
                self.add_error(f"column-{position}", words)
            taken.setdefault(name, str(header))
        for name in missing_fields(self.kind, self.mapping):
            self.add_error(None, _("No column fills “%(field)s”.") % {"field": self.kind.field(name).label})
        return cleaned

    @property
    def mapping(self) -> Columns:
        """The chosen columns by field."""
        found: Columns = {}
        for position in range(len(self.job.header)):
            name = self.cleaned_data.get(f"column-{position}")
            if name:
                found.setdefault(name, []).append(position)
        return found

    @property
    def facts(self) -> dict[str, Any]:
        """What `configure_import` takes."""
        chosen = self.cleaned_data
        habits = {name: chosen[name] for name in ("date_order", "decimal", "phone_region")}
        return {
            "mapping": self.mapping,
            "mode": chosen["mode"],
            "duplicates": chosen.get("duplicates", self.job.duplicates),
            "key": chosen.get("key", self.job.key),
            "bad_cells": chosen["bad_cells"],
            "habits": Habits.of(habits).stored(),
            "options": {option.name: chosen[f"option-{option.name}"] for option in self.kind.options},
        }


def _labelled(field: Field) -> Any:
    return _("%(field)s (required)") % {"field": field.label} if field.required else field.label


def upload_name(file: Any) -> str:
    """Return the bare name of an uploaded file."""
    return Path(str(file.name)).name
