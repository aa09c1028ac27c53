"""Tasks, their series, and the feeds of calendars."""

import django.contrib.postgres.indexes
import django.core.validators
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import crm_site.staff.models
from crm_site.history.triggers import TrackTable

TASK, SERIES = "customers_task", "customers_taskseries"


class Migration(migrations.Migration):
    dependencies = [
        ("customers", "0003_customer_custom_customer_customer_custom"),
        ("history", "0002_origin"),
        ("staff", "0002_roles"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="CalendarFeed",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("token_digest", models.CharField(editable=False, max_length=64, unique=True)),
                ("created_at", models.DateTimeField(auto_now_add=True, verbose_name="created")),
                (
                    "user",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="calendar_feed",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="user",
                    ),
                ),
            ],
            options={
                "verbose_name": "calendar feed",
                "verbose_name_plural": "calendar feeds",
            },
        ),
        migrations.CreateModel(
            name="TaskSeries",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                ("created_at", models.DateTimeField(auto_now_add=True, verbose_name="created")),
                ("updated_at", models.DateTimeField(auto_now=True, verbose_name="changed")),
                (
                    "kind",
                    models.CharField(
                        choices=[("task", "Task"), ("call", "Call"), ("meeting", "Meeting")],
                        default="task",
                        max_length=10,
                        verbose_name="kind",
                    ),
                ),
                ("title", models.CharField(max_length=200, verbose_name="title")),
                ("note", models.TextField(blank=True, verbose_name="note")),
                ("subject_kind", models.CharField(blank=True, max_length=30)),
                ("subject_id", models.BigIntegerField(null=True)),
                ("all_day", models.BooleanField(default=False, verbose_name="all day")),
                (
                    "zone",
                    models.CharField(
                        default=crm_site.staff.models.default_time_zone,
                        max_length=50,
                        validators=[crm_site.staff.models.validate_time_zone],
                        verbose_name="time zone",
                    ),
                ),
                (
                    "duration",
                    models.PositiveIntegerField(
                        default=30,
                        help_text="How long it takes.",
                        validators=[django.core.validators.MaxValueValidator(10080)],
                        verbose_name="minutes",
                    ),
                ),
                (
                    "priority",
                    models.PositiveSmallIntegerField(
                        choices=[(1, "Low"), (2, "Normal"), (3, "High")], default=2, verbose_name="priority"
                    ),
                ),
                (
                    "remind_minutes",
                    models.PositiveIntegerField(
                        blank=True,
                        null=True,
                        validators=[django.core.validators.MaxValueValidator(86400)],
                        verbose_name="reminder",
                    ),
                ),
                ("place", models.CharField(blank=True, max_length=200, verbose_name="place")),
                ("rule", models.CharField(max_length=200, verbose_name="rule")),
                ("first_date", models.DateField(verbose_name="first day")),
                ("first_time", models.TimeField(blank=True, null=True, verbose_name="time")),
                ("last_number", models.PositiveIntegerField(default=1)),
                ("ended", models.BooleanField(default=False, verbose_name="ended")),
                (
                    "attendees",
                    models.ManyToManyField(
                        blank=True,
                        related_name="%(class)s_meetings",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="colleagues",
                    ),
                ),
                (
                    "customer",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        to="customers.customer",
                        verbose_name="customer",
                    ),
                ),
                (
                    "guests",
                    models.ManyToManyField(
                        blank=True, related_name="%(class)s_meetings", to="customers.customer", verbose_name="guests"
                    ),
                ),
                (
                    "owner",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="owner",
                    ),
                ),
                (
                    "team",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="staff.team",
                        verbose_name="team",
                    ),
                ),
            ],
            options={
                "verbose_name": "series of tasks",
                "verbose_name_plural": "series of tasks",
            },
        ),
        migrations.CreateModel(
            name="Task",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                ("created_at", models.DateTimeField(auto_now_add=True, verbose_name="created")),
                ("updated_at", models.DateTimeField(auto_now=True, verbose_name="changed")),
                (
                    "kind",
                    models.CharField(
                        choices=[("task", "Task"), ("call", "Call"), ("meeting", "Meeting")],
                        default="task",
                        max_length=10,
                        verbose_name="kind",
                    ),
                ),
                ("title", models.CharField(max_length=200, verbose_name="title")),
                ("note", models.TextField(blank=True, verbose_name="note")),
                ("subject_kind", models.CharField(blank=True, max_length=30)),
                ("subject_id", models.BigIntegerField(null=True)),
                ("all_day", models.BooleanField(default=False, verbose_name="all day")),
                (
                    "zone",
                    models.CharField(
                        default=crm_site.staff.models.default_time_zone,
                        max_length=50,
                        validators=[crm_site.staff.models.validate_time_zone],
                        verbose_name="time zone",
                    ),
                ),
                (
                    "duration",
                    models.PositiveIntegerField(
                        default=30,
                        help_text="How long it takes.",
                        validators=[django.core.validators.MaxValueValidator(10080)],
                        verbose_name="minutes",
                    ),
                ),
                (
                    "priority",
                    models.PositiveSmallIntegerField(
                        choices=[(1, "Low"), (2, "Normal"), (3, "High")], default=2, verbose_name="priority"
                    ),
                ),
                (
                    "remind_minutes",
                    models.PositiveIntegerField(
                        blank=True,
                        null=True,
                        validators=[django.core.validators.MaxValueValidator(86400)],
                        verbose_name="reminder",
                    ),
                ),
                ("place", models.CharField(blank=True, max_length=200, verbose_name="place")),
                ("number", models.PositiveIntegerField(blank=True, null=True)),
                ("due_date", models.DateField(verbose_name="day")),
                ("due_at", models.DateTimeField(verbose_name="due")),
                ("overdue_at", models.DateTimeField(editable=False)),
                ("remind_at", models.DateTimeField(blank=True, editable=False, null=True)),
                ("reminded_at", models.DateTimeField(blank=True, editable=False, null=True)),
                (
                    "state",
                    models.CharField(
                        choices=[("open", "Open"), ("done", "Done"), ("cancelled", "Cancelled")],
                        default="open",
                        max_length=10,
                        verbose_name="state",
                    ),
                ),
                ("done_at", models.DateTimeField(blank=True, null=True, verbose_name="done")),
                ("outcome", models.TextField(blank=True, verbose_name="outcome")),
                ("search_text", models.TextField(default="", editable=False)),
                (
                    "attendees",
                    models.ManyToManyField(
                        blank=True,
                        related_name="%(class)s_meetings",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="colleagues",
                    ),
                ),
                (
                    "customer",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        to="customers.customer",
                        verbose_name="customer",
                    ),
                ),
                (
                    "guests",
                    models.ManyToManyField(
                        blank=True, related_name="%(class)s_meetings", to="customers.customer", verbose_name="guests"
                    ),
                ),
                (
                    "owner",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="owner",
                    ),
                ),
                (
                    "team",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="staff.team",
                        verbose_name="team",
                    ),
                ),
                (
                    "series",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="tasks",
                        to="customers.taskseries",
                        verbose_name="series",
                    ),
                ),
            ],
            options={
                "verbose_name": "task",
                "verbose_name_plural": "tasks",
            },
        ),
        migrations.AddIndex(
            model_name="taskseries",
            index=models.Index(condition=models.Q(("ended", False)), fields=["id"], name="taskseries_running"),
        ),
        migrations.AddIndex(
            model_name="task",
            index=models.Index(fields=["due_at", "id"], name="task_due"),
        ),
        migrations.AddIndex(
            model_name="task",
            index=models.Index(fields=["owner", "due_at", "id"], name="task_owner_due"),
        ),
        migrations.AddIndex(
            model_name="task",
            index=models.Index(fields=["priority", "id"], name="task_priority"),
        ),
        migrations.AddIndex(
            model_name="task",
            index=models.Index(fields=["owner", "priority", "id"], name="task_owner_priority"),
        ),
        migrations.AddIndex(
            model_name="task",
            index=models.Index(fields=["customer", "state", "due_at"], name="task_customer"),
        ),
        migrations.AddIndex(
            model_name="task",
            index=models.Index(
                condition=models.Q(("state", "open")), fields=["owner", "overdue_at"], name="task_overdue"
            ),
        ),
        migrations.AddIndex(
            model_name="task",
            index=models.Index(
                condition=models.Q(("remind_at__isnull", False), ("reminded_at__isnull", True), ("state", "open")),
                fields=["remind_at", "id"],
                name="task_reminder",
            ),
        ),
        migrations.AddIndex(
            model_name="task",
            index=models.Index(condition=models.Q(("all_day", True)), fields=["due_date"], name="task_whole_day"),
        ),
        migrations.AddIndex(
            model_name="task",
            index=models.Index(fields=["team"], name="task_team"),
        ),
        migrations.AddIndex(
            model_name="task",
            index=django.contrib.postgres.indexes.GinIndex(
                fields=["search_text"], name="task_search", opclasses=("gin_trgm_ops",)
            ),
        ),
        migrations.AddConstraint(
            model_name="task",
            constraint=models.UniqueConstraint(fields=("series", "number"), name="task_occurrence_once"),
        ),
        TrackTable(SERIES),
        TrackTable("customers_taskseries_attendees", root="taskseries_id", root_table=SERIES),
        TrackTable("customers_taskseries_guests", root="taskseries_id", root_table=SERIES),
        TrackTable(TASK),
        TrackTable("customers_task_attendees", root="task_id", root_table=TASK),
        TrackTable("customers_task_guests", root="task_id", root_table=TASK),
        TrackTable("customers_calendarfeed"),
    ]
