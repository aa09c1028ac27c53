"""Calls, meetings, mails and chats on the timeline, and answers to entries."""

import django.core.validators
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from crm_site.history.triggers import TrackTable

ACTIVITY = "customers_activity"
WRITTEN = ("customer.note", "customer.call", "customer.meeting", "customer.mail", "customer.chat")


class Migration(migrations.Migration):
    dependencies = [
        ("customers", "0006_contacts_and_consents"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="activity",
            name="attendees",
            field=models.ManyToManyField(
                blank=True, related_name="+", to=settings.AUTH_USER_MODEL, verbose_name="colleagues"
            ),
        ),
        migrations.AddField(
            model_name="activity",
            name="guests",
            field=models.ManyToManyField(
                blank=True, related_name="met_in", to="customers.customer", verbose_name="people there"
            ),
        ),
        migrations.AddField(
            model_name="activity",
            name="thread",
            field=models.ForeignKey(
                blank=True,
                db_index=False,
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="replies",
                to="customers.activity",
                verbose_name="answers",
            ),
        ),
        migrations.AddField(
            model_name="activity",
            name="title",
            field=models.CharField(blank=True, db_default="", default="", max_length=200, verbose_name="subject"),
        ),
        migrations.AddField(
            model_name="activity",
            name="direction",
            field=models.CharField(
                blank=True,
                choices=[("out", "Outgoing"), ("in", "Incoming")],
                db_default="",
                default="",
                max_length=3,
                verbose_name="direction",
            ),
        ),
        migrations.AddField(
            model_name="activity",
            name="outcome",
            field=models.CharField(
                blank=True,
                choices=[
                    ("reached", "Reached"),
                    ("not_reached", "Not reached"),
                    ("message", "Left a message"),
                    ("busy", "Line busy"),
                    ("wrong", "Wrong number"),
                ],
                db_default="",
                default="",
                max_length=11,
                verbose_name="outcome",
            ),
        ),
        migrations.AddField(
            model_name="activity",
            name="channel",
            field=models.CharField(
                blank=True,
                choices=[
                    ("wechat", "WeChat"),
                    ("wecom", "WeCom"),
                    ("whatsapp", "WhatsApp"),
                    ("sms", "Text message"),
                    ("other", "Other"),
                ],
                db_default="",
                default="",
                max_length=8,
                verbose_name="channel",
            ),
        ),
        migrations.AddField(
            model_name="activity",
            name="minutes",
            field=models.PositiveSmallIntegerField(
                blank=True,
                null=True,
                validators=[django.core.validators.MaxValueValidator(1440)],
                verbose_name="minutes",
            ),
        ),
        migrations.AddField(
            model_name="activity",
            name="place",
            field=models.CharField(blank=True, db_default="", default="", max_length=200, verbose_name="place"),
        ),
        migrations.AddField(
            model_name="activity",
            name="edited_at",
            field=models.DateTimeField(blank=True, editable=False, null=True, verbose_name="edited"),
        ),
        migrations.AddField(
            model_name="activity",
            name="version",
            field=models.PositiveSmallIntegerField(db_default=1, default=1, editable=False),
        ),
        migrations.AddIndex(
            model_name="activity",
            index=models.Index(
                condition=models.Q(("verb__in", WRITTEN)),
                fields=["customer", "verb", "-occurred_at", "-id"],
                name="activity_written",
            ),
        ),
        migrations.AddIndex(
            model_name="activity",
            index=models.Index(
                condition=models.Q(("actor__isnull", False)),
                fields=["customer", "actor", "-occurred_at", "-id"],
                name="activity_writer",
            ),
        ),
        migrations.AddIndex(
            model_name="activity",
            index=models.Index(
                condition=models.Q(("thread__isnull", False)), fields=["thread", "-id"], name="activity_thread"
            ),
        ),
        TrackTable("customers_activity_attendees", root="activity_id", root_table=ACTIVITY),
        TrackTable("customers_activity_guests", root="activity_id", root_table=ACTIVITY),
    ]
