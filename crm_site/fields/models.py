"""Tables of custom fields."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from crm_site.fields.choices import FieldKind, IndexState
from crm_site.fields.hosts import hosts
from crm_site.staff.models import Role

MAX_CHOICES = 200


def host_choices() -> list[tuple[str, Any]]:
    """Return the kinds of records that can have custom fields."""
    return [(host.code, host.title) for host in hosts()]


class CustomField(models.Model):
    """One field. `name` stands in stored values, files and the API and never changes.

    `choices` are `{"code", "en", "zh"}`; a choice that is no longer offered has `"off": true` and keeps its words.
    """

    host = models.CharField(_("records"), max_length=30, choices=host_choices)
    name = models.CharField(
        _("name"),
        max_length=40,
        validators=[RegexValidator(r"^[a-z][a-z0-9_]*\Z", _("Small letters, digits and _, beginning with a letter."))],
        help_text=_("As files and the API call it. It cannot be changed later."),
    )
    kind = models.CharField(_("kind"), max_length=10, choices=FieldKind.choices, default=FieldKind.TEXT)
    label_en = models.CharField(_("label in English"), max_length=60)
    label_zh = models.CharField(_("label in Chinese"), max_length=60, blank=True)
    help_en = models.CharField(_("help in English"), max_length=200, blank=True)
    help_zh = models.CharField(_("help in Chinese"), max_length=200, blank=True)
    group_en = models.CharField(_("group in English"), max_length=60, blank=True)
    group_zh = models.CharField(_("group in Chinese"), max_length=60, blank=True)
    choices: models.JSONField[Any, Any] = models.JSONField(_("choices"), default=list, blank=True)
    required_for = models.ManyToManyField(
        Role,
        blank=True,
        related_name="+",
        verbose_name=_("required for"),
        help_text=_("People with these roles must fill it in."),
    )
    position = models.PositiveIntegerField(_("position"), default=0)
    is_active = models.BooleanField(_("in use"), default=True)
    index_state = models.CharField(_("sorting"), max_length=10, choices=IndexState.choices, blank=True, editable=False)

    class Meta:
        verbose_name = _("custom field")
        verbose_name_plural = _("custom fields")
        ordering = ("host", "position", "id")
        constraints = (
            models.UniqueConstraint(
                fields=("host", "name"),
                name="custom_field_once",
                violation_error_message=_("There is a field of this name already."),
            ),
        )

    def __str__(self) -> str:
        return self.label

    @property
    def key(self) -> str:
        """What forms, lists, rules and imports call the field, beside the record's own fields."""
        return f"custom_{self.name}"

    @property
    def label(self) -> str:
        """The label in the active language."""
        return _worded(self.label_en, self.label_zh)

    @property
    def help(self) -> str:
        """The help in the active language."""
        return _worded(self.help_en, self.help_zh)

    @property
    def group(self) -> str:
        """The heading the field stands under, in the active language; empty for none."""
        return _worded(self.group_en, self.group_zh)

    def options(self, *, all_ever: bool = False) -> list[tuple[str, str]]:
        """Return (code, words) of the choices in the active language; those no longer offered only if `all_ever`."""
        return [
            (str(one["code"]), _worded(str(one.get("en", "")), str(one.get("zh", ""))) or str(one["code"]))
            for one in self.choices
            if all_ever or not one.get("off")
        ]

    def clean(self) -> None:
        """Ask for choices where the kind needs them, and for codes that differ."""
        has_choices = self.kind in (FieldKind.CHOICE, FieldKind.CHOICES)
        if has_choices and not self.options():
            raise ValidationError({"choices": _("Name at least one choice.")})
        if len(self.choices) > MAX_CHOICES:
            raise ValidationError({"choices": _("At most %(count)d choices.") % {"count": MAX_CHOICES}})
        codes = [one.get("code") for one in self.choices]
        if len(set(codes)) < len(codes):
            raise ValidationError({"choices": _("Two choices have the same code.")})


def _worded(english: str, chinese: str) -> str:
    zh = (get_language() or "").startswith("zh")
    return (chinese or english) if zh else (english or chinese)
