"""What the shell itself brings to rail and palette."""

from django.utils.translation import gettext_lazy as _

from crm_site.pages import nav, palette


def register() -> None:
    """Register Today and the palette's pages and commands."""
    nav.register_nav(
        nav.NavItem(code="today", label=_("Today"), icon="sun", url_name="pages:today", order=1, phone=True)
    )
    palette.register_palette(palette.PaletteSource(code="pages", label=_("Pages"), search=palette.find_pages, order=10))
    palette.register_palette(
        palette.PaletteSource(code="commands", label=_("Commands"), search=palette.find_commands, order=20)
    )
    palette.register_command(
        palette.Command(
            code="preferences",
            label=_("Preferences"),
            icon="adjustments",
            url_name="pages:preferences",
            order=900,
        )
    )
