"""The health of customers beside their other scores, and indexes of words that filters look for."""

from typing import Any

from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import migrations, models
from django.db.models.functions import Upper

PART: dict[str, Any] = {"editable": False, "null": True}


class Migration(migrations.Migration):
    dependencies = [("customers", "0008_search_and_classes")]

    operations = [
        migrations.AddField(
            "customerscore", "health", models.PositiveSmallIntegerField("health", db_default=0, default=0)
        ),
        migrations.AddField(
            "customerscore",
            "health_state",
            models.CharField(
                "health in a word",
                blank=True,
                choices=[("good", "Healthy"), ("watch", "Keep an eye on"), ("risk", "At risk")],
                db_default="",
                default="",
                max_length=5,
            ),
        ),
        migrations.AddField(
            "customerscore", "health_rhythm", models.PositiveSmallIntegerField("rhythm of orders", **PART)
        ),
        migrations.AddField(
            "customerscore", "health_trend", models.PositiveSmallIntegerField("trend of revenue", **PART)
        ),
        migrations.AddField(
            "customerscore", "health_answer", models.PositiveSmallIntegerField("latest answer", **PART)
        ),
        migrations.AddField("customerscore", "health_issues", models.PositiveSmallIntegerField("open issues", **PART)),
        migrations.AddIndex("customerscore", models.Index(fields=["health", "customer"], name="score_health")),
        migrations.AddIndex(
            "customerscore", models.Index(fields=["health_state", "customer"], name="score_health_state")
        ),
        *(
            migrations.AddIndex(
                "customer",
                GinIndex(OpClass(Upper(column), "gin_trgm_ops"), name=f"customer_{column}_words"),
            )
            for column in ("country", "source")
        ),
    ]
