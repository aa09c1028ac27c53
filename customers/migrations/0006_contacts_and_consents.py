"""Several addresses and numbers, and the consent ledger with what keeps its lines as they were written."""

import django.db.models.deletion
import django.db.models.functions.datetime
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

import customers.models.checks
from crm_site.history.triggers import TrackTable

CUSTOMER = "customers_customer"
LEDGER, WORDINGS = "customers_consententry", "customers_consentwording"

# A colleague's account may go (`recorded_by_id`); every other change is refused, whoever asks.
REFUSE_CHANGES = """
CREATE FUNCTION customers_consent_unchanged() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF to_jsonb(NEW) - 'recorded_by_id' = to_jsonb(OLD) - 'recorded_by_id'
        AND to_jsonb(NEW)->>'recorded_by_id' IS NULL THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'what the consent ledger says is never changed: write another line'
        USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER consent_unchanged BEFORE UPDATE ON customers_consententry
    FOR EACH ROW EXECUTE FUNCTION customers_consent_unchanged();
CREATE TRIGGER consent_unchanged BEFORE UPDATE ON customers_consentwording
    FOR EACH ROW EXECUTE FUNCTION customers_consent_unchanged();
"""
ALLOW_CHANGES = """
DROP TRIGGER consent_unchanged ON customers_consententry;
DROP TRIGGER consent_unchanged ON customers_consentwording;
DROP FUNCTION customers_consent_unchanged();
"""

