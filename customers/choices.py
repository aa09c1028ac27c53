"""Fixed vocabularies of customers."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


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


class HealthState(models.TextChoices):
    """What a health score means for the work of today."""

    GOOD = "good", _("Healthy")
    WATCH = "watch", _("Keep an eye on")
    RISK = "risk", _("At risk")


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

    OPEN = "open", pgettext_lazy("task", "Open")
    DONE = "done", _("Done")
    CANCELLED = "cancelled", _("Cancelled")


class Attendance(models.TextChoices):
    """What somebody answers to an invitation."""

    WAITING = "waiting", _("No answer yet")
    ACCEPTED = "accepted", _("Comes")
    TENTATIVE = "tentative", _("Perhaps")
    DECLINED = "declined", _("Does not come")


class Priority(models.IntegerChoices):
    """How much a task presses; larger numbers press more."""

    LOW = 1, _("Low")
    NORMAL = 2, _("Normal")
    HIGH = 3, _("High")


class Gender(models.TextChoices):
    """What a person says of their gender."""

    FEMALE = "female", _("Female")
    MALE = "male", _("Male")
    OTHER = "other", _("Other gender")


class BuyingRole(models.TextChoices):
    """What part a person plays when their organisation decides."""

    DECISION_MAKER = "decision_maker", _("Decision maker")
    BUYER = "buyer", _("Buyer")
    USER = "user", _("User")
    INFLUENCER = "influencer", _("Influencer")
    GATEKEEPER = "gatekeeper", _("Gatekeeper")
    FINANCE = "finance", _("Finance")
    OTHER = "other", _("Other role")


class PlaceLabel(models.TextChoices):
    """Where a number or an address leads."""

    WORK = "work", _("Work")
    HOME = "home", _("Home")
    MOBILE = "mobile", _("Mobile")
    BILLING = "billing", _("Billing")
    DELIVERY = "delivery", _("Delivery")
    OTHER = "other", _("Something else")


class Channel(models.TextChoices):
    """Ways of writing to somebody or calling them."""

    EMAIL = "email", _("E-mail")
    PHONE = "phone", _("Phone call")
    SMS = "sms", _("SMS")
    WECHAT = "wechat", _("WeChat")
    POST = "post", _("Post")


class Purpose(models.TextChoices):
    """What somebody is contacted for."""

    MARKETING = "marketing", _("Marketing")
    NEWSLETTER = "newsletter", _("Newsletter")
    SURVEY = "survey", _("Surveys")
    PROFILING = "profiling", _("Personalised offers")
    SERVICE = "service", _("Orders and service")


class ConsentState(models.TextChoices):
    """What an entry of the consent ledger says."""

    GIVEN = "given", _("Given")
    REFUSED = "refused", _("Refused")
    WITHDRAWN = "withdrawn", _("Withdrawn")


class LawfulBasis(models.TextChoices):
    """What allows the processing: Article 6 of the GDPR, Article 13 of the PIPL."""

    CONSENT = "consent", _("Consent")
    CONTRACT = "contract", _("Contract")
    LEGITIMATE_INTEREST = "legitimate_interest", _("Legitimate interest")
    LEGAL_OBLIGATION = "legal_obligation", _("Legal obligation")


class ConsentSource(models.TextChoices):
    """Where a word about consent was said."""

    FORM = "form", _("Web form")
    PHONE = "phone", _("On the phone")
    MAIL = "mail", _("By mail")
    MEETING = "meeting", _("In a conversation")
    PAPER = "paper", _("On paper")
    PORTAL = "portal", _("Customer portal")
    IMPORT = "import", _("Import")
    API = "api", _("API")


class Direction(models.TextChoices):
    """Who began a call, a mail or a chat."""

    OUT = "out", _("Outgoing")
    IN = "in", _("Incoming")


class CallOutcome(models.TextChoices):
    """What came of a call."""

    REACHED = "reached", _("Reached")
    NOT_REACHED = "not_reached", _("Not reached")
    MESSAGE = "message", _("Left a message")
    BUSY = "busy", _("Line busy")
    WRONG_NUMBER = "wrong", _("Wrong number")


class ChatChannel(models.TextChoices):
    """Where a chat took place."""

    WECHAT = "wechat", _("WeChat")
    WECOM = "wecom", _("WeCom")
    WHATSAPP = "whatsapp", _("WhatsApp")
    SMS = "sms", _("Text message")
    OTHER = "other", _("Other")


class TalkKind(models.TextChoices):
    """What people write on a timeline by hand."""

    NOTE = "note", _("Note")
    CALL = "call", _("Call")
    MEETING = "meeting", _("Meeting")
    MAIL = "mail", _("Mail")
    CHAT = "chat", _("Chat")


# Why a calendar file is no answer to an invitation.
REPLY_PROBLEMS = {
    "unreadable": _("This is not a calendar file."),
    "no_reply": _("This file answers no invitation."),
    "stranger": _("This file answers an invitation that was not sent from this meeting."),
    "outdated": _("This answer is to an earlier time of the meeting."),
}
