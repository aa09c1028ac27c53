"""Fixed vocabularies of customers."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class CustomerKind(models.TextChoices):
    """What a customer is."""

    PERSON = "person", _("Person")
    ORGANISATION = "organisation", _("Organisation")


class Stage(models.TextChoices):
    """Where a customer stands in its life with us."""

    PROSPECT = "prospect", _("Prospect")
    NEW = "new", _("New")
    RETURNING = "returning", _("Returning")
    LOYAL = "loyal", _("Loyal")
    CHURNED = "churned", _("Churned")


class ContactKind(models.TextChoices):
    """Ways to reach somebody."""

    EMAIL = "email", _("E-mail")
    PHONE = "phone", _("Phone")
    WECHAT = "wechat", _("WeChat")
    OTHER = "other", _("Other")


class Tier(models.TextChoices):
    """Share of the customers' lifetime value, from the largest down."""

    HIGH = "high", _("High value")
    MEDIUM = "medium", _("Medium value")
    LOW = "low", _("Low value")


class RfmSegment(models.TextChoices):
    """Named segments over recency and frequency scores; together they cover every pair."""

    CHAMPION = "champion", _("Champion")
    LOYAL = "loyal", _("Loyal")
    POTENTIAL_LOYALIST = "potential_loyalist", _("Potential loyalist")
    NEW = "new", _("New")
    PROMISING = "promising", _("Promising")
    NEED_ATTENTION = "need_attention", _("Need attention")
    ABOUT_TO_SLEEP = "about_to_sleep", _("About to sleep")
    CANT_LOSE = "cant_lose", _("Can't lose")
    AT_RISK = "at_risk", _("At risk")
    HIBERNATING = "hibernating", _("Hibernating")


class SegmentKind(models.TextChoices):
    """How a segment knows who belongs to it."""

    DYNAMIC = "dynamic", _("By rule")
    STATIC = "static", _("Picked by hand")


class MoveCause(models.TextChoices):
    """Why a customer went to another stage."""

    RULE = "rule", _("Rule")
    PERSON = "person", _("Decision")
    EXPIRY = "expiry", _("End of a decision")


class TaskKind(models.TextChoices):
    """What is to be done."""

    TASK = "task", _("Task")
    CALL = "call", _("Call")
    MEETING = "meeting", _("Meeting")


class TaskState(models.TextChoices):
    """Where a task stands."""

    OPEN = "open", _("Open")
    DONE = "done", _("Done")
    CANCELLED = "cancelled", _("Cancelled")


class Priority(models.IntegerChoices):
    """How much a task presses; larger numbers press more."""

    LOW = 1, _("Low")
    NORMAL = 2, _("Normal")
    HIGH = 3, _("High")
