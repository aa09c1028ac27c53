from django.db import migrations

from crm_site.history.triggers import TrackTable


class Migration(migrations.Migration):
    dependencies = [("sales", "0002_order_number"), ("history", "0002_origin")]

    operations = [
        TrackTable("sales_product", custom=True),
        TrackTable("sales_order", custom=True),
        TrackTable("sales_orderline", root="order_id", root_table="sales_order"),
        TrackTable("sales_payment", root="order_id", root_table="sales_order"),
    ]
