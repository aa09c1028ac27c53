"""What templates say with one word: icons, avatars, money, moments."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

from django import template
from django.templatetags.static import static
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from crm_site.pages import formatting
from crm_site.pages.palette import sources

register = template.Library()

PALETTE = 6


@register.simple_tag
def icon(name: str, size: int = 18) -> SafeString:
    """Return an icon of the sprite; width and height stand in attributes, so no style sheet can make it huge."""
    return format_html(
        '<svg class="icon" width="{0}" height="{0}" aria-hidden="true" focusable="false"><use href="{1}#{2}"/></svg>',
        size,
        static("dist/icons.svg"),
        name,
    )


@register.inclusion_tag("components/avatar.html")
def avatar(person: Any, size: str = "") -> dict[str, Any]:
    """Show a person or record by its picture, or as initials in a colour that stays theirs."""
    name = str(person) if person else ""
    initials = getattr(person, "initials", "") or name[:1].upper()
    return {
        "name": name,
        "initials": initials,
        "hue": (getattr(person, "pk", 0) or 0) % PALETTE,
        "size": size,
        "picture": getattr(person, "picture_url", ""),
    }


@register.simple_tag
def moment(value: dt.datetime | None, style: str = "relative") -> SafeString | str:
    """Return a moment as a `<time>` with the exact one on hover: `relative`, `clock` or `exact`."""
    if value is None:
        return ""
    said = {"clock": formatting.clock, "exact": formatting.moment}.get(style, formatting.relative)(value)
    exact = formatting.moment(value)
    return format_html('<time datetime="{}" title="{}">{}</time>', value.isoformat(), exact, said)


@register.filter
def money(value: Any, currency: str = "") -> str:
    """Return an amount with its currency."""
    return formatting.money(value, currency or None)


@register.filter
def compact_money(value: Any, currency: str = "") -> str:
    """Return a large amount short, as on tiles."""
    return formatting.money(value, currency or None, compact=True)


@register.filter
def number(value: Any) -> str:
    """Return a whole figure with thousands apart."""
    return formatting.words(value, "number")


@register.filter
def decimal(value: Any, places: int = 2) -> str:
    """Return a figure with at most that many decimals."""
    return "" if value is None or value == "" else formatting.decimal(value, int(places))


@register.filter
def percent(value: Any) -> str:
    """Return a share of one as per cent."""
    return formatting.words(value, "percent")


@register.filter
def day(value: Any) -> str:
    """Return a day, with its year when it is not this one's."""
    return formatting.words(value, "date")


@register.filter
def control(field: Any, extra: str = "") -> SafeString:
    """Render a form field's widget with the look of its kind."""
    kind = getattr(field.field.widget, "input_type", "")
    if kind in ("checkbox", "radio") and not hasattr(field.field, "choices"):
        css = "form-check-input"
    elif kind == "select":
        css = "form-select"
    elif kind in ("checkbox", "radio", "hidden"):
        css = ""
    else:
        css = "form-control"
    attrs = {"class": " ".join(part for part in (css, field.field.widget.attrs.get("class", ""), extra) if part)}
    return SafeString(field.as_widget(attrs=attrs if attrs["class"] else {}))


@register.filter
def is_single_check(field: Any) -> bool:
    """Tell whether the field is one tick box, whose label stands behind it."""
    return getattr(field.field.widget, "input_type", "") == "checkbox" and not hasattr(field.field, "choices")


@register.filter
def is_choice_group(field: Any) -> bool:
    """Tell whether the field is a group of radio buttons or tick boxes, which a legend names."""
    return bool(field.use_fieldset) and hasattr(field.field, "choices")


@register.filter
def breakable(text: Any) -> SafeString:
    """Let a mail address or a website break behind its signs rather than within a word."""
    return format_html_join(mark_safe("<wbr>"), "{}", ((part,) for part in re.split(r"(?<=[@./])(?=\w)", str(text))))


@register.filter
def palette_kind(record: Any) -> str:
    """Return what the palette knows records of this kind as; empty for what it does not remember."""
    model = type(record)
    return next((source.code for source in sources if source.model is model and source.fetch is not None), "")


@register.filter
def get(mapping: Any, key: Any) -> Any:
    """Return one entry of a mapping, nothing where it is absent."""
    return mapping.get(key, "") if mapping else ""