# Asked at the end of the transaction, since lines go before their customer: they may leave with it, and come back
# with it. The WHEN is asked at once: a made-up company is cleared in silence, block by block, lines first.
REFUSE_DELETION = """
CREATE FUNCTION customers_consent_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM customers_customer c WHERE c.id = OLD.customer_id)
        AND NOT EXISTS (SELECT FROM customers_consententry e WHERE e.id = OLD.id) THEN
        RAISE EXCEPTION 'lines of the consent ledger leave only with their customer'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER consent_kept AFTER DELETE ON customers_consententry
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
    WHEN (NOT coalesce((history_origin()->>'silent')::boolean, false))
    EXECUTE FUNCTION customers_consent_kept();
"""
ALLOW_DELETION = """
DROP TRIGGER consent_kept ON customers_consententry;
DROP FUNCTION customers_consent_kept();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("customers", "0005_segments_and_lifecycle"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="address",
            name="label",
            field=models.CharField(
                blank=True,
                choices=[
                    ("work", "Work"),
                    ("home", "Home"),
                    ("mobile", "Mobile"),
                    ("billing", "Billing"),
                    ("delivery", "Delivery"),
                    ("other", "Something else"),
                ],
                db_default="",
                default="",
                max_length=10,
                verbose_name="label",
            ),
        ),
        migrations.AddField(
            model_name="contactpoint",
            name="label",
            field=models.CharField(
                blank=True,
                choices=[
                    ("work", "Work"),
                    ("home", "Home"),
                    ("mobile", "Mobile"),
                    ("billing", "Billing"),
                    ("delivery", "Delivery"),
                    ("other", "Something else"),
                ],
                db_default="",
                default="",
                max_length=10,
                verbose_name="label",
            ),
        ),
        migrations.AddField(
            model_name="customer",
            name="gender",
            field=models.CharField(
                blank=True,
                choices=[("female", "Female"), ("male", "Male"), ("other", "Other gender")],
                db_default="",
                default="",
                max_length=6,
                verbose_name="gender",
            ),
        ),
        migrations.AddField(
            model_name="customer",
            name="picture",
            field=models.BigIntegerField(
                blank=True,
                editable=False,
                help_text="The key of the attachment that is shown.",
                null=True,
                verbose_name="picture",
            ),
        ),
        migrations.AddField(
            model_name="customer",
            name="role",
            field=models.CharField(
                blank=True,
                choices=[
                    ("decision_maker", "Decision maker"),
                    ("buyer", "Buyer"),
                    ("user", "User"),
                    ("influencer", "Influencer"),
                    ("gatekeeper", "Gatekeeper"),
                    ("finance", "Finance"),
                    ("other", "Other role"),
                ],
                db_default="",
                default="",
                help_text="What part a person plays when their organisation decides.",
                max_length=14,
                verbose_name="buying role",
            ),
        ),
        migrations.AlterField(
            model_name="customer",
            name="birth_date",
            field=models.DateField(
                blank=True, null=True, validators=[customers.models.checks.check_birth_date], verbose_name="birth date"
            ),
        ),
        migrations.AlterField(
            model_name="customer",
            name="identifier",
            field=models.CharField(
                blank=True,
                help_text="For example the unified social credit code (统一社会信用代码).",
                max_length=40,
                validators=[customers.models.checks.check_registration_number],
                verbose_name="registration number",
            ),
        ),
        migrations.CreateModel(
            name="ConsentWording",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=100, verbose_name="name")),
                ("language", models.CharField(max_length=10, verbose_name="language")),
                ("version", models.PositiveSmallIntegerField(verbose_name="version")),
                ("text", models.TextField(verbose_name="words")),
            ],
            options={
                "verbose_name": "wording of consent",
                "verbose_name_plural": "wordings of consent",
                "ordering": ("name", "language", "-version"),
                "constraints": [
                    models.UniqueConstraint(fields=("name", "language", "version"), name="consent_wording_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="ConsentEntry",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "channel",
                    models.CharField(
                        choices=[
                            ("email", "E-mail"),
                            ("phone", "Phone call"),
                            ("sms", "SMS"),
                            ("wechat", "WeChat"),
                            ("post", "Post"),
                        ],
                        max_length=6,
                        verbose_name="channel",
                    ),
                ),
                (
                    "purpose",
                    models.CharField(
                        choices=[
                            ("marketing", "Marketing"),
                            ("newsletter", "Newsletter"),
                            ("survey", "Surveys"),
                            ("profiling", "Personalised offers"),
                            ("service", "Orders and service"),
                        ],
                        max_length=10,
                        verbose_name="purpose",
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[("given", "Given"), ("refused", "Refused"), ("withdrawn", "Withdrawn")],
                        max_length=9,
                        verbose_name="state",
                    ),
                ),
                (
                    "address",
                    models.CharField(blank=True, default="", max_length=254, verbose_name="only for the address"),
                ),
                ("at", models.DateTimeField(default=django.utils.timezone.now, verbose_name="at")),
                ("expires_at", models.DateTimeField(blank=True, null=True, verbose_name="expires")),
                ("confirmed_at", models.DateTimeField(blank=True, null=True, verbose_name="confirmed")),
                (
                    "basis",
                    models.CharField(
                        choices=[
                            ("consent", "Consent"),
                            ("contract", "Contract"),
                            ("legitimate_interest", "Legitimate interest"),
                            ("legal_obligation", "Legal obligation"),
                        ],
                        default="consent",
                        max_length=19,
                        verbose_name="lawful basis",
                    ),
                ),
                (
                    "source",
                    models.CharField(
                        choices=[
                            ("form", "Web form"),
                            ("phone", "On the phone"),
                            ("mail", "By mail"),
                            ("meeting", "In a conversation"),
                            ("paper", "On paper"),
                            ("portal", "Customer portal"),
                            ("import", "Import"),
                            ("api", "API"),
                        ],
                        max_length=7,
                        verbose_name="source",
                    ),
                ),
                ("evidence", models.CharField(blank=True, default="", max_length=500, verbose_name="evidence")),
                ("evidence_file", models.BigIntegerField(blank=True, editable=False, null=True)),
                (
                    "recorded_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(), editable=False, verbose_name="recorded"
                    ),
                ),
                (
                    "customer",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="consents",
                        to="customers.customer",
                        verbose_name="customer",
                    ),
                ),
                (
                    "recorded_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="by",
                    ),
                ),
                (
                    "wording",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="customers.consentwording",
                        verbose_name="wording",
                    ),
                ),
            ],
            options={
                "verbose_name": "entry of the consent ledger",
                "verbose_name_plural": "consent ledger",
                "indexes": [
                    models.Index(fields=["customer", "-at", "-id"], name="consent_of"),
                    models.Index(
                        fields=["channel", "purpose", "customer", "at", "id"],
                        include=("state", "expires_at", "address"),
                        name="consent_latest",
                    ),
                    models.Index(fields=["-at", "-id"], name="consent_recent"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("expires_at", None), ("expires_at__gt", models.F("at")), _connector="OR"),
                        name="consent_expires_later",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="DoNotContact",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "channel",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("email", "E-mail"),
                            ("phone", "Phone call"),
                            ("sms", "SMS"),
                            ("wechat", "WeChat"),
                            ("post", "Post"),
                        ],
                        default="",
                        max_length=6,
                        verbose_name="channel",
                    ),
                ),
                ("reason", models.CharField(max_length=200, verbose_name="reason")),
                ("since", models.DateTimeField(default=django.utils.timezone.now, verbose_name="since")),
                ("until", models.DateTimeField(blank=True, null=True, verbose_name="until")),
                ("lifted_at", models.DateTimeField(blank=True, null=True, verbose_name="lifted")),
                (
                    "customer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="contact_bans",
                        to="customers.customer",
                    ),
                ),
                (
                    "lifted_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "set_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "ban on contact",
                "verbose_name_plural": "bans on contact",
                "ordering": ("-since", "-id"),
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("until", None), ("until__gt", models.F("since")), _connector="OR"),
                        name="contact_ban_ends_later",
                    )
                ],
            },
        ),
        TrackTable(WORDINGS),
        TrackTable(LEDGER, root="customer_id", root_table=CUSTOMER, updates=False),
        TrackTable("customers_donotcontact", root="customer_id", root_table=CUSTOMER),
        migrations.RunSQL(REFUSE_CHANGES, ALLOW_CHANGES),
        migrations.RunSQL(REFUSE_DELETION, ALLOW_DELETION),
    ]
