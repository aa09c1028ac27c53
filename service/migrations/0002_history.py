from django.db import migrations

from crm_site.history.triggers import TrackTable


class Migration(migrations.Migration):
    dependencies = [("service", "0001_initial"), ("history", "0002_origin")]

    operations = [TrackTable("service_survey"), TrackTable("service_surveyanswer", custom=True)]
