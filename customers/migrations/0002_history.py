from django.db import migrations

from crm_site.history.triggers import TrackTable

CUSTOMER = "customers_customer"


class Migration(migrations.Migration):
    dependencies = [("customers", "0001_initial"), ("history", "0002_origin")]

    operations = [
        TrackTable("customers_tag"),
        TrackTable(CUSTOMER, custom=True),
        TrackTable("customers_customer_tags", root="customer_id", root_table=CUSTOMER),
        TrackTable("customers_contactpoint", root="customer_id", root_table=CUSTOMER),
        TrackTable("customers_address", root="customer_id", root_table=CUSTOMER),
        TrackTable("customers_activity", root="customer_id", root_table=CUSTOMER),
        TrackTable(
            "customers_customermetrics", key="customer_id", root="customer_id", root_table=CUSTOMER, updates=False
        ),
        TrackTable(
            "customers_customerscore", key="customer_id", root="customer_id", root_table=CUSTOMER, updates=False
        ),
    ]
