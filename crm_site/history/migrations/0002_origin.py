from django.db import migrations

from crm_site.history.triggers import DROP_FLAT_FUNCTION, DROP_ORIGIN_FUNCTION, FLAT_FUNCTION, ORIGIN_FUNCTION


class Migration(migrations.Migration):
    dependencies = [("history", "0001_initial")]

    operations = [
        migrations.RunSQL(ORIGIN_FUNCTION, DROP_ORIGIN_FUNCTION),
        migrations.RunSQL(FLAT_FUNCTION, DROP_FLAT_FUNCTION),
    ]
