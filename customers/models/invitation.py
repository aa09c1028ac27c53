"""Invitations to meetings that were sent, and what came back."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from crm_site.history.tracking import Tracking
from customers.choices import Attendance
from customers.models.customer import Customer
from customers.models.task import Task


class Invitation(models.Model):
    """One person asked to one meeting, by the address that was used; a colleague or a customer, or neither any more.

    The latest mail told of the meeting as it was at version `sequence`, in short `told`; an answer to an earlier one
    is out of date. Who was taken off the meeting has been told so and is `withdrawn`.
    """

    history: ClassVar[Tracking] = Tracking(root="task", hidden=("sequence", "told"), derived="true")

    task = models.ForeignKey(
        Task, models.CASCADE, related_name="invitations", verbose_name=_("meeting"), db_index=False
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("colleague")
    )
    guest = models.ForeignKey(
        Customer, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("guest")
    )
    name = models.CharField(_("name"), max_length=200)
    email = models.EmailField(_("e-mail"))
    answer = models.CharField(_("answer"), max_length=10, choices=Attendance.choices, default=Attendance.WAITING)
    answered_at = models.DateTimeField(_("answered"), null=True, blank=True)
    sequence = models.PositiveIntegerField(default=0)
    told = models.CharField(max_length=16, editable=False)
    sent_at = models.DateTimeField(_("sent"))
    withdrawn = models.BooleanField(_("withdrawn"), default=False)

    class Meta:
        verbose_name = _("invitation")
        verbose_name_plural = _("invitations")
        constraints = (models.UniqueConstraint(fields=("task", "email"), name="invited_once"),)

    def __str__(self) -> str:
        return f"{self.name} → {self.task}"
