"""The page where custom fields are set up: all of them, a form for each, and their order."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from crm_site.fields.choices import FieldKind
from crm_site.fields.hosts import get_host, hosts
from crm_site.fields.models import CustomField
from crm_site.fields.services import add_field, change_field, move_field
from crm_site.pages.requests import signed_in
from crm_site.staff.models import User

MAX_LABEL = 60


def may_set_up(user: User) -> bool:
    """Tell whether the user may set up the site."""
    return user.is_active and user.is_staff


class CustomFieldForm(forms.ModelForm[CustomField]):
    """A field as an administrator describes it; choices are typed a line each: `code | English | 中文`."""

    choices = forms.CharField(
        label=gettext_lazy("Choices"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text=gettext_lazy("A line for each: code | English | Chinese. Removed choices stay on old records."),
    )

    class Meta:
        model = CustomField
        fields = (
            "label_en", "label_zh", "name", "kind", "choices", "help_en", "help_zh", "group_en", "group_zh",
            "required_for", "is_active",
        )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offered = [one for one in self.instance.choices if not one.get("off")]
        self.initial["choices"] = "\n".join(_line(one) for one in offered)
        if self.instance.pk:
            for name in ("name", "kind"):
                self.fields[name].disabled = True

    def clean_choices(self) -> list[dict[str, Any]]:
        """Return the choices that the lines spell; other kinds have none."""
        if self.cleaned_data.get("kind") not in (FieldKind.CHOICE, FieldKind.CHOICES):
            return []
        lines = [line.strip() for line in self.cleaned_data["choices"].splitlines() if line.strip()]
        return [self._choice(line) for line in lines]

    def _choice(self, line: str) -> dict[str, Any]:
        parts = [part.strip() for part in line.replace("｜", "|").split("|")]
        code, english, chinese = [*parts, "", ""][:3]
        if not code or len(code) > MAX_LABEL or len(english) > MAX_LABEL or len(chinese) > MAX_LABEL:
            raise forms.ValidationError(_("“%(line)s” is no choice.") % {"line": line[:MAX_LABEL]})
        return {"code": code, "en": english or code, "zh": chinese}


def _line(choice: dict[str, Any]) -> str:
    return " | ".join(str(choice.get(name, "")) for name in ("code", "en", "zh")).rstrip(" |")


@require_safe
@login_required
def field_list(request: HttpRequest) -> HttpResponse:
    """Show the custom fields of every kind of record."""
    _require(request)
    found = list(CustomField.objects.all())
    groups = [(host, [field for field in found if field.host == host.code]) for host in hosts()]
    return render(request, "pages/fields/list.html", {"groups": groups, "page_title": _("Custom fields")})


@login_required
def field_add(request: HttpRequest, host: str) -> HttpResponse:
    """Add a field to a kind of record."""
    _require(request)
    try:
        found = get_host(host)
    except KeyError as error:
        raise Http404 from error
    form = CustomFieldForm(request.POST or None, instance=CustomField(host=host))
    if request.method == "POST" and form.is_valid():
        try:
            field = add_field({**form.cleaned_data, "host": host})
        except forms.ValidationError as error:
            form.add_error("name", error.messages)
        else:
            messages.success(request, _("The field “%(field)s” is there.") % {"field": field.label})
            return redirect("fields:field-list")
    title = _("New field: %(records)s") % {"records": found.title}
    return _page(request, form, title)


@login_required
def field_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Change a field, or put it out of use."""
    _require(request)
    field = _field(pk)
    form = CustomFieldForm(request.POST or None, instance=field)
    if request.method == "POST" and form.is_valid():
        change_field(CustomField.objects.get(pk=pk), form.cleaned_data)
        messages.success(request, _("The field “%(field)s” was saved.") % {"field": field.label})
        return redirect("fields:field-list")
    return _page(request, form, _("Field “%(field)s”") % {"field": field.label})


@require_POST
@login_required
def field_move(request: HttpRequest, pk: int, way: str) -> HttpResponse:
    """Move a field up or down among the fields of its records."""
    _require(request)
    if way not in ("up", "down"):
        raise Http404
    move_field(_field(pk), -1 if way == "up" else 1)
    return redirect("fields:field-list")


def _require(request: HttpRequest) -> None:
    """Answer “not found” to people who don't set up the site."""
    if not may_set_up(signed_in(request)):
        raise Http404


def _field(pk: int) -> CustomField:
    found = CustomField.objects.filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


def _page(request: HttpRequest, form: CustomFieldForm, title: str) -> HttpResponse:
    status = 422 if form.is_bound else 200
    return render(request, "pages/fields/form.html", {"form": form, "page_title": title}, status=status)
