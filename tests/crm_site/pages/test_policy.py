"""What a strict content policy asks of every template, and what the built files must hold."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
FORBIDDEN = {
    "style attribute": re.compile(r"\sstyle\s*="),
    "event handler": re.compile(r"\son[a-z]+\s*=\s*[\"']"),
    "inline script": re.compile(r"<script(?![^>]*\b(src|type=\"application/json\"))"),
    "inline style sheet": re.compile(r"<style"),
    "foreign address": re.compile(r"(src|href)=\"(https?:)?//"),
    "code in HTMX": re.compile(r"hx-(on|vals=[\"']js|vals=[\"']javascript)"),
}


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: str(path.relative_to(ROOT)))
def test_templates_keep_the_content_policy(template: Path) -> None:
    text = template.read_text()
    assert [name for name, pattern in FORBIDDEN.items() if pattern.search(text)] == []


@pytest.mark.parametrize(
    "broken", ['<p style="x">', '<a onclick="x">', "<script>x</script>", '<img src="//x/y">', "<style>"]
)
def test_the_check_sees_a_planted_fault(broken: str) -> None:
    assert any(pattern.search(broken) for pattern in FORBIDDEN.values())


def test_dark_tokens_name_the_same_colours_as_light_ones() -> None:
    css = (ROOT / "static/src/css/tokens.css").read_text()
    blocks = re.findall(r":root(\[data-theme=\"dark\"\])? \{([^}]*)\}", css)
    dark = set(re.findall(r"(--[\w-]+):", next(body for theme, body in blocks if theme)))
    light = set(re.findall(r"(--[\w-]+):\s*(?:#|rgb|0 )", next(body for theme, body in blocks if not theme)))
    assert dark == light
