"""Segments, the lifecycle's rules, and who moved."""

from typing import Any

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from crm_site.history.triggers import TrackTable
from customers.constants import LIFECYCLE

CUSTOMER = "customers_customer"


def write_rules(apps: Any, schema_editor: Any) -> None:
    """Let the lifecycle begin with the rules of the house."""
    model = apps.get_model("customers", "LifecycleRule")
    for position, (stage, root) in enumerate(LIFECYCLE, 1):
        model.objects.create(stage=stage, rule={"version": 1, "root": root}, position=position)


class Migration(migrations.Migration):
    dependencies = [
        ("customers", "0004_tasks"),
        ("staff", "0002_roles"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Segment",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                ("created_at", models.DateTimeField(auto_now_add=True, verbose_name="created")),
                ("updated_at", models.DateTimeField(auto_now=True, verbose_name="changed")),
                ("name", models.CharField(max_length=100, unique=True, verbose_name="name")),
                (
                    "description",
                    models.TextField(blank=True, help_text="What the segment is for.", verbose_name="description"),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[("dynamic", "By rule"), ("static", "Picked by hand")],
                        default="dynamic",
                        max_length=8,
                        verbose_name="kind",
                    ),
                ),
                ("rule", models.JSONField(blank=True, editable=False, null=True, verbose_name="rule")),
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
                "verbose_name": "segment",
                "verbose_name_plural": "segments",
                "ordering": ("name",),
            },
        ),
        migrations.CreateModel(
            name="LifecycleRule",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "stage",
                    models.CharField(
                        choices=[
                            ("prospect", "Prospect"),
                            ("new", "New"),
                            ("returning", "Returning"),
                            ("loyal", "Loyal"),
                            ("churned", "Churned"),
                        ],
                        max_length=10,
                        verbose_name="stage",
                    ),
                ),
                ("rule", models.JSONField(verbose_name="rule")),
                ("position", models.PositiveSmallIntegerField(verbose_name="order")),
                ("retired_at", models.DateTimeField(blank=True, null=True, verbose_name="replaced")),
            ],
            options={
                "verbose_name": "lifecycle rule",
                "verbose_name_plural": "lifecycle rules",
                "ordering": ("position",),
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("retired_at", None)), fields=("stage",), name="lifecycle_rule_once"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="SegmentState",
            fields=[
                (
                    "segment",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="state",
                        serialize=False,
                        to="customers.segment",
                    ),
                ),
                ("size", models.PositiveIntegerField(default=0, verbose_name="customers")),
                ("filled_at", models.DateTimeField(null=True, verbose_name="filled")),
                ("checked_at", models.DateTimeField(null=True, verbose_name="checked")),
            ],
            options={
                "verbose_name": "state of a segment",
                "verbose_name_plural": "states of segments",
            },
        ),
        migrations.CreateModel(
            name="StageOverride",
            fields=[
                (
                    "customer",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="stage_override",
                        serialize=False,
                        to="customers.customer",
                    ),
                ),
                (
                    "stage",
                    models.CharField(
                        choices=[
                            ("prospect", "Prospect"),
                            ("new", "New"),
                            ("returning", "Returning"),
                            ("loyal", "Loyal"),
                            ("churned", "Churned"),
                        ],
                        max_length=10,
                        verbose_name="stage",
                    ),
                ),
                ("reason", models.CharField(max_length=200, verbose_name="reason")),
                (
                    "until",
                    models.DateField(
                        blank=True, help_text="Afterwards the rules decide again.", null=True, verbose_name="until"
                    ),
                ),
                ("decided_at", models.DateTimeField(auto_now=True, verbose_name="decided")),
                (
                    "decided_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "decided stage",
                "verbose_name_plural": "decided stages",
            },
        ),
        migrations.CreateModel(
            name="SegmentMember",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("since", models.DateTimeField(verbose_name="since")),
                (
                    "customer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="memberships", to="customers.customer"
                    ),
                ),
                (
                    "segment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="members", to="customers.segment"
                    ),
                ),
            ],
            options={
                "verbose_name": "member of a segment",
                "verbose_name_plural": "members of segments",
                "constraints": [models.UniqueConstraint(fields=("segment", "customer"), name="member_once")],
            },
        ),
        migrations.CreateModel(
            name="SegmentMove",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("entered", models.BooleanField(verbose_name="entered")),
                ("moved_at", models.DateTimeField(verbose_name="at")),
                (
                    "customer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="segment_moves",
                        to="customers.customer",
                    ),
                ),
                (
                    "segment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="moves", to="customers.segment"
                    ),
                ),
            ],
            options={
                "verbose_name": "move between segments",
                "verbose_name_plural": "moves between segments",
                "indexes": [models.Index(fields=["segment", "-moved_at", "-id"], name="segment_moves")],
            },
        ),
        migrations.CreateModel(
            name="SegmentPick",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("picked_at", models.DateTimeField(auto_now_add=True, verbose_name="picked")),
                (
                    "customer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="customers.customer"
                    ),
                ),
                (
                    "picked_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "segment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="picks", to="customers.segment"
                    ),
                ),
            ],
            options={
                "verbose_name": "picked customer",
                "verbose_name_plural": "picked customers",
                "constraints": [models.UniqueConstraint(fields=("segment", "customer"), name="pick_once")],
            },
        ),
        migrations.CreateModel(
            name="StageMove",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "before",
                    models.CharField(
                        choices=[
                            ("prospect", "Prospect"),
                            ("new", "New"),
                            ("returning", "Returning"),
                            ("loyal", "Loyal"),
                            ("churned", "Churned"),
                        ],
                        max_length=10,
                        verbose_name="from",
                    ),
                ),
                (
                    "after",
                    models.CharField(
                        choices=[
                            ("prospect", "Prospect"),
                            ("new", "New"),
                            ("returning", "Returning"),
                            ("loyal", "Loyal"),
                            ("churned", "Churned"),
                        ],
                        max_length=10,
                        verbose_name="to",
                    ),
                ),
                (
                    "cause",
                    models.CharField(
                        choices=[("rule", "Rule"), ("person", "Decision"), ("expiry", "End of a decision")],
                        max_length=8,
                        verbose_name="cause",
                    ),
                ),
                ("reason", models.CharField(blank=True, max_length=200, verbose_name="reason")),
                ("moved_at", models.DateTimeField(verbose_name="at")),
                (
                    "customer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="stage_moves", to="customers.customer"
                    ),
                ),
                (
                    "moved_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "rule",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="customers.lifecyclerule",
                        verbose_name="rule",
                    ),
                ),
            ],
            options={
                "verbose_name": "move between stages",
                "verbose_name_plural": "moves between stages",
                "indexes": [
                    models.Index(fields=["customer", "-moved_at"], name="stage_moves_of"),
                    models.Index(fields=["moved_at", "after", "before"], name="stage_moves_in"),
                ],
            },
        ),
        migrations.AddIndex(
            model_name="customer",
            index=models.Index(fields=["stage", "sort_key", "id"], name="customer_stage_sort"),
        ),
        # Filters by words compare in capitals: the planner must know how often a country is meant by them.
        *(
            migrations.RunSQL(
                f"CREATE STATISTICS customers_customer_{name}_words ON upper({name}::text) FROM {CUSTOMER}",
                f"DROP STATISTICS customers_customer_{name}_words",
            )
            for name in ("country", "source")
        ),
        TrackTable("customers_segment"),
        TrackTable("customers_segmentpick", root="segment_id", root_table="customers_segment"),
        TrackTable("customers_segmentmove", root="segment_id", root_table="customers_segment", updates=False),
        TrackTable(
            "customers_segmentstate",
            key="segment_id",
            root="segment_id",
            root_table="customers_segment",
            updates=False,
        ),
        TrackTable("customers_stagemove", root="customer_id", root_table=CUSTOMER, updates=False),
        TrackTable("customers_lifecyclerule"),
        TrackTable("customers_stageoverride", key="customer_id", root="customer_id", root_table=CUSTOMER),
        migrations.RunPython(write_rules, migrations.RunPython.noop),
    ]
