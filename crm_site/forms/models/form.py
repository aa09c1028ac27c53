"""Forms, their fields, and the words they asked consent with."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Any, ClassVar

from django.core.validators import MaxValueValidator
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from crm_site.forms.choices import Width
from crm_site.forms.querysets import FormQuerySet
from crm_site.forms.targets import FormTarget, find_target, target_choices
from crm_site.forms.wording import worded
from crm_site.history.tracking import Tracking

if TYPE_CHECKING:
    from datetime import datetime

MAX_ADDRESS = 500
MOST_SECONDS = 120


def new_token() -> str:
    """Return an address that nobody guesses."""
    return secrets.token_urlsafe(18)


class Form(models.Model):
    """A form that strangers fill in. `hosts` are the web sites that may embed it and that it may lead back to."""

    history: ClassVar[Tracking] = Tracking(hidden=("token", "consent_version"))
    access_module: ClassVar[str] = "customers"

    name = models.CharField(_("name"), max_length=100, help_text=_("As you call it; strangers don't see it."))
    token = models.CharField(_("address"), max_length=40, unique=True, default=new_token, editable=False)
    target = models.CharField(_("becomes"), max_length=40, choices=target_choices)
    is_published = models.BooleanField(_("published"), default=False)
    title_en = models.CharField(_("title in English"), max_length=120, blank=True)
    title_zh = models.CharField(_("title in Chinese"), max_length=120, blank=True)
    intro_en = models.TextField(_("introduction in English"), max_length=2000, blank=True)
    intro_zh = models.TextField(_("introduction in Chinese"), max_length=2000, blank=True)
    button_en = models.CharField(_("button in English"), max_length=40, blank=True)
    button_zh = models.CharField(_("button in Chinese"), max_length=40, blank=True)
    thanks_en = models.TextField(_("thanks in English"), max_length=2000, blank=True)
    thanks_zh = models.TextField(_("thanks in Chinese"), max_length=2000, blank=True)
    redirect_url = models.URLField(
        _("page afterwards"),
        max_length=MAX_ADDRESS,
        blank=True,
        help_text=_("Instead of thanks; on one of your sites."),
    )
    hosts: models.JSONField[Any, Any] = models.JSONField(_("web sites"), default=list, blank=True)
    consent_channel = models.CharField(_("consent to"), max_length=20, blank=True)
    consent_purpose = models.CharField(_("consent for"), max_length=30, blank=True)
    consent_en = models.TextField(_("consent in English"), max_length=2000, blank=True)
    consent_zh = models.TextField(_("consent in Chinese"), max_length=2000, blank=True)
    consent_version = models.PositiveIntegerField(_("version of the consent"), default=0, editable=False)
    consent_required = models.BooleanField(_("must be ticked"), default=False)
    double_opt_in = models.BooleanField(
        _("confirm by mail"), default=False, help_text=_("Nothing is done before the link in a mail was followed.")
    )
    min_seconds = models.PositiveSmallIntegerField(
        _("seconds at least"),
        default=3,
        validators=[MaxValueValidator(MOST_SECONDS)],
        help_text=_("Whoever is faster is a machine, and is asked to send again."),
    )
    version = models.PositiveIntegerField(default=1, editable=False)
    created_at: models.DateTimeField[Any, datetime] = models.DateTimeField(_("created"), auto_now_add=True)
    updated_at: models.DateTimeField[Any, datetime] = models.DateTimeField(_("changed"), auto_now=True)

    objects = FormQuerySet.as_manager()

    class Meta:
        verbose_name = _("web form")
        verbose_name_plural = _("web forms")

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        """Return the address of the page that builds the form."""
        return reverse("forms:form-detail", args=[self.pk])

    @property
    def kind(self) -> FormTarget | None:
        """What the form is for; None when the app that took its answers is gone."""
        return find_target(self.target)

    @property
    def title(self) -> str:
        """The title in the active language."""
        return worded(self.title_en, self.title_zh)

    @property
    def intro(self) -> str:
        """The introduction in the active language."""
        return worded(self.intro_en, self.intro_zh)

    @property
    def button(self) -> str:
        """What stands on the button, in the active language."""
        return worded(self.button_en, self.button_zh)

    @property
    def thanks(self) -> str:
        """The thanks in the active language."""
        return worded(self.thanks_en, self.thanks_zh)

    @property
    def consent(self) -> str:
        """What is agreed to by ticking, in the active language; empty when the form asks for no consent."""
        return worded(self.consent_en, self.consent_zh)

    @property
    def asks_consent(self) -> bool:
        """Tell whether the form asks for consent."""
        return bool(self.consent_en or self.consent_zh)


class FormField(models.Model):
    """One field of a form; `name` is one of the target's own, or `custom_…`. A hidden one always has its default."""

    history: ClassVar[Tracking] = Tracking(root="form")

    form = models.ForeignKey(Form, models.CASCADE, related_name="fields", db_index=False)
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    name = models.CharField(_("field"), max_length=60)
    label_en = models.CharField(_("label in English"), max_length=120, blank=True)
    label_zh = models.CharField(_("label in Chinese"), max_length=120, blank=True)
    help_en = models.CharField(_("help in English"), max_length=200, blank=True)
    help_zh = models.CharField(_("help in Chinese"), max_length=200, blank=True)
    required = models.BooleanField(_("required"), default=False)
    width = models.CharField(_("width"), max_length=4, choices=Width.choices, default=Width.FULL)
    is_hidden = models.BooleanField(_("hidden"), default=False)
    default_value = models.CharField(_("value"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("field of a web form")
        verbose_name_plural = _("fields of web forms")
        ordering = ("form", "position", "id")
        constraints = (models.UniqueConstraint(fields=("form", "name"), name="form_field_once"),)

    def __str__(self) -> str:
        return self.name

    @property
    def label(self) -> str:
        """The label in the active language; empty where the target's own is to stand."""
        return worded(self.label_en, self.label_zh)

    @property
    def help(self) -> str:
        """The help in the active language."""
        return worded(self.help_en, self.help_zh)


class FormWording(models.Model):
    """What a form asked consent with from some moment on. Rows stand as they were written: they are evidence."""

    history: ClassVar[Tracking] = Tracking(root="form", permanent=True)

    form = models.ForeignKey(Form, models.CASCADE, related_name="wordings", db_index=False)
    version = models.PositiveIntegerField(_("version"))
    channel = models.CharField(_("consent to"), max_length=20)
    purpose = models.CharField(_("consent for"), max_length=30)
    text_en = models.TextField(_("in English"), blank=True)
    text_zh = models.TextField(_("in Chinese"), blank=True)
    created_at: models.DateTimeField[Any, datetime] = models.DateTimeField(_("since"), auto_now_add=True)

    class Meta:
        verbose_name = _("consent wording of a web form")
        verbose_name_plural = _("consent wordings of web forms")
        constraints = (models.UniqueConstraint(fields=("form", "version"), name="form_wording_once"),)

    def __str__(self) -> str:
        return f"{self.form_id}, {self.version}"

    @property
    def text(self) -> str:
        """The words in the active language."""
        return worded(self.text_en, self.text_zh)
