"""The timeline: one stream of entries per customer, written once when things happen."""

from __future__ import annotations

from typing import Any, ClassVar

from django.conf import settings
from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from crm_site.events.verbs import VERBS, Verb
from crm_site.history.tracking import Tracking
from customers.choices import CallOutcome, ChatChannel, Direction
from customers.constants import OWN_VERBS, WRITTEN_VERBS
from customers.models.customer import Customer
from customers.querysets import ActivityQuerySet

MAX_MINUTES = 24 * 60


class Activity(models.Model):
    """One entry. `verb` is registered with its sentence; `data` fills the sentence; `body` is what people wrote.

    What people write by hand is a note, a call, a meeting, a mail or a chat, told by the verb; the columns from
    `direction` on say more about it. A reply has the entry it answers as its `thread` and stands under it.
    """

    access_module = "customers"

    history: ClassVar[Tracking] = Tracking(
        root="customer",
        hidden=("verb", "data", "subject_kind", "subject_id", "actor_id", "thread_id", "edited_at"),
        many=("attendees", "guests"),
        derived="actor_id IS NULL AND starts_with(verb, 'customer.stage_')",
    )

    customer = models.ForeignKey(Customer, models.CASCADE, related_name="activities", db_index=False)
    verb = models.CharField(_("verb"), max_length=40)
    occurred_at = models.DateTimeField(_("at"))
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("by"),
    )
    subject_kind = models.CharField(max_length=30, blank=True)
    subject_id = models.BigIntegerField(null=True)
    data: models.JSONField[Any, Any] = models.JSONField(default=dict)
    body = models.TextField(_("text"), blank=True)
    thread = models.ForeignKey(
        "self",
        models.CASCADE,
        null=True,
        blank=True,
        related_name="replies",
        db_index=False,
        editable=False,
        verbose_name=_("answers"),
    )
    title = models.CharField(_("subject"), max_length=200, blank=True, default="", db_default="")
    direction = models.CharField(
        _("direction"), max_length=3, choices=Direction.choices, blank=True, default="", db_default=""
    )
    outcome = models.CharField(
        _("outcome"), max_length=11, choices=CallOutcome.choices, blank=True, default="", db_default=""
    )
    channel = models.CharField(
        _("channel"), max_length=8, choices=ChatChannel.choices, blank=True, default="", db_default=""
    )
    minutes = models.PositiveSmallIntegerField(
        _("minutes"), null=True, blank=True, validators=[MaxValueValidator(MAX_MINUTES)]
    )
    place = models.CharField(_("place"), max_length=200, blank=True, default="", db_default="")
    attendees = models.ManyToManyField(
        settings.AUTH_USER_MODEL, blank=True, related_name="+", verbose_name=_("colleagues")
    )
    guests = models.ManyToManyField(Customer, blank=True, related_name="met_in", verbose_name=_("people there"))
    edited_at = models.DateTimeField(_("edited"), null=True, blank=True, editable=False)
    version = models.PositiveSmallIntegerField(default=1, db_default=1, editable=False)

    objects = ActivityQuerySet.as_manager()

    class Meta:
        verbose_name = _("timeline entry")
        verbose_name_plural = _("timeline entries")
        indexes = (
            models.Index(fields=("customer", "-occurred_at", "-id"), name="activity_stream"),
            models.Index(fields=("subject_kind", "subject_id"), name="activity_subject"),
            # Most entries are the system's: the filters by kind and by person read narrow indexes of their own.
            models.Index(
                fields=("customer", "verb", "-occurred_at", "-id"),
                name="activity_written",
                condition=Q(verb__in=WRITTEN_VERBS),
            ),
            models.Index(
                fields=("customer", "actor", "-occurred_at", "-id"),
                name="activity_writer",
                condition=Q(actor__isnull=False),
            ),
            models.Index(fields=("thread", "-id"), name="activity_thread", condition=Q(thread__isnull=False)),
        )

    def __str__(self) -> str:
        return self.sentence

    def get_absolute_url(self) -> str:
        """Return the address of the page whose timeline it stands on."""
        return self.customer.get_absolute_url()

    @property
    def owner_id(self) -> int | None:
        """Whose customer it is about: who sees it in the trash sees it by that."""
        return self.customer.owner_id

    @property
    def team_id(self) -> int | None:
        """Whose team's customer it is about."""
        return self.customer.team_id

    @property
    def definition(self) -> Verb | None:
        """The registered verb, or None when its app is gone."""
        return VERBS.get(self.verb)

    @property
    def sentence(self) -> str:
        """The entry as a sentence in the active language."""
        return self.definition.say(self.data) if self.definition else self.verb

    @property
    def is_written(self) -> bool:
        """Tell whether people wrote it by hand, so that its writer may change it."""
        return self.verb in OWN_VERBS

    @property
    def kind(self) -> str:
        """Which kind of what people write by hand it is; empty for all else."""
        return self.verb.partition(".")[2] if self.verb in WRITTEN_VERBS else ""

    @property
    def link(self) -> str:
        """Where the entry leads, or an empty text."""
        if self.definition is None or self.definition.link is None or self.subject_id is None:
            return ""
        return self.definition.link({"subject_id": self.subject_id, **self.data})
