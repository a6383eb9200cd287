"""Measure report.html and candidates.xlsx: size, time to build, and how soon a browser shows them.

    python benchmarks/report.py [RESULTS ...] [--loads 5] [--screenshots FOLDER]

RESULTS are results folders of studies (results/{study}), which are only read. Default: a made study of 10,000 protein groups,
six contrasts and 24 samples. Needs the packages of the test extra and a Chromium (see docs/architecture.md). Printed by study:
    page, workbook MB       bytes / 1e6 of the two files
    page, workbook CPU s    CPU seconds of this process to build each, tables read already
    read CPU s              the rest of the step: reading the tables, gathering
    first paint ms          first contentful paint
    load ms                 end of the load event
    load CPU s              CPU seconds of the browser's processes from the address to the load event
    volcano ms              from scrolling to the first volcano until the frame after it is drawn
    volcano CPU s           CPU seconds of the browser's processes for it
    axe                     elements with a serious or critical violation, everything drawn, light mode, 1440 px wide
Browser times are medians of cold loads, each in a context of its own without cache. CPU seconds tell what a busy machine hides.
"""

from __future__ import annotations

import argparse
import inspect
import os
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import Any
from unittest import mock

import pandas as pd

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from tests.browser import chromium, pages

from myosieve import files
from myosieve.report import step

# Where an argument of `report` is not called as its file.
NAMES = {
    "facts": "myokine_facts.tsv", "quantified": "quantified", "samples": "intake/samples.tsv", "provenance": "provenance.json",
}  # fmt: skip

# Whether the first volcano of the page is drawn is asked in every frame, since nothing tells.
_VOLCANO = """() => new Promise((done) => {
  const volcano = document.querySelector('[id$="volcano"]');
  const start = performance.now();
  volcano.scrollIntoView({ behavior: "instant" });
  const look = () => {
    if (volcano.querySelector(".main-svg .point, canvas")) requestAnimationFrame(() => done(performance.now() - start));
    else requestAnimationFrame(look);
  };
  look();
})"""
_PAINT = "() => performance.getEntriesByName('first-contentful-paint')[0]?.startTime"
_LOAD = "() => performance.getEntriesByType('navigation')[0].loadEventEnd"


def arguments(results: Path, out: Path) -> dict[str, Any]:
    """Return the arguments of the step `report` for a results folder; the two files go to `out`."""
    found: dict[str, Any] = {}
    for name, parameter in inspect.signature(step.report).parameters.items():
        path = results / NAMES.get(name, f"{name}.tsv")
        if path.exists() or parameter.default is inspect.Parameter.empty:
            found[name] = path
    return found | {
        "study": files.read_json(results / "provenance.json")["study"],
        "settings": files.read_json(results / "settings" / "report.json"),
        "xlsx": out / "candidates.xlsx",
        "html": out / "report.html",
    }


def building(given: dict[str, Any]) -> dict[str, float]:
    """Build page and workbook; return their sizes and what each took."""
    seconds: dict[str, float] = {}

    def timed(name: str, function: Any) -> Any:
        def run(*args: Any, **options: Any) -> Any:
            start = time.process_time()
            result = function(*args, **options)
            seconds[name] = time.process_time() - start
            return result

        return run

    start = time.process_time()
    with (
        mock.patch.object(step, "page", timed("page", step.page)),
        mock.patch.object(step, "workbook", timed("workbook", step.workbook)),
    ):
        step.report(**given)
    whole = time.process_time() - start
    return {
        "page MB": given["html"].stat().st_size / 1e6,
        "workbook MB": given["xlsx"].stat().st_size / 1e6,
        "page CPU s": seconds["page"],
        "workbook CPU s": seconds["workbook"],
        "read CPU s": whole - seconds["page"] - seconds["workbook"],
    }


def photographed(browser: Any, html: Path, name: str, folder: Path) -> None:
    """Keep the first screen and the linked views of a page at three widths."""
    folder.mkdir(parents=True, exist_ok=True)
    for width in (360, 820, 1440):
        page = browser.new_page(viewport={"width": width, "height": 1000}, reduced_motion="reduce")
        page.goto(chromium.address(html))
        page.screenshot(path=folder / f"{name}-first-{width}.png")
        page.evaluate(_VOLCANO)
        page.screenshot(path=folder / f"{name}-linked-{width}.png")
        page.close()


def loading(browser: Any, html: Path, loads: int) -> dict[str, float]:
    """Open the page again and again; return the medians, and what axe finds in the last."""
    names = ("first paint ms", "load ms", "load CPU s", "volcano ms", "volcano CPU s")
    times: dict[str, list[float]] = {name: [] for name in names}
    session = browser.new_browser_cdp_session()

    def cpu_seconds() -> float:
        return sum(one["cpuTime"] for one in session.send("SystemInfo.getProcessInfo")["processInfo"])

    for _ in range(loads):
        context = browser.new_context(viewport={"width": 1440, "height": 900}, reduced_motion="reduce", offline=True)
        context.set_default_timeout(120_000)
        page = context.new_page()
        before = cpu_seconds()
        page.goto(chromium.address(html))
        page.wait_for_function(_PAINT)
        loaded = cpu_seconds()
        times["first paint ms"].append(page.evaluate(_PAINT))
        times["load ms"].append(page.evaluate(_LOAD))
        times["load CPU s"].append(loaded - before)
        times["volcano ms"].append(page.evaluate(_VOLCANO))
        times["volcano CPU s"].append(cpu_seconds() - loaded)
        if len(times["load ms"]) == loads:
            chromium.draw_everything(page)
            violations = chromium.grave_violations(page)
            print(html.parent.name, chromium.told(violations), sep="\n", file=sys.stderr)
        context.close()
    return {name: statistics.median(found) for name, found in times.items()} | {
        "axe": sum(len(one["nodes"]) for one in violations)
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("results", nargs="*", type=Path, help="results folders of studies")
    parser.add_argument("--loads", type=int, default=5, help="cold loads of each page")
    parser.add_argument("--screenshots", type=Path, help="folder to keep screenshots in")
    options = parser.parse_args()
    rows = {}
    with tempfile.TemporaryDirectory() as folder, chromium.browser() as browser:
        studies = {path.name: path for path in options.results} or {"10,000 x 6 x 24": None}
        for place, (name, results) in enumerate(studies.items(), start=1):
            out = Path(folder) / f"study {place}"
            out.mkdir()
            given = pages.large(out).arguments if results is None else arguments(results, out)
            rows[name] = building(given) | loading(browser, given["html"], options.loads)
            if options.screenshots:
                photographed(browser, given["html"], name, options.screenshots)
    busy = f"load average {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores"
    print(f"Chromium {browser.version}, medians of {options.loads} loads, {busy}")
    print(pd.DataFrame(rows).to_string(float_format="{:.2f}".format))


if __name__ == "__main__":
    main()
