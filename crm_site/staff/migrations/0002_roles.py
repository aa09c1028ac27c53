"""The roles a new installation starts with."""

from django.db import migrations

from crm_site.staff.roles import seed_roles


def forwards(apps, schema_editor):
    """Create the roles."""
    seed_roles(apps.get_model("staff", "Role"), apps.get_model("staff", "RoleGrant"))


class Migration(migrations.Migration):
    dependencies = [("staff", "0001_initial")]
    operations = [migrations.RunPython(forwards, migrations.RunPython.noop)]
