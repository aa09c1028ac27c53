from django.db import migrations

from crm_site.history.triggers import TrackTable


class Migration(migrations.Migration):
    dependencies = [("imports", "0002_wizard_and_move_in"), ("history", "0002_origin")]

    operations = [
        TrackTable("imports_externalid"),
        # What becomes of a row is written beside it: with room on its page no index is touched.
        migrations.RunSQL(
            "ALTER TABLE imports_stagedrow SET (fillfactor = 60)", "ALTER TABLE imports_stagedrow RESET (fillfactor)"
        ),
    ]
