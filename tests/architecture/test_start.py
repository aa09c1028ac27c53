"""What every process pays for when it starts."""

import os
import subprocess
import sys

from crm_site.local.places import PROJECT

START = """
import sys
import django
django.setup()
import crm_site.urls
print(*sorted({name.partition(".")[0] for name in sys.modules} & {"scipy", "pypinyin", "typst", "sklearn"}))
"""


def test_the_site_starts_without_the_libraries_of_the_workers() -> None:
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "crm_site.settings"}
    started = subprocess.run(
        [sys.executable, "-c", START], cwd=PROJECT, env=environment, capture_output=True, text=True, check=True
    )
    assert started.stdout.split() == []
