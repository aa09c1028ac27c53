"""Fixed vocabularies of assignment."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Method(models.TextChoices):
    """How a rule chooses among the people who are available."""

    ROUND_ROBIN = "round_robin", _("In turn")
    LEAST_OPEN = "least_open", _("Fewest open")
    WEIGHTED = "weighted", _("By weight")


class Reason(models.TextChoices):
    """Why a record went to somebody, or to nobody."""

    CHOSEN = "chosen", _("By rule")
    NO_RESPONSE = "no_response", _("No response in time")
    NOBODY = "nobody", _("Nobody available")
    NO_RULE = "no_rule", _("No rule fits")
    CLAIMED = "claimed", _("Claimed")
    RELEASED = "released", _("Given back")
    RETURNED = "returned", _("Left alone for too long")
    BY_HAND = "by_hand", _("By hand")


class Standing(models.TextChoices):
    """Whether somebody can be given work now."""

    READY = "ready", _("available")
    OFF = "off", _("takes no work")
    ABSENT = "absent", _("absent")
    CLOSED = "closed", _("outside working hours")
    FULL = "full", _("at capacity")
    FORMER = "former", _("had it before")
