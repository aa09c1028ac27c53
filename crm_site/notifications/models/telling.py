"""Tables of notifications: what people were told, how they want to be told, and what they follow."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from crm_site.notifications.choices import Channel
from crm_site.notifications.kinds import find_kind
from crm_site.notifications.querysets import FollowQuerySet, NotificationQuerySet
from crm_site.staff.models import User

if TYPE_CHECKING:
    from datetime import datetime


class Notification(models.Model):
    """One thing that one person is told; `words` fill the sentence of its kind in the reader's language.

    `in_bell` and `in_mail` are the channels its reader wanted when it happened.
    """

    recipient = models.ForeignKey(
        User, models.CASCADE, related_name="notifications", verbose_name=_("to"), db_index=False
    )
    kind = models.CharField(_("kind"), max_length=50)
    key = models.CharField(_("key"), max_length=150)
    url = models.CharField(_("address"), max_length=300)
    words: models.JSONField[Any, Any] = models.JSONField(_("words"), default=dict, blank=True)
    subject_kind = models.CharField(max_length=30, blank=True)
    subject_id = models.BigIntegerField(null=True, blank=True)
    actor = models.ForeignKey(User, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("by"))
    in_bell = models.BooleanField(_("in the bell"), default=True)
    in_mail = models.BooleanField(_("in the daily mail"), default=False)
    created_at: models.DateTimeField[Any, datetime] = models.DateTimeField(_("at"), db_default=Now(), editable=False)
    seen_at = models.DateTimeField(_("seen"), null=True, blank=True)
    read_at = models.DateTimeField(_("opened"), null=True, blank=True)

    objects = NotificationQuerySet.as_manager()

    class Meta:
        verbose_name = _("notification")
        verbose_name_plural = _("notifications")
        ordering = ("-id",)
        indexes = (
            models.Index(
                fields=("recipient",),
                name="notification_unseen",
                condition=models.Q(seen_at__isnull=True, in_bell=True),
            ),
            models.Index(fields=("recipient", "-id"), name="notification_latest"),
        )
        constraints = (models.UniqueConstraint(fields=("recipient", "key"), name="one_notification_per_key"),)

    def __str__(self) -> str:
        return self.sentence

    @property
    def sentence(self) -> str:
        """The notification as a sentence in the active language; its kind's code when the app is gone."""
        kind = find_kind(self.kind)
        return kind.say(self.words) if kind else self.kind

    @property
    def icon(self) -> str:
        """The icon of its kind."""
        kind = find_kind(self.kind)
        return kind.icon if kind else "bell"

    @property
    def is_unread(self) -> bool:
        """Tell whether its reader has not opened it yet."""
        return self.read_at is None


class ChannelChoice(models.Model):
    """What a person wants otherwise than by default: one kind on one channel, wanted or not."""

    user = models.ForeignKey(
        User, models.CASCADE, related_name="channel_choices", verbose_name=_("user"), db_index=False
    )
    kind = models.CharField(_("kind"), max_length=50)
    channel = models.CharField(_("channel"), max_length=5, choices=Channel.choices)
    wanted = models.BooleanField(_("wanted"))

    class Meta:
        verbose_name = _("choice of channel")
        verbose_name_plural = _("choices of channels")
        constraints = (models.UniqueConstraint(fields=("user", "kind", "channel"), name="one_choice_per_channel"),)

    def __str__(self) -> str:
        return f"{self.user_id}: {self.kind} {self.channel}"


class Follow(models.Model):
    """Somebody wants to hear what happens to a record."""

    user = models.ForeignKey(User, models.CASCADE, related_name="follows", verbose_name=_("user"), db_index=False)
    subject_kind = models.CharField(_("kind"), max_length=30)
    subject_id = models.BigIntegerField(_("record"))
    since_at: models.DateTimeField[Any, datetime] = models.DateTimeField(_("since"), auto_now_add=True)

    objects = FollowQuerySet.as_manager()

    class Meta:
        verbose_name = _("followed record")
        verbose_name_plural = _("followed records")
        indexes = (models.Index(fields=("subject_kind", "subject_id"), name="follow_subject"),)
        constraints = (models.UniqueConstraint(fields=("user", "subject_kind", "subject_id"), name="follow_once"),)

    def __str__(self) -> str:
        return f"{self.user_id}: {self.subject_kind} {self.subject_id}"
