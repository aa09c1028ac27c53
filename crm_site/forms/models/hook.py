"""Webhooks: addresses to which other services post what they have gathered."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from crm_site.forms.models.form import Form, new_token
from crm_site.forms.querysets import HookQuerySet
from crm_site.history.tracking import Tracking


class FormHook(models.Model):
    """An address to which another service posts JSON. `mapping` leads from field names to paths such as `a.b.0.c`."""

    history: ClassVar[Tracking] = Tracking(root="form", hidden=("token", "secret", "challenge"))

    form = models.ForeignKey(Form, models.CASCADE, related_name="hooks")
    name = models.CharField(_("name"), max_length=100)
    token = models.CharField(_("address"), max_length=40, unique=True, default=new_token, editable=False)
    mapping: models.JSONField[Any, Any] = models.JSONField(_("mapping"), default=dict, blank=True)
    event_path = models.CharField(
        _("path of the event's id"), max_length=200, help_text=_("Where the id stands by which a repeat is known.")
    )
    list_path = models.CharField(
        _("path of the list"),
        max_length=200,
        blank=True,
        help_text=_("Where a call brings several: the names that lead to each. The other paths begin there."),
    )
    secret = models.CharField(_("secret"), max_length=200, blank=True, help_text=_("For HMAC-SHA256 over the body."))
    header = models.CharField(_("header of the signature"), max_length=60, default="X-Hub-Signature-256")
    challenge = models.CharField(
        _("verify token"), max_length=200, blank=True, help_text=_("What the service sends along when it first calls.")
    )
    is_active = models.BooleanField(_("in use"), default=True)

    objects = HookQuerySet.as_manager()

    class Meta:
        verbose_name = _("webhook of a web form")
        verbose_name_plural = _("webhooks of web forms")

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        """Return the address of the page that sets the webhook up."""
        return reverse("forms:hook-edit", args=[self.pk])
