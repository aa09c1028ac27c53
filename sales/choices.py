"""Fixed vocabularies of sales."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class OrderKind(models.TextChoices):
    """An order, or a credit document (return, refund), which counts negative on its own date."""

    ORDER = "order", _("Order")
    CREDIT = "credit", _("Credit")


class OrderStatus(models.TextChoices):
    """Where an order stands; a cancelled one counts nowhere."""

    PLACED = "placed", _("Placed")
    COMPLETED = "completed", _("Completed")
    CANCELLED = "cancelled", _("Cancelled")


class PaymentMethod(models.TextChoices):
    """How money came in."""

    TRANSFER = "transfer", _("Bank transfer")
    CARD = "card", _("Card")
    WECHAT = "wechat", _("WeChat Pay")
    ALIPAY = "alipay", _("Alipay")
    CASH = "cash", _("Cash")
    OTHER = "other", _("Other")


class DealStatus(models.TextChoices):
    """Whether an opportunity is still being worked on, and how it ended."""

    OPEN = "open", _("Open")
    WON = "won", _("Won")
    LOST = "lost", _("Lost")


class ForecastCategory(models.TextChoices):
    """How sure its owner is that an open opportunity will be won in its period."""

    PIPELINE = "pipeline", _("Pipeline")
    BEST_CASE = "best_case", _("Best case")
    COMMIT = "commit", _("Commit")
    OMITTED = "omitted", _("Omitted")


class ForecastLevel(models.TextChoices):
    """The rows of a forecast, from sure to hoped for: each one includes those before it."""

    WON = "won", _("Closed won")
    COMMIT = "commit", _("Commit")
    BEST_CASE = "best_case", _("Best case")
    PIPELINE = "pipeline", _("Pipeline")


class ReasonKind(models.TextChoices):
    """What a reason explains."""

    WON = "won", _("Won")
    LOST = "lost", _("Lost")
    DISQUALIFIED = "disqualified", _("Disqualified")


class ChangeKind(models.TextChoices):
    """What happened to an opportunity, as its ledger tells it."""

    CREATED = "created", _("Created")
    MOVED = "moved", _("Stage changed")
    WON = "won", _("Won")
    LOST = "lost", _("Lost")
    REOPENED = "reopened", _("Reopened")
    AMOUNT = "amount", _("Amount changed")
    SLIPPED = "slipped", _("Pushed back")
    PULLED = "pulled", _("Brought forward")
    GIVEN = "given", _("Given away")
    TAKEN = "taken", _("Taken over")


class DealHealth(models.TextChoices):
    """What an opportunity wants; an ended one wants nothing."""

    OVERDUE = "overdue", _("Overdue")
    STALLED = "stalled", _("Stalled")
    NO_STEP = "no_step", _("No next step")
    ON_TRACK = "on_track", _("On track")
    WON = "won", _("Won")
    LOST = "lost", _("Lost")

    @property
    def tone(self) -> str:
        """The colour and shape of the word."""
        tones = {"overdue": "bad", "stalled": "warn", "no_step": "warn", "lost": "flat"}
        return tones.get(self.value, "good")


class LeadStatus(models.TextChoices):
    """How far an enquiry has come."""

    NEW = "new", _("New")
    CONTACTED = "contacted", _("Contacted")
    QUALIFIED = "qualified", _("Qualified")
    CONVERTED = "converted", _("Converted")
    DISQUALIFIED = "disqualified", _("Disqualified")


# What is still being worked on.
LIVE_LEADS = (LeadStatus.NEW, LeadStatus.CONTACTED, LeadStatus.QUALIFIED)


class LeadGrade(models.TextChoices):
    """How promising an enquiry is, by its score."""

    HOT = "hot", _("Hot")
    WARM = "warm", _("Warm")
    COLD = "cold", _("Cold")


class LeadChannel(models.TextChoices):
    """Which way an enquiry came in."""

    FORM = "form", _("Web form")
    MANUAL = "manual", _("By hand")
    IMPORT = "import", _("File")
    API = "api", _("API")
    AD = "ad", _("Ad or social network")
    EVENT = "event", _("Event or business card")


class Fading(models.TextChoices):
    """From which moment on the points of a rule fade."""

    RECEIVED = "received", _("the enquiry")
    TOUCHED = "touched", _("the last sign of work")


class NeedStatus(models.TextChoices):
    """How far a customer's need has come."""

    STATED = "stated", _("Stated")
    CONFIRMED = "confirmed", _("Confirmed")
    ADDRESSED = "addressed", _("Addressed")
    DECLINED = "declined", _("Declined")

    @property
    def tone(self) -> str:
        """The colour and shape of the word."""
        return {"stated": "warn", "declined": "flat"}.get(self.value, "good")


# What something is still to be done about.
LIVE_NEEDS = (NeedStatus.STATED, NeedStatus.CONFIRMED)


class NeedPriority(models.TextChoices):
    """How much a need matters to the customer."""

    LOW = "low", _("Low")
    NORMAL = "normal", _("Normal")
    HIGH = "high", _("High")
