"""The sequences that number orders and credits, opportunities, leads and needs."""

from django.db import migrations

from crm_site.numbering.sequences import create_sequence


class Migration(migrations.Migration):
    dependencies = [("sales", "0001_initial")]

    operations = [
        create_sequence("sales_order_number"),
        create_sequence("sales_opportunity_number"),
        create_sequence("sales_lead_number"),
        create_sequence("sales_need_number"),
    ]
