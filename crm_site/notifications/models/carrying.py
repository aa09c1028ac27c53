"""Tables of what is carried further: the daily mail, and posts by team-chat robots."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from crm_site.mail.choices import SendingState
from crm_site.mail.models import Outgoing
from crm_site.notifications.choices import RobotKind
from crm_site.notifications.models.telling import Notification
from crm_site.notifications.querysets import RobotQuerySet
from crm_site.notifications.robots.addresses import read_target
from crm_site.staff.models import Team, User

if TYPE_CHECKING:
    from datetime import datetime


class DigestHour(models.Model):
    """The hour of their own day at which somebody gets the daily mail; without a row there is none."""

    user = models.OneToOneField(User, models.CASCADE, primary_key=True, related_name="digest_hour")
    hour = models.PositiveSmallIntegerField(_("hour"), validators=[MaxValueValidator(23)])

    class Meta:
        verbose_name = _("hour of the daily mail")
        verbose_name_plural = _("hours of the daily mail")
        constraints = (models.CheckConstraint(condition=models.Q(hour__lte=23), name="digest_hour_of_a_day"),)

    def __str__(self) -> str:
        return f"{self.user_id}: {self.hour}:00"


class Digest(models.Model):
    """One daily mail: at most one for each person and day of theirs; `upto` is the last notification it tells."""

    user = models.ForeignKey(User, models.CASCADE, related_name="digests", verbose_name=_("to"), db_index=False)
    day = models.DateField(_("day"))
    upto = models.BigIntegerField(_("up to"), default=0)
    count = models.PositiveIntegerField(_("notifications"), default=0)
    made_at: models.DateTimeField[Any, datetime] = models.DateTimeField(_("at"), auto_now_add=True)

    class Meta:
        verbose_name = _("daily mail")
        verbose_name_plural = _("daily mails")
        constraints = (models.UniqueConstraint(fields=("user", "day"), name="one_digest_a_day"),)

    def __str__(self) -> str:
        return f"{self.user_id}: {self.day}"


class Robot(models.Model):
    """An address at which a team chat takes messages, for one person or one team; the address is a secret itself."""

    access_module = "setup"

    name = models.CharField(_("name"), max_length=100)
    kind = models.CharField(_("team chat"), max_length=10, choices=RobotKind.choices)
    url = models.CharField(_("address"), max_length=500)
    secret = models.CharField(_("signing secret"), max_length=200, blank=True)
    team = models.ForeignKey(
        Team, models.CASCADE, null=True, blank=True, related_name="robots", verbose_name=_("for the team")
    )
    user = models.ForeignKey(
        User, models.CASCADE, null=True, blank=True, related_name="robots", verbose_name=_("for the person")
    )
    language = models.CharField(
        _("language"), max_length=10, choices=settings.LANGUAGES, default=settings.LANGUAGE_CODE
    )
    is_active = models.BooleanField(_("active"), default=True)

    objects = RobotQuerySet.as_manager()

    class Meta:
        verbose_name = _("team-chat robot")
        verbose_name_plural = _("team-chat robots")
        constraints = (
            models.CheckConstraint(
                condition=models.Q(team=None, user__isnull=False) | models.Q(team__isnull=False, user=None),
                name="robot_of_a_team_or_a_person",
                violation_error_message=_("A robot is either for a team or for a person."),
            ),
        )

    def __str__(self) -> str:
        return self.name

    def clean_fields(self, exclude: Any = None) -> None:
        """Refuse addresses that this site does not call."""
        super().clean_fields(exclude)
        try:
            read_target(self.url)
        except ValidationError as error:
            raise ValidationError({"url": error.messages}) from error


class RobotPost(Outgoing):
    """One notification for one robot, which posts it once however many of a team's people are told of it."""

    robot = models.ForeignKey(Robot, models.CASCADE, related_name="posts", verbose_name=_("robot"), db_index=False)
    notification = models.ForeignKey(Notification, models.CASCADE, related_name="posts", verbose_name=_("notification"))
    key = models.CharField(_("key"), max_length=150)

    class Meta:
        verbose_name = _("post of a robot")
        verbose_name_plural = _("posts of robots")
        indexes = (
            models.Index(fields=("due_at", "id"), name="post_due", condition=models.Q(state=SendingState.QUEUED)),
            models.Index(fields=("claimed_at",), name="post_taken", condition=models.Q(state=SendingState.SENDING)),
        )
        constraints = (models.UniqueConstraint(fields=("robot", "key"), name="one_post_per_key"),)

    def __str__(self) -> str:
        return f"{self.robot_id}: {self.key}"
