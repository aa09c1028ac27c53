"""Tables of notifications."""

from crm_site.notifications.models.carrying import Digest, DigestHour, Robot, RobotPost
from crm_site.notifications.models.telling import ChannelChoice, Follow, Notification

__all__ = ["ChannelChoice", "Digest", "DigestHour", "Follow", "Notification", "Robot", "RobotPost"]
