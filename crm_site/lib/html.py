"""HTML from outside: cleaned to a safe subset before it is stored or shown."""

from __future__ import annotations

import html

import nh3

_TEXT_TAGS = {
    "a", "abbr", "b", "blockquote", "br", "code", "dd", "del", "div", "dl", "dt", "em", "h1", "h2", "h3", "h4",
    "h5", "h6", "hr", "i", "ins", "kbd", "li", "mark", "ol", "p", "pre", "q", "s", "small", "span", "strong",
    "sub", "sup", "table", "tbody", "td", "tfoot", "th", "thead", "tr", "u", "ul",
}  # fmt: skip
_ATTRIBUTES = {
    "a": {"href", "title"},
    "abbr": {"title"},
    "ol": {"start"},
    "td": {"colspan", "rowspan"},
    "th": {"colspan", "rowspan", "scope"},
    "*": {"dir", "lang"},
}
_SCHEMES = {"http", "https", "mailto", "tel"}
_DROPPED_WITH_CONTENT = {
    "script",
    "style",
    "title",
    "template",
    "noscript",
    "iframe",
    "object",
    "svg",
    "math",
}


def clean_html(text: str) -> str:
    """Return HTML with text tags only: no scripts, styles, forms, images, events or foreign schemes.

    Links open without giving us away (``noopener noreferrer nofollow``). Images are left out, since a
    remote one tells its sender that the page was read.
    """
    return nh3.clean(
        text.replace("\0", ""),
        tags=_TEXT_TAGS,
        clean_content_tags=_DROPPED_WITH_CONTENT,
        attributes=_ATTRIBUTES,
        url_schemes=_SCHEMES,
        link_rel="noopener noreferrer nofollow",
        strip_comments=True,
    )


def plain_text(text: str) -> str:
    """Return the text of HTML without any tag, for search and previews, in one line."""
    bare = nh3.clean(text.replace("\0", "").replace("<", " <"), tags=set(), clean_content_tags=_DROPPED_WITH_CONTENT)
    return " ".join(html.unescape(bare).split())
