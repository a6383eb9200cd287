"""The system's Chromium for tests and benchmarks of report.html; none is ever downloaded."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

NAMES = ("chromium", "chromium-browser", "google-chrome")
MISSING = (
    f"no browser: none of {', '.join(NAMES)} is on PATH; install Debian's package chromium, or name a Chromium "
    "in MYOSIEVE_CHROMIUM"
)
# What a browser does on its own is switched off: requests to its maker would be taken for requests of the page.
_ARGUMENTS = (
    "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update",
    "--disable-sync",
)  # fmt: skip


def executable() -> str | None:
    """Return the path of the browser to drive: MYOSIEVE_CHROMIUM, else the first of NAMES on PATH, else None."""
    named = os.environ.get("MYOSIEVE_CHROMIUM")
    return shutil.which(named) if named else next(filter(None, map(shutil.which, NAMES)), None)


@contextmanager
def browser() -> Iterator[Browser]:
    """Start a headless Chromium, and end it."""
    from playwright.sync_api import sync_playwright

    path = executable()
    if path is None:
        raise FileNotFoundError(MISSING)
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=path, args=list(_ARGUMENTS))
        try:
            yield running
        finally:
            running.close()


# Scrolls in steps that draw everything on the way, and comes to an end where the page grows while it is drawn.
_SCROLL_THROUGH = """async () => {
  const page = document.scrollingElement;
  for (let top = 0; top < page.scrollHeight; top += innerHeight / 2) {
    page.scrollTo({ top, behavior: "instant" });
    await new Promise((done) => setTimeout(done, 60));
  }
}"""
# What is hidden (a closed dialog, closed details) is not drawn.
_ALL_DRAWN = """() => [...document.querySelectorAll(".plot, table.ranked")]
  .filter((element) => element.checkVisibility())
  .every((element) => element.matches(".js-plotly-plot, .dataTable") )"""


def draw_everything(page: Page) -> None:
    """Scroll through a report, wait until every figure and table in sight of it is drawn, and go back to its top."""
    page.evaluate(_SCROLL_THROUGH)
    page.wait_for_function(_ALL_DRAWN, timeout=60_000)
    page.evaluate("document.scrollingElement.scrollTo({ top: 0, behavior: 'instant' })")


def page_width(page: Page) -> int:
    """Return how wide the page is, in pixels; wider than the window means that it scrolls sideways."""
    return page.evaluate("document.scrollingElement.scrollWidth")


_OVERFLOWING = """() => {
  const contained = (element) => {
    for (let box = element.parentElement; box && box !== document.body; box = box.parentElement) {
      if (getComputedStyle(box).overflowX !== "visible") return true;
    }
    return false;
  };
  return [...document.body.querySelectorAll("*")]
    .filter((one) => one.checkVisibility() && one.getBoundingClientRect().right > innerWidth + 1 && !contained(one))
    .slice(0, 8)
    .map((one) => one.outerHTML.slice(0, 120) + " in " + one.parentElement.outerHTML.slice(0, 120));
}"""


def overflowing(page: Page) -> str:
    """Return the first elements that reach beyond the right edge of the window and that nothing cuts or scrolls."""
    return "\n".join(page.evaluate(_OVERFLOWING))


def grave_violations(page: Page) -> list[dict[str, Any]]:
    """Return what axe-core calls serious or critical on the page as it stands: rule, impact, selectors, what is wrong."""
    from axe_playwright_python.sync_playwright import Axe

    found = Axe().run(page, options={"resultTypes": ["violations"]}).response["violations"]
    return [
        {
            "rule": one["id"],
            "impact": one["impact"],
            "nodes": [(" ".join(map(str, node["target"])), node["failureSummary"]) for node in one["nodes"]],
        }
        for one in found
        if one["impact"] in ("serious", "critical")
    ]


def told(violations: list[dict[str, Any]]) -> str:
    """Return violations as lines for a person: the rule, how often, and the first places."""
    lines = []
    for one in violations:
        lines.append(f"{one['rule']} ({one['impact']}): {len(one['nodes'])} places")
        lines += [f"  {target}: {' '.join(summary.split())[:240]}" for target, summary in one["nodes"][:8]]
    return "\n".join(lines)


def address(html: Path) -> str:
    """Return the file:// address of a page."""
    return html.resolve().as_uri()
