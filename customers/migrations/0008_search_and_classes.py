"""Classes by rule, with those of the house."""

from typing import Any

import django.db.models.deletion
from django.db import migrations, models

from crm_site.history.triggers import TrackTable
from customers.constants import CLASSES


def write_classes(apps: Any, schema_editor: Any) -> None:
    """Let the site begin with the classes of the house."""
    classifications, classes = (apps.get_model("customers", name) for name in ("Classification", "CustomerClass"))
    for position, (code, name, name_zh, rules) in enumerate(CLASSES, 1):
        made = classifications.objects.create(code=code, name=name, name_zh=name_zh, position=position)
        for number, (own_name, own_name_zh, root) in enumerate(rules, 1):
            classes.objects.create(
                classification=made,
                name=own_name,
                name_zh=own_name_zh,
                rule={"version": 1, "root": root},
                position=number,
            )


class Migration(migrations.Migration):
    dependencies = [("customers", "0007_timeline")]

    operations = [
        migrations.CreateModel(
            name="Classification",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "code",
                    models.SlugField(
                        error_messages={"unique": "There is a classification with this code already."},
                        help_text="As the API calls it. It cannot be changed later.",
                        max_length=40,
                        unique=True,
                        verbose_name="code",
                    ),
                ),
                ("name", models.CharField(max_length=60, verbose_name="name in English")),
                ("name_zh", models.CharField(blank=True, max_length=60, verbose_name="name in Chinese")),
                ("position", models.PositiveSmallIntegerField(default=0, verbose_name="order")),
                ("is_active", models.BooleanField(default=True, verbose_name="in use")),
            ],
            options={
                "verbose_name": "classification",
                "verbose_name_plural": "classifications",
                "ordering": ("position", "id"),
            },
        ),
        migrations.CreateModel(
            name="CustomerClass",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=60, verbose_name="name in English")),
                ("name_zh", models.CharField(blank=True, max_length=60, verbose_name="name in Chinese")),
                ("rule", models.JSONField(editable=False, verbose_name="rule")),
                ("position", models.PositiveSmallIntegerField(default=0, verbose_name="order")),
                (
                    "classification",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="classes",
                        to="customers.classification",
                        verbose_name="classification",
                    ),
                ),
            ],
            options={
                "verbose_name": "class",
                "verbose_name_plural": "classes",
                "ordering": ("classification__position", "classification_id", "position", "id"),
                "constraints": [models.UniqueConstraint(fields=("classification", "name"), name="class_name_once")],
            },
        ),
        migrations.CreateModel(
            name="ClassMember",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("since", models.DateTimeField(verbose_name="since")),
                (
                    "classification",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="members",
                        to="customers.classification",
                    ),
                ),
                (
                    "customer",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="class_memberships",
                        to="customers.customer",
                    ),
                ),
                (
                    "customer_class",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="members",
                        to="customers.customerclass",
                    ),
                ),
            ],
            options={
                "verbose_name": "member of a class",
                "verbose_name_plural": "members of classes",
                "indexes": [models.Index(fields=["customer_class", "customer"], name="class_members")],
                "constraints": [models.UniqueConstraint(fields=("customer", "classification"), name="class_once")],
            },
        ),
        TrackTable("customers_classification"),
        TrackTable("customers_customerclass"),
        migrations.RunPython(write_classes, migrations.RunPython.noop),
    ]
