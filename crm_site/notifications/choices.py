"""Fixed vocabularies of notifications."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Channel(models.TextChoices):
    """The ways in which somebody hears of a thing."""

    BELL = "bell", _("Bell")
    MAIL = "mail", _("Daily mail")
    ROBOT = "robot", _("Team chat")


class RobotKind(models.TextChoices):
    """The team chats that take messages at an address."""

    WECOM = "wecom", _("WeCom")
    DINGTALK = "dingtalk", _("DingTalk")
    FEISHU = "feishu", _("Feishu")
    SLACK = "slack", "Slack"  # a name that is the same everywhere
