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
