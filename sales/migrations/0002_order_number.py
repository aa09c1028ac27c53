"""The sequence that numbers orders and credits."""

from django.db import migrations

from crm_site.numbering.sequences import create_sequence


class Migration(migrations.Migration):
    dependencies = [("sales", "0001_initial")]
    operations = [create_sequence("sales_order_number")]
