"""Factories of notifications and of what goes out."""

import datetime as dt
import io

import factory
from django.utils import timezone
from PIL import Image

from crm_site.files.keeping import keep, path_of, thumbnail_of
from crm_site.files.models import Attachment
from crm_site.files.thumbnails import draw_thumbnail
from crm_site.mail.models import OutgoingMail
from crm_site.notifications.models import ChannelChoice, Digest, DigestHour, Follow, Notification, Robot, RobotPost
from tests.factories.staff import UserFactory


class NotificationFactory(factory.django.DjangoModelFactory):
    """A new one in the bell, about a mention."""

    class Meta:
        model = Notification

    recipient = factory.SubFactory(UserFactory)
    kind = "customer.mention"
    key = factory.Sequence(lambda number: f"key-{number}")
    url = "/"
    words = factory.LazyFunction(lambda: {"by": "Olga", "customer": "Ada"})


class ChannelChoiceFactory(factory.django.DjangoModelFactory):
    """Somebody who does not want to hear of mentions."""

    class Meta:
        model = ChannelChoice

    user = factory.SubFactory(UserFactory)
    kind = "customer.mention"
    channel = "bell"
    wanted = False


class FollowFactory(factory.django.DjangoModelFactory):
    """Somebody who follows a customer."""

    class Meta:
        model = Follow

    user = factory.SubFactory(UserFactory)
    subject_kind = "customer"
    subject_id = factory.Sequence(lambda number: number + 1)


class DigestHourFactory(factory.django.DjangoModelFactory):
    """Somebody who gets the daily mail at eight."""

    class Meta:
        model = DigestHour

    user = factory.SubFactory(UserFactory)
    hour = 8


class DigestFactory(factory.django.DjangoModelFactory):
    """A mail of a day."""

    class Meta:
        model = Digest

    user = factory.SubFactory(UserFactory)
    day = factory.Sequence(lambda number: dt.date(2026, 1, 1) + dt.timedelta(days=number))


class RobotFactory(factory.django.DjangoModelFactory):
    """A robot of a person's own Slack."""

    class Meta:
        model = Robot

    name = factory.Sequence(lambda number: f"Robot {number}")
    kind = "slack"
    url = "https://hooks.slack.com/services/T/B/secret"
    user = factory.SubFactory(UserFactory)


class RobotPostFactory(factory.django.DjangoModelFactory):
    """A post that waits."""

    class Meta:
        model = RobotPost

    robot = factory.SubFactory(RobotFactory)
    notification = factory.SubFactory(NotificationFactory)
    key = factory.LazyAttribute(lambda one: one.notification.key)


class OutgoingMailFactory(factory.django.DjangoModelFactory):
    """A mail that waits."""

    class Meta:
        model = OutgoingMail

    source = factory.Sequence(lambda number: f"source-{number}")
    recipient = "olga@crm.example"
    subject = "News"
    text = "Words"


def png(width: int = 8, height: int = 8) -> bytes:
    """Return a small blue picture."""
    kept = io.BytesIO()
    Image.new("RGB", (width, height), (52, 82, 199)).save(kept, "PNG")
    return kept.getvalue()


class AttachmentFactory(factory.django.DjangoModelFactory):
    """A picture of a customer, with its bytes and its thumbnail."""

    class Meta:
        model = Attachment

    subject_kind = "customer"
    subject_id = factory.Sequence(lambda number: number + 1)
    name = "picture.png"
    sha256 = factory.LazyFunction(lambda: keep([png()]).sha256)
    size = factory.LazyFunction(lambda: len(png()))
    content_type = "image/png"
    prepared_at = factory.LazyFunction(timezone.now)
    has_thumbnail = factory.LazyAttribute(lambda one: draw_thumbnail(path_of(one.sha256), thumbnail_of(one.sha256)))
