"""A real Chromium that watches every page it opens: policy violations, script errors, dialogs, failed requests."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, ConsoleMessage, Page, Playwright, Response

ROOT = Path(__file__).resolve().parents[1]
FLAGS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage",
)  # fmt: skip
DESKTOP = {"width": 1280, "height": 900}
PHONE = {"width": 375, "height": 740}
# Runs before any script of the page, past its policy: what the policy refuses is said on the console.
LISTENER = """
document.addEventListener("securitypolicyviolation", (event) =>
  console.error(`POLICY ${event.effectiveDirective} ${event.blockedURI} ${event.sourceFile}:${event.lineNumber}`));
"""
AXE_TAGS = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice")


def chromium() -> str:
    """Return the browser's path; without one the test is skipped, or fails when CRM_REQUIRE_BROWSER=1."""
    found = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
    if found and Path(found).exists():
        return found
    if os.environ.get("CRM_REQUIRE_BROWSER") == "1":
        pytest.fail("Chromium is missing")
    pytest.skip("Chromium is missing")


@dataclass
class Watch:
    """What went wrong in the pages of one browser."""

    violations: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    dialogs: list[str] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)

    def heed(self, context: BrowserContext) -> None:
        """Listen to every page of a browser, those still to come included."""
        context.add_init_script(LISTENER)
        context.on("console", self._said)
        context.on("weberror", lambda error: self.errors.append(str(error.error)))
        context.on("dialog", self._asked)
        context.on("response", self._answered)

    def _said(self, message: ConsoleMessage) -> None:
        if message.type != "error":
            return
        if "POLICY" in message.text or "Content Security Policy" in message.text:
            self.violations.append(message.text)
        elif "Failed to load resource" not in message.text:  # counted by its response
            self.errors.append(f"{message.text} on {message.page.url if message.page else 'a closed page'}")

    def _asked(self, dialog: Any) -> None:
        self.dialogs.append(dialog.message)
        dialog.dismiss()

    def _answered(self, response: Response) -> None:
        path = response.url.partition("?")[0]
        if response.status >= 500 or (response.status == 404 and "/static/" in path):
            self.failures.append(f"{response.status} {path}")

    @property
    def clean(self) -> bool:
        """Tell whether nothing went wrong."""
        return not (self.violations or self.errors or self.dialogs or self.failures)


@contextmanager
def browser(playwright: Playwright, folder: Path, **options: Any) -> Iterator[tuple[BrowserContext, Watch]]:
    """Run a browser with a profile of its own, watched."""
    context = playwright.chromium.launch_persistent_context(
        str(folder),
        executable_path=chromium(),
        args=list(FLAGS),
        ignore_default_args=["--enable-automation"],
        headless=True,
        **{"viewport": DESKTOP, "locale": "en-GB", "accept_downloads": True, "reduced_motion": "reduce", **options},
    )
    context.set_default_timeout(8_000)
    watch = Watch()
    watch.heed(context)
    try:
        yield context, watch
    finally:
        context.close()


def axe_problems(page: Page) -> list[str]:
    """Return the accessibility problems axe finds, each with the elements it means."""
    # Evaluated from outside, so the page's policy needs no hole for it.
    page.evaluate((ROOT / "node_modules" / "axe-core" / "axe.min.js").read_text())
    found = page.evaluate(
        "tags => axe.run(document, {runOnly: {type: 'tag', values: tags}, resultTypes: ['violations']})",
        list(AXE_TAGS),
    )
    return [
        f"{rule['id']} at {' and '.join(str(node['target'][0]) for node in rule['nodes'][:4])}"
        f" ({len(rule['nodes'])}): {rule['nodes'][0].get('failureSummary', '')[:200]}"
        for rule in found["violations"]
    ]
