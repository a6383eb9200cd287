"""A browser per worker, reports built once, and pages that are watched while a test looks at them."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from tests.browser import chromium, pages
from tests.unit.report.conftest import Study

# Runs before any script of the page: what the content security policy refuses is remembered.
_WATCH_POLICY = """
globalThis.refused = [];
document.addEventListener("securitypolicyviolation", (event) => {
  globalThis.refused.push(`${event.effectiveDirective}: ${event.blockedURI} ${event.sample}`);
});
"""


@dataclass
class Opened:
    """A page in the browser, with everything that it did beside being shown."""

    page: Any
    requests: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)

    def unexpected(self) -> list[str]:
        """Return errors, warnings on the console, dialogs, and what the policy refused, until now."""
        return self.problems + [f"refused {text}" for text in self.page.evaluate("globalThis.refused")]


def missing_browser() -> None:
    """Skip aloud where there is no browser; fail where everything has to run (MYOSIEVE_REQUIRE_ALL=1)."""
    if os.environ.get("MYOSIEVE_REQUIRE_ALL") == "1":
        pytest.fail(chromium.MISSING)
    pytest.skip(chromium.MISSING)


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """The system's Chromium, headless."""
    if chromium.executable() is None:
        missing_browser()
    with chromium.browser() as running:
        yield running


def open_report(browser: Any, html: Path, width: int = 1440, height: int = 900, **options: Any) -> Opened:
    """Open a report from its file, without any network; `options` are those of Playwright's new_context."""
    context = browser.new_context(
        viewport={"width": width, "height": height}, reduced_motion="reduce", offline=True, **options
    )
    context.set_default_timeout(60_000)
    context.add_init_script(_WATCH_POLICY)
    watched = Opened(context.new_page())
    page, problems = watched.page, watched.problems

    def request(one: Any) -> None:
        if not one.url.startswith(("data:", "blob:")):
            watched.requests.append(one.url)

    def dialog(one: Any) -> None:
        problems.append(f"dialog {one.message}")
        one.dismiss()

    def console(said: Any) -> None:
        if said.type in ("error", "warning"):
            problems.append(f"{said.type} {said.text}")

    page.on("request", request)
    page.on("dialog", dialog)
    page.on("console", console)
    page.on("pageerror", lambda error: problems.append(f"error {error}"))
    page.goto(chromium.address(html))
    return watched


@pytest.fixture
def opened(browser: Any) -> Iterator[Callable[..., Opened]]:
    """Open reports as `open_report` does, and close them behind the test."""
    found: list[Opened] = []

    def open_one(html: Path, *args: Any, **options: Any) -> Opened:
        found.append(open_report(browser, html, *args, **options))
        return found[-1]

    yield open_one
    for one in found:
        one.page.context.close()


@pytest.fixture(scope="session")
def small(tmp_path_factory: pytest.TempPathFactory) -> Study:
    """A study of 300 protein groups and three contrasts with its page; not to be changed."""
    made = pages.small(tmp_path_factory.mktemp("small"))
    pages.built(made)
    return made


@pytest.fixture(scope="session")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Study:
    """A study with hostile names in every place that a person writes, with its page; not to be changed."""
    made = pages.hostile(tmp_path_factory.mktemp("hostile"))
    pages.built(made)
    return made


@pytest.fixture(scope="session")
def large(tmp_path_factory: pytest.TempPathFactory) -> Study:
    """A study of 10,000 protein groups, six contrasts and 24 samples with its page; not to be changed."""
    made = pages.large(tmp_path_factory.mktemp("large"))
    pages.built(made)
    return made


@pytest.fixture(scope="session")
def artifacts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where screenshots are kept: MYOSIEVE_ARTIFACTS, else a temporary folder of pytest."""
    named = os.environ.get("MYOSIEVE_ARTIFACTS")
    folder = Path(named) if named else tmp_path_factory.mktemp("artifacts")
    folder.mkdir(parents=True, exist_ok=True)
    return folder
