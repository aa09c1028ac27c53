"""Mails that carry a meeting."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("mail", "0001_initial")]

    operations = [
        migrations.AddField(
            "outgoingmail",
            "calendar",
            models.TextField(
                "calendar file",
                blank=True,
                db_default="",
                default="",
                help_text="A meeting as iCalendar, with its METHOD.",
            ),
        ),
    ]
