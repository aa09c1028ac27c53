"""Invitations to meetings."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from crm_site.history.triggers import TrackTable


class Migration(migrations.Migration):
    dependencies = [("customers", "0009_health"), migrations.swappable_dependency(settings.AUTH_USER_MODEL)]

    operations = [
        migrations.CreateModel(
            name="Invitation",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=200, verbose_name="name")),
                ("email", models.EmailField(max_length=254, verbose_name="e-mail")),
                (
                    "answer",
                    models.CharField(
                        choices=[
                            ("waiting", "No answer yet"),
                            ("accepted", "Comes"),
                            ("tentative", "Perhaps"),
                            ("declined", "Does not come"),
                        ],
                        default="waiting",
                        max_length=10,
                        verbose_name="answer",
                    ),
                ),
                ("answered_at", models.DateTimeField(blank=True, null=True, verbose_name="answered")),
                ("sequence", models.PositiveIntegerField(default=0)),
                ("told", models.CharField(editable=False, max_length=16)),
                ("sent_at", models.DateTimeField(verbose_name="sent")),
                ("withdrawn", models.BooleanField(default=False, verbose_name="withdrawn")),
                (
                    "guest",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="customers.customer",
                        verbose_name="guest",
                    ),
                ),
                (
                    "task",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="invitations",
                        to="customers.task",
                        verbose_name="meeting",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="colleague",
                    ),
                ),
            ],
            options={"verbose_name": "invitation", "verbose_name_plural": "invitations"},
        ),
        migrations.AddConstraint("invitation", models.UniqueConstraint(fields=("task", "email"), name="invited_once")),
        TrackTable("customers_invitation", root="task_id", root_table="customers_task"),
    ]
