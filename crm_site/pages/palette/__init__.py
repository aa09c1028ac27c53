"""The Ctrl-K palette: pages, commands and records, found by a few letters."""

from crm_site.pages.palette.asking import Asked
from crm_site.pages.palette.finding import find
from crm_site.pages.palette.hits import (
    Command,
    Hit,
    HitGroup,
    PaletteSource,
    commands,
    register_command,
    register_palette,
    sources,
)
from crm_site.pages.palette.labels import find_commands, find_pages, label_source
from crm_site.pages.palette.ranking import Rank
from crm_site.pages.palette.records import record_source
from crm_site.pages.palette.visits import remember_visit

__all__ = [
    "Asked",
    "Command",
    "Hit",
    "HitGroup",
    "PaletteSource",
    "Rank",
    "commands",
    "find",
    "find_commands",
    "find_pages",
    "label_source",
    "record_source",
    "register_command",
    "register_palette",
    "remember_visit",
    "sources",
]
